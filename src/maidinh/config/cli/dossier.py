"""`maidinh dossier …`: when a dossier is due and why, whether none is forgotten; from a file alone or an installation.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli import dossier_watch
from maidinh.config.cli.dossier_clock import due, explain
from maidinh.config.texts import say

app = typer.Typer(help=say("Dossiers: when they are due, why, and whether none is forgotten."), no_args_is_help=True)
app.command(help=say("Count when a term in a file ends, and say how: no database is needed."))(due)
app.command(help=say("Say when a dossier of the installation is due, day by day and with its articles."))(explain)
app.command("watch", help=say("Whether every open dossier has an owner, a next step, a date and a last notice."))(
    dossier_watch.watch
)
