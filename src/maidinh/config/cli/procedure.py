"""`maidinh procedure …`: every command under its name; each stands in a module beside this one.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.procedure_change import apply, plan
from maidinh.config.cli.procedure_check import check
from maidinh.config.cli.procedure_convert import convert
from maidinh.config.cli.procedure_import import import_catalogue
from maidinh.config.cli.procedure_pull import pull
from maidinh.config.texts import say

app = typer.Typer(help=say("Administrative procedures: check, change and exchange them."), no_args_is_help=True)
app.command(help=say("Say what is wrong with procedures: file, line, what is wrong, and the remedy."))(check)
app.command(help=say("Say what becomes of each open dossier under a new version; nothing is written."))(plan)
app.command(help=say("Load a version, and move the open dossiers that it takes over."))(apply)
app.command(help=say("Write the files of a version that the installation keeps, such as one approved in the browser."))(
    pull
)
app.command(
    "import", help=say("Make YAML skeletons of the procedures in a spreadsheet, or tell which rows are wrong.")
)(import_catalogue)
app.command(help=say("Write a procedure's process as BPMN 2.0, or the steps of a BPMN file as YAML."))(convert)
