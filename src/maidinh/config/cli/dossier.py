"""`maidinh dossier …`: when a dossier is due and why, whether none is forgotten, and one exported whole and checked.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli import dossier_archive, dossier_watch
from maidinh.config.cli.dossier_clock import due, explain
from maidinh.config.cli.dossier_files import export, verify
from maidinh.config.texts import say

app = typer.Typer(help=say("Dossiers: when they are due, why, whether none is forgotten."), no_args_is_help=True)
app.command(help=say("Count when a term in a file ends, and say how: no database is needed."))(due)
app.command(help=say("Say when a dossier of the installation is due, day by day and with its articles."))(explain)
app.command("watch", help=say("Whether every open dossier has an owner, a next step, a date and a last notice."))(
    dossier_watch.watch
)
app.command(help=say("Write a dossier with everything that belongs to it into one file."))(export)
app.command(help=say("Check an exported dossier with nothing but the file and public keys."))(verify)
app.command("archive", help=say("Put away the dossiers that ended up to a day, each as its procedure says."))(
    dossier_archive.archive
)
app.command("dispose", help=say("List the archived dossiers whose time is over, or propose that they be destroyed."))(
    dossier_archive.dispose
)
