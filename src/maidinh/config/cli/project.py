"""`maidinh project …`: every command under its name; each stands in a module beside this one.

Layer 0, config. All of them work on files alone; no database.
"""

from __future__ import annotations

import typer

from maidinh.config.texts import say

app = typer.Typer(help=say("IT projects: check, compare, rebase and exchange them."), no_args_is_help=True)
