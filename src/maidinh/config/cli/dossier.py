"""`maidinh dossier`: dossiers of an installation, from the command line. Layer 0, config."""

from __future__ import annotations

import typer

from maidinh.config.cli import dossier_watch
from maidinh.config.texts import say

app = typer.Typer(help=say("Dossiers: whether none of them is forgotten."), no_args_is_help=True)
app.callback()(lambda: None)  # keeps a single command under its name
app.command("watch", help=say("Whether every open dossier has an owner, a next step, a date and a last notice."))(
    dossier_watch.watch
)
