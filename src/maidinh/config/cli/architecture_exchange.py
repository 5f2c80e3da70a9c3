"""`maidinh architecture import|export`: an architecture in the formats of other tools, read and written without loss.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.modelling.definition import Model

DONE, FINDINGS = 0, 1

File = Annotated[
    Path, typer.Argument(help=say("An exchange file, an Archi model, a spreadsheet, YAML or the folder of a version."))
]
KeepCycles = Annotated[
    bool, typer.Option("--keep-cycles", help=say("Take in elements that are part of themselves, with a warning."))
]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]


class Target(StrEnum):
    """What can be written."""

    oef = "oef"
    archimate = "archimate"
    yaml = "yaml"


@told_plainly
def import_(file: File, keep_cycles: KeepCycles = False, as_json: AsJson = False) -> None:
    """Read a model of any format and say what it holds; where anything is wrong in it, say all of that instead."""
    from maidinh.governance.interchange.detection import detect
    from maidinh.governance.interchange.files import read_model
    from maidinh.governance.interchange.problems import FileRefused
    from maidinh.infrastructure.definitions.reading import DefinitionError

    try:
        kind = "yaml" if file.is_dir() else detect(file)
        model = read_model(file, keep_cycles=keep_cycles)
    except (FileRefused, DefinitionError) as error:
        _refused(file, error, as_json)
    answer = {"file": str(file), "format": kind} | _counts(model)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _told(answer)
    sys.exit(DONE)


@told_plainly
def export(
    file: File,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write."))],
    format: Annotated[Target, typer.Option("--format", help=say("In which format."))] = Target.oef,
    keep_cycles: KeepCycles = False,
    as_json: AsJson = False,
) -> None:
    """Write a model of any format in another one, or in its own; nothing of it is lost."""
    from maidinh.governance.interchange.files import content_of, read_model
    from maidinh.governance.interchange.problems import FileRefused
    from maidinh.infrastructure.definitions.reading import DefinitionError

    try:
        model = read_model(file, keep_cycles=keep_cycles)
        content = content_of(model, format.value)
    except (FileRefused, DefinitionError) as error:
        _refused(file, error, as_json)
    write_whole(output, content)
    answer = {"file": str(output), "format": format.value, "bytes": len(content)} | _counts(model)
    print(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else output)
    sys.exit(DONE)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, also when the machine stops in between."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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


def _refused(file: Path, error: Any, as_json: bool) -> None:
    """Say everything that is wrong and leave."""
    problems = [
        {
            "file": str(each.file),
            "line": each.line,
            "place": each.place,
            "expected": getattr(each, "text", None) or each.expected,
        }
        for each in error.problems
    ]
    if as_json:
        print(json.dumps({"file": str(file), "problems": problems}, ensure_ascii=False, indent=2))
    else:
        print(error, file=sys.stderr)
        print(f"{say('Problems found')}: {len(problems)}. {say('Nothing was taken in.')}", file=sys.stderr)
    sys.exit(FINDINGS)
