"""`maidinh serve web|gateway|worker|signer`: one process of an installation that is prepared already."""

from __future__ import annotations

import os

import typer

from maidinh.config.texts import say

app = typer.Typer(help=say("Run one process of an installation."), no_args_is_help=True)


def _serve(process: str) -> None:
    os.environ["MAIDINH_PROCESS"] = process
    os.environ["DJANGO_SETTINGS_MODULE"] = "maidinh.config.settings"
    from maidinh.config import serving
    from maidinh.config.environment import Environment

    getattr(serving, f"serve_{process}")(Environment())


@app.command(help=say("Pages and forms."))
def web() -> None:
    """Pages and forms."""
    _serve("web")


@app.command(help=say("The exchange between agencies."))
def gateway() -> None:
    """The exchange between agencies."""
    _serve("gateway")


@app.command(help=say("Events, the transparency log, and the sample's registers."))
def worker() -> None:
    """Events, the transparency log, and the sample's registers."""
    _serve("worker")


@app.command(help=say("Signatures: the only process that reads private keys."))
def signer() -> None:
    """Signatures: the only process that reads private keys."""
    _serve("signer")
