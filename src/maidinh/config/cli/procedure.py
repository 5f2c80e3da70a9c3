"""`maidinh procedure …`: every command under its name; each stands in a module beside this one.

Layer 0, config. All of them work on files alone; no database.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.procedure_check import check
from maidinh.config.texts import say

app = typer.Typer(help=say("Administrative procedures: check what their definitions say."), no_args_is_help=True)
app.callback()(lambda: None)  # keeps a single command under its name
app.command(help=say("Say what is wrong with procedures: file, line, what is wrong, and the remedy."))(check)
