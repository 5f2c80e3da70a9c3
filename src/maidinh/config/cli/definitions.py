"""`maidinh definitions check|schemas`: are the facts in order, and what form must they have.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from maidinh.config.texts import say

app = typer.Typer(help=say("Check the definitions: the facts that everything runs on."), no_args_is_help=True)

DONE, FINDINGS, WRONG_USE, FAILED = 0, 1, 2, 3

Folder = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@app.command(help=say("Read all definitions and hold them together; says file, line and what was expected."))
def check(
    province: Annotated[str | None, typer.Option(help=say("Only this province's, and the national ones."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    definitions: Folder = None,
) -> None:
    """Read all definitions and hold them together; says file, line and what was expected."""
    from maidinh.config.definitions_check import check_definitions
    from maidinh.infrastructure.definitions.locating import province_root

    root = _root(definitions)
    try:
        if province is not None:
            province_root(province, root)
    except FileNotFoundError as error:
        _leave(str(error), WRONG_USE)
    try:
        findings = check_definitions(root, province)
    except OSError as error:
        _leave(str(error), FAILED)
    if as_json:
        told = {
            name: [{"file": str(p.file), "line": p.line, "place": p.place, "expected": p.expected} for p in found]
            for name, found in (("problems", findings.problems), ("hints", findings.hints))
        }
        print(json.dumps({"files": findings.files, **told}, ensure_ascii=False, indent=2))
    else:
        for problem in findings.problems:
            print(problem)
        for hint in findings.hints:
            print(f"{say('Worth a look')}: {hint}")
        print(f"{say('Files read')}: {findings.files}. {say('Problems found')}: {len(findings.problems)}.")
    sys.exit(FINDINGS if findings.problems else DONE)


@app.command(help=say("Say whether the JSON Schemas are what the forms say, or write them."))
def schemas(
    write: Annotated[bool, typer.Option("--write", help=say("Write what differs."))] = False,
    definitions: Folder = None,
) -> None:
    """Say whether the JSON Schemas are what the forms say, or write them."""
    from maidinh.config.definitions_schemas import stale_schemas, write_schemas

    root = _root(definitions)
    names = write_schemas(root) if write else stale_schemas(root)
    for name in names:
        print(f"{say('Written') if write else say('Out of date')}: {name}")
    sys.exit(FINDINGS if names and not write else DONE)


def _root(definitions: Path | None) -> Path:
    from maidinh.infrastructure.definitions.locating import definitions_root

    if definitions is not None and not (definitions / "national").is_dir():
        _leave(f"{definitions}: {say('the folder must hold national/ and provinces/')}", WRONG_USE)
    try:
        return definitions_root(definitions)
    except FileNotFoundError as error:
        _leave(str(error), WRONG_USE)


def _leave(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
