"""The command line: one Typer application made of one module for each noun.

Layer 0, config. Exit codes: 0 done, 1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import importlib
import sys

import typer

from maidinh.config.cli.texts import say

GROUPS = ("architecture", "definitions", "log", "serve")
COMMANDS = ("demo", "doctor", "up")


def application() -> typer.Typer:
    """Every command under its name."""
    app = typer.Typer(
        name="maidinh",
        help=say("Runs a province's e-government from its architecture."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for group in GROUPS:
        app.add_typer(importlib.import_module(f"maidinh.config.cli.{group}").app, name=group)
    for command in COMMANDS:
        app.command(command)(importlib.import_module(f"maidinh.config.cli.{command}").command)
    return app


def main() -> None:
    """Run the command given; a failure we foresaw is told in a sentence or two, not as a traceback."""
    from maidinh.infrastructure.definitions.reading import DefinitionError

    try:
        application()()
    except DefinitionError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
