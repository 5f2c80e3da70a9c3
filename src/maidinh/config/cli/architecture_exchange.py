"""`maidinh architecture import|export`: an architecture in the formats of other tools, read and written without loss.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.architecture_files import FORM_BY_ENDING, UnknownForm, stated_alone, write_whole, written
from maidinh.config.cli.architecture_sayings import told_at_end
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.cli.architecture_tables import Read
    from maidinh.governance.modelling.definition import Model

DONE, FINDINGS, WRONG_USE = 0, 1, 2

File = Annotated[
    Path, typer.Argument(help=say("An exchange file, an Archi model, a spreadsheet, YAML or the folder of a version."))
]
KeepCycles = Annotated[
    bool, typer.Option("--keep-cycles", help=say("Take in elements that are part of themselves, with a warning."))
]
Base = Annotated[
    Path | None,
    typer.Option("--base", help=say("The model that a spreadsheet or data set changes. Unset: an empty one.")),
]
Province = Annotated[
    str | None, typer.Option("--province", help=say("Whose agencies the national data set names. Unset: the model's."))
]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]


class Target(StrEnum):
    """What can be written."""

    oef = "oef"
    archimate = "archimate"
    yaml = "yaml"
    xlsx = "xlsx"
    csv = "csv"
    nas = "nas"


@told_plainly
def import_(
    file: File,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("Write the model too: .yaml, .xml or .archimate."))
    ] = None,
    base: Base = None,
    province: Province = None,
    table: Annotated[str | None, typer.Option("--table", help=say("Which table a CSV file holds."))] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", help=say("A file that notes how far a spreadsheet was read, to go on there.")),
    ] = None,
    keep_cycles: KeepCycles = False,
    as_json: AsJson = False,
) -> None:
    """Read a model of any format and say what it holds; where anything is wrong in it, say all of that instead."""
    from maidinh.config.cli.architecture_tables import read_table_file
    from maidinh.governance.interchange.detection import detect
    from maidinh.governance.interchange.files import read_model

    if output is not None and output.suffix not in FORM_BY_ENDING:
        _leave(f"{output}: {say('expected a name that ends in one of')} {', '.join(FORM_BY_ENDING)}")
    try:
        kind = "yaml" if file.is_dir() else detect(file)
        if kind in ("xlsx", "csv"):
            began = None if base is None else read_model(base, keep_cycles=keep_cycles)
            read = read_table_file(file, began, province, table, resume, quiet=as_json)
            kind, model, more = read.format, read.model, _changes(read)
        else:
            model, more = read_model(file, keep_cycles=keep_cycles), {}
        if output is not None:
            write_whole(output, written(model, output))
    except refusals() as error:
        refused(file, error, as_json)
    answer = {"file": str(file), "format": kind} | _counts(model) | more
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _told(answer)
    sys.exit(DONE)


@told_plainly
def export(
    file: File,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write; a folder for CSV."))],
    format: Annotated[Target, typer.Option("--format", help=say("In which format."))] = Target.oef,
    template: Annotated[
        Path | None, typer.Option("--template", help=say("The ministry's workbook, to be filled in (only for nas)."))
    ] = None,
    province: Province = None,
    keep_cycles: KeepCycles = False,
    as_json: AsJson = False,
) -> None:
    """Write a model of any format in another one, or in its own; nothing of it is lost."""
    from maidinh.config.cli.architecture_tables import write_csv_folder, write_data_set_file
    from maidinh.governance.interchange.files import content_of, read_model

    if template is not None and format is not Target.nas:
        _leave(say("A template is filled in with the national data set only: --format nas."))
    report: list[str] = []
    try:
        model = read_model(file, keep_cycles=keep_cycles)
        if format is Target.csv:
            files = write_csv_folder(model, output)
        elif format is Target.nas:
            report = write_data_set_file(model, output, template, province)
            files = [output]
        else:
            stated = stated_alone(model, output) if format is Target.yaml else model
            write_whole(output, _workbook(model) if format is Target.xlsx else content_of(stated, format.value))
            files = [output]
    except refusals() as error:
        refused(file, error, as_json)
    answer = {"files": [str(each) for each in files], "format": format.value, "report": report} | _counts(model)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print("\n".join([*report, *answer["files"]]))
    sys.exit(DONE)


def _workbook(model: Model) -> bytes:
    from maidinh.governance.tables.writing import write_workbook

    return write_workbook(model)


def refusals() -> tuple[type[Exception], ...]:
    """Everything by which a file that isn't in order is refused."""
    from maidinh.governance.interchange.problems import FileRefused
    from maidinh.governance.nas.mapping.importing import DataSetRefused
    from maidinh.infrastructure.definitions.reading import DefinitionError
    from maidinh.infrastructure.workbooks.problems import TableRefused

    return (FileRefused, DefinitionError, TableRefused, DataSetRefused, UnknownForm)


