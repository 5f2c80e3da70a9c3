"""`maidinh procedure …`: every command under its name; each stands in a module beside this one.

Layer 0, config. All of them work on files alone; no database.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.procedure_convert import convert
from maidinh.config.texts import say

app = typer.Typer(help=say("Procedures: check their definitions, exchange their processes."), no_args_is_help=True)
app.callback()(lambda: None)  # keeps a single command under its name
app.command(help=say("Write a procedure's process as BPMN 2.0, or the steps of a BPMN file as YAML."))(convert)
