"""`maidinh procedure check`: what is wrong with a procedure, before it comes into force.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say, saying

DONE, FINDINGS, WRONG_USE = 0, 1, 2

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help=say("Files of procedures, or folders in which they lie."), show_default=False),
]


@told_plainly
def check(
    paths: Paths = None,
    province: Annotated[
        str | None,
        typer.Option(help=say("The province whose procedures are checked, or against which files from elsewhere are.")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    definitions: Annotated[
        Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
    ] = None,
) -> None:
    """Say what is wrong with procedures: file, line, what is wrong, and the remedy."""
    from maidinh.config.procedures_given import check_files, files_under
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.services.procedures.reading import procedure_files

    if not paths and province is None:
        print(say("Name the files of procedures, or their province."), file=sys.stderr)
        sys.exit(WRONG_USE)
    home = province_root(province, definitions) if province is not None else None
    try:
        files = files_under(paths) if paths else procedure_files(home or Path())
    except FileNotFoundError as error:
        print(f"{error}: {say('there is no such file')}", file=sys.stderr)
        sys.exit(WRONG_USE)
    checked = check_files(files, home, definitions)
    wrong = any(each.finding.check.severity == "error" for each in checked.findings)
    if as_json:
        told = {
            "procedures": checked.procedures,
            "provinces": sorted(checked.provinces),
            "alone": [str(path) for path in checked.alone],
            "findings": [each.as_json(saying) for each in checked.findings],
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        sys.exit(FINDINGS if wrong else DONE)
    here = language()
    for each in checked.findings:
        told_as = f"{each.file}:{each.line}: {say(each.finding.check.severity)} {each.finding.check.code}"
        print(f"{told_as}: {each.finding.message(say, here)}. → {each.finding.remedy(say, here)}")
    for path in checked.alone:
        print(f"{path}: {say('Belongs to no province: held only against itself. Name one with --province.')}")
    print(f"{say('Procedures read')}: {checked.procedures}. {say('Faults found')}: {len(checked.findings)}.")
    sys.exit(FINDINGS if wrong else DONE)
