"""`maidinh dossier …`: dossiers as files, exported and checked.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.dossier_files import export, verify
from maidinh.config.texts import say

app = typer.Typer(help=say("Dossiers of an installation."), no_args_is_help=True)
app.command(help=say("Write a dossier with everything that belongs to it into one file."))(export)
app.command(help=say("Check an exported dossier with nothing but the file and public keys."))(verify)
