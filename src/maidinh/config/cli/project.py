"""`maidinh project …`: every command under its name; each stands in a module beside this one.

Layer 0, config. All of them work on files alone; no database.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.project_appraise import appraise
from maidinh.config.cli.project_change import diff, rebase
from maidinh.config.cli.project_check import check
from maidinh.config.cli.project_duplicates import duplicates
from maidinh.config.cli.project_files import table, template
from maidinh.config.texts import say

app = typer.Typer(help=say("IT projects: check, compare, rebase and exchange them."), no_args_is_help=True)
app.command(help=say("Say what is wrong in a project, at its field, and the remedy."))(check)
app.command(help=say("Write a project to fill in, with an example of each part."))(template)
app.command(help=say("Say what a project changes in an architecture, and what that means."))(diff)
app.command(help=say("Move a project onto another version, with a conflict for each field."))(rebase)
app.command(help=say("Write a project as a spreadsheet, or a spreadsheet as YAML."))(table)
app.command(help=say("Hold a project against the law and the architecture that it changes."))(appraise)
app.command(help=say("Say what a proposal would pay for again, why, and what could be saved."))(duplicates)
