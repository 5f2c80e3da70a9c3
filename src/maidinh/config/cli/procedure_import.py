"""`maidinh procedure import`: a province's catalogue of procedures, kept as a spreadsheet, becomes YAML skeletons.

Layer 0, config. Files alone; no database. Either every row is in order and all are written, or nothing is. Exit codes:
0 done, 1 rows are wrong (each at its cell), 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.infrastructure.workbooks.cells import Row
    from maidinh.services.procedures.skeletons import Agencies, Fault

DONE, FINDINGS, WRONG_USE = 0, 1, 2
RECEIVER = "one-stop-official"


@told_plainly
def import_catalogue(
    file: Annotated[Path, typer.Argument(help=say("The catalogue: a spreadsheet (.xlsx) or CSV."))],
    to: Annotated[Path, typer.Option("--to", help=say("The folder for the definitions: a province's `procedures`."))],
    province: Annotated[str, typer.Option(help=say("The province whose agencies do them."))] = "lao-cai",
    begins: Annotated[
        str | None, typer.Option("--effective-from", help=say("Their first day, such as 2027-01-01. Unset: today."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    definitions: Annotated[
        Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
    ] = None,
) -> None:
    """Make YAML skeletons of the procedures in a spreadsheet: all of them or, where a row is wrong, none."""
    from maidinh.infrastructure.workbooks.problems import TableRefused
    from maidinh.services.procedures.skeletons import skeletons_of

    if not file.is_file():
        _leave(WRONG_USE, f"{file}: {say('there is no such file')}")
    if not to.is_dir():
        _leave(WRONG_USE, f"{to}: {say('there is no such folder: make it first')}")
    day = _day(begins)
    try:
        found, faults = skeletons_of(_rows(file), _agencies(province, definitions), day)
    except TableRefused as refused:
        _leave(FINDINGS, str(refused))
    told = [{"row": each.row, "cell": each.cell, "field": each.field, "says": _told(each)} for each in faults]
    there = sorted(each["code"] for each in found if (to / each["code"]).exists())
    told += [{"row": 0, "cell": "", "field": "code",
              "says": say("{code} is there already: import never writes over a definition").format(code=code)}
             for code in there]  # fmt: skip
    written = [] if told else _write(found, to)
    if as_json:
        print(json.dumps({"file": str(file), "written": written, "faults": told}, ensure_ascii=False, indent=2))
    else:
        for line in told:
            place = line["cell"] or (f"{say('row')} {line['row']}" if line["row"] else "")
            print(": ".join(part for part in (str(file), place, line["says"]) if part), file=sys.stderr)
        for path in written:
            print(path)
        print(say("Written: {count}. Rows at fault: {faults}.").format(
            count=len(written), faults=len({line["row"] for line in told})))  # fmt: skip
    sys.exit(FINDINGS if told else DONE)


def _rows(file: Path) -> Iterator[Row]:
    """The rows of the first sheet, or of the CSV."""
    from maidinh.infrastructure.workbooks.reading import Workbook
    from maidinh.infrastructure.workbooks.separated import csv_rows, is_separated

    if is_separated(file):
        yield from csv_rows(file)
        return
    with Workbook(file) as workbook:
        yield from workbook.rows(workbook.sheets[0])


def _agencies(province: str, definitions: Path | None) -> Agencies:
    """Whom a row may name, and for each level the first agency that has somebody to receive dossiers."""
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.organisations.reading import read_organisations
    from maidinh.services.procedures.skeletons import Agencies

    organisations = read_organisations(province_root(province, definitions))
    receivers = {each.agency for each in organisations.officials if RECEIVER in each.roles}
    by_level: dict[str, str] = {}
    for agency in organisations.agencies:
        if agency.code in receivers:
            by_level.setdefault(agency.tier, agency.code)
    return Agencies(by_level, frozenset(each.code for each in organisations.agencies))


def _write(found: list[dict[str, Any]], to: Path) -> list[str]:
    """All folders at once: made beside, then moved into place; taken away again where one can't be."""
    from maidinh.governance.modelling.writing import to_yaml
    from maidinh.services.procedures.definition import Procedure
    from maidinh.services.procedures.reading import FILE

    made = Path(tempfile.mkdtemp(prefix=".import-", dir=to))
    placed: list[Path] = []
    try:
        for content in found:
            folder = made / content["code"] / content["version"]
            folder.mkdir(parents=True)
            (folder / FILE).write_text(to_yaml(Procedure.model_validate(content)), "utf-8")
        for content in found:
            (made / content["code"]).rename(to / content["code"])
            placed.append(to / content["code"])
    except BaseException:
        for folder in placed:
            shutil.rmtree(folder)
        raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return [str(folder / content["version"] / FILE) for folder, content in zip(placed, found, strict=True)]


def _told(fault: Fault) -> str:
    said = {
        "heading": say("no column is headed “{named}”: add it"),
        "missing": say("column {field} must be filled in"),
        "form": say("column {field} is written like {named}"),
        "choice": say("column {field} takes one of: {named}"),
        "agency": say("column {field} takes the code of an agency as it stands in organisations.yaml, not “{named}”"),
        "twice": say("the code stands in row {named} already"),
        "refused": say("the definition does not hold: {field}: {named}"),
    }
    return said[fault.kind].format(field=fault.field, named=fault.named)


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()  # noqa: DTZ011 - the calendar on the wall
    except ValueError:
        _leave(WRONG_USE, f"{text}: {say('expected a day such as 2027-01-01')}")


def _leave(code: int, text: str) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(code)
