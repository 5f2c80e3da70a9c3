"""The project and the architecture that a command is given, and how a project's faults read in a terminal.

Layer 0, config. Files alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from maidinh.config.cli.architecture_given import Given, given_architecture, leave
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.projects.definition import Project
    from maidinh.governance.projects.faults import Fault

DONE, FINDINGS, WRONG_USE = 0, 1, 2
Read = TypeVar("Read")

File = Annotated[Path, typer.Argument(help=say("The project: YAML or a spreadsheet (.xlsx)."), show_default=False)]
Architecture = Annotated[
    Path | None,
    typer.Option("--architecture", help=say("The architecture that it changes: a version's folder or a file.")),
]
Province = Annotated[
    str | None, typer.Option("--province", help=say("The province whose newest version it changes instead."))
]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


def given_project(file: Path, *, as_json: bool) -> Project:
    """The project in a file; where it holds none, says where and why, and ends."""
    from maidinh.governance.projects.reading import read_project

    return given_file(file, read_project, as_json=as_json)


def given_file(file: Path, read: Callable[[Path], Read], *, as_json: bool) -> Read:
    """What `read` finds in a file; where that is nothing, says where and why, and ends."""
    from maidinh.governance.projects.faults import ProjectUnreadable
    from maidinh.infrastructure.definitions.reading import DefinitionError

    if not file.is_file():
        leave(f"{file}: {say('there is no such file')}")
    try:
        return read(file)
    except ProjectUnreadable as error:
        stop(file, error.faults, as_json)
    except DefinitionError as error:
        if not as_json:
            print(error, file=sys.stderr)
            sys.exit(FINDINGS)
        told = [{"field": each.place, "line": each.line, "says": each.expected} for each in error.problems]
        print_json({"file": str(file), "faults": told})
        sys.exit(FINDINGS)


def given_version(
    file: Path, architecture: Path | None, province: str | None, definitions: Path | None, *, as_json: bool
) -> tuple[Given, ArchitectureVersion]:
    """The version that a project changes: as named, else the newest of the province among which the file lies."""
    from maidinh.governance.architecture.definition import ArchitectureVersion

    if architecture is None and province is None:
        province, definitions = _province_around(file, definitions)
    given = given_architecture(architecture, province, definitions=definitions, as_json=as_json)
    if not isinstance(given.model, ArchitectureVersion):
        leave(f"{architecture}: {say('this is no version of an architecture: it names no province and no framework')}")
    return given, given.model


def told_fault(fault: Fault) -> str:
    """What is wrong and what to do, in the language of the terminal."""
    from maidinh.config.cli.architecture_sayings import told

    values = {key: told(value) if key == "reason" else value for key, value in fault.values.items()}
    return " ".join(say(each) % values for each in (fault.says, fault.remedy) if each)


def lines_of(file: Path, faults: Sequence[Fault]) -> list[str]:
    """A line for each fault, with the file and the line or cell in it."""
    return [
        ": ".join(part for part in (f"{file}{_line(file, each)}", each.place, each.field, told_fault(each)) if part)
        for each in faults
    ]


def json_of(file: Path, faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """The same for machines."""
    found = []
    for each in faults:
        line = _line(file, each).lstrip(":")
        place = {"line": int(line)} if line else {"cell": each.place} if each.place else {}
        found.append({"field": each.field, "says": told_fault(each), **place})
    return found


def stop(file: Path, faults: Sequence[Fault], as_json: bool) -> NoReturn:
    """End with what is wrong in a file."""
    if as_json:
        print_json({"file": str(file), "faults": json_of(file, faults)})
    else:
        print("\n".join(lines_of(file, faults)), file=sys.stderr)
    sys.exit(FINDINGS)


def print_json(content: dict[str, Any]) -> None:
    """One JSON document and nothing else."""
    print(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def _line(file: Path, fault: Fault) -> str:
    from maidinh.infrastructure.definitions.document import Document

    if file.suffix.lower() == ".xlsx" or not fault.at:
        return ""
    return f":{Document(file).problem(fault.at, '').line}"


def _province_around(file: Path, definitions: Path | None) -> tuple[str, Path | None]:
    from maidinh.infrastructure.organisations.reading import FILE

    around = file.resolve().parent.parent
    if not (around / FILE).is_file():
        leave(say("Name the architecture that the project changes, or its province."))
    root = around.parents[1] if (around.parents[1] / "national").is_dir() else definitions
    return around.name, root