def _changes(read: Read) -> dict[str, Any]:
    return {"changes": {"added": read.added, "changed": read.changed, "removed": read.removed}, "notes": read.notes}


def _counts(model: Model) -> dict[str, Any]:
    nodes = sum(1 for view in model.views for _node in view.all_nodes())
    things = (model, *model.elements, *model.relations, *model.views)
    names = [each.name for each in (*model.elements, *model.views)]
    languages = {phrase.language or "" for name in names for phrase in name.phrases()}
    return {
        "name": model.name.in_language("vi") or getattr(getattr(model, "title", None), "vi", ""),
        "elements": len(model.elements),
        "relations": len(model.relations),
        "principles": len(model.principles),
        "views": len(model.views),
        "nodes": nodes,
        "connections": sum(len(view.connections) for view in model.views),
        "folders": _folders(model.folders),
        "properties": sum(len(each.properties) for each in things),
        "property_definitions": len(model.property_definitions),
        "languages": sorted(languages),
        "kinds": dict(sorted(Counter(each.kind for each in model.elements).items())),
        "warnings": _warnings(model),
    }


def _folders(folders: list[Any]) -> int:
    return sum(1 + _folders(each.holds) for each in folders if not isinstance(each, str))


def _warnings(model: Model) -> list[dict[str, str]]:
    from maidinh.governance.modelling.integrity import defects, doubts

    return [{"kind": each.kind, "place": each.place, "text": each.text} for each in (*defects(model), *doubts(model))]


def _told(answer: dict[str, Any]) -> None:
    words = {
        "elements": say("elements"),
        "relations": say("relations"),
        "principles": say("principles"),
        "views": say("views"),
        "nodes": say("boxes in views"),
        "connections": say("lines in views"),
        "folders": say("folders"),
        "properties": say("properties"),
    }
    print(f"{answer['name'] or answer['file']} ({answer['format']})")
    for key, word in words.items():
        print(f"  {answer[key]:>7} {word}")
    for each in answer["warnings"]:
        print(f"{say('Worth a look')}: {each['place']}: {each['text']}")
    for note in answer.get("notes", ()):
        print(note)


def refused(file: Path, error: Any, as_json: bool) -> NoReturn:
    """Say everything that is wrong and leave."""
    found = getattr(error, "problems", None) or getattr(error, "findings", [])
    problems = [_problem(each) for each in found]
    if as_json:
        told = problems or [{"file": str(file), "line": 0, "place": "", "expected": str(error)}]
        print(json.dumps({"file": str(file), "problems": told}, ensure_ascii=False, indent=2))
    else:
        lines = [told_at_end(str(each), problem["expected"]) for each, problem in zip(found, problems, strict=True)]
        print("\n".join(lines) or error, file=sys.stderr)
        print(f"{say('Problems found')}: {len(problems)}. {say('Nothing was taken in.')}", file=sys.stderr)
    sys.exit(FINDINGS)


def _problem(found: Any) -> dict[str, Any]:
    """One problem, whichever of the readers told it."""
    places = [getattr(found, name, None) for name in ("place", "sheet", "cell")]
    return {
        "file": str(getattr(found, "file", "")),
        "line": getattr(found, "line", None) or getattr(found, "row", None) or 0,
        "place": " ".join(each for each in places if each),
        "expected": getattr(found, "text", None) or getattr(found, "expected", None) or str(found),
    }


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
