"""`maidinh procedure …`: every command under its name; each stands in a module beside this one.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.procedure_check import check
from maidinh.config.cli.procedure_convert import convert
from maidinh.config.texts import say

app = typer.Typer(help=say("Administrative procedures: check, change and exchange them."), no_args_is_help=True)
app.command(help=say("Say what is wrong with procedures: file, line, what is wrong, and the remedy."))(check)
app.command(help=say("Write a procedure's process as BPMN 2.0, or the steps of a BPMN file as YAML."))(convert)
