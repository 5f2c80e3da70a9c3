"""The command line: one Typer application made of one module for each noun.

Layer 0, config. Exit codes: 0 done, 1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import importlib
import sys

import typer

from maidinh.config.texts import say

GROUPS = (
    "architecture",
    "calendar",
    "definitions",
    "dossier",
    "exchange",
    "fees",
    "log",
    "measures",
    "national",
    "procedure",
    "project",
    "roadmap",
    "serve",
)
COMMANDS = ("demo", "doctor", "up")


def application(only: str | None = None) -> typer.Typer:
    """Every command under its name; with `only`, that one alone, so that a process loads no other's modules."""
    app = typer.Typer(
        name="maidinh",
        help=say("Runs a province's e-government from its architecture."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for group in (name for name in GROUPS if only in (None, name)):
        app.add_typer(importlib.import_module(f"maidinh.config.cli.{group}").app, name=group)
    if only is not None:
        app.callback()(lambda: None)  # keeps a single command under its name
    told = {
        "demo": say("Run a sample province: synthetic people, officials who may be anyone, nothing official."),
        "doctor": say("Say what is wrong with an installation, and the mend."),
        "up": say("Start the installation and serve until stopped."),
    }
    for command in (name for name in COMMANDS if only in (None, name)):
        app.command(command, help=told[command])(importlib.import_module(f"maidinh.config.cli.{command}").command)
    return app


def main() -> None:
    """Run the command given; a failure we foresaw is told in a sentence or two, not as a traceback."""
    from maidinh.infrastructure.definitions.reading import DefinitionError

    try:
        asked = sys.argv[1] if len(sys.argv) > 1 else ""
        application(asked if asked in (*GROUPS, *COMMANDS) else None)()
    except DefinitionError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
