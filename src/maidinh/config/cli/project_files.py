"""`maidinh project template|table`: a project's file to begin with, and one form of the file made the other.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import re
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.architecture_given import leave
from maidinh.config.cli.project_given import DONE, AsJson, File, given_project, print_json
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.projects.definition import Project

YAML = (".yaml", ".yml")
TABLE = ".xlsx"


class Kinds(StrEnum):
    """Which way a project is done."""

    investment = "investment"
    purchase = "purchase"
    service = "service"


Output = Annotated[Path, typer.Option("--output", "-o", help=say("The file to write: .yaml or .xlsx."))]


@told_plainly
def template(
    output: Output,
    kind: Annotated[Kinds, typer.Option("--kind", help=say("How the project is done."))] = Kinds.investment,
    version: Annotated[str, typer.Option("--version", help=say("The version that it shall change."))] = "1.0",
) -> None:
    """Write a project to fill in, with an example of each part and a word on each field."""
    today = date.today()  # noqa: DTZ011 - the calendar on the wall
    project = _example(kind.value, version, today)
    content = project_file(project, output)
    if output.suffix.lower() in YAML:
        content = _explained(content.decode()).encode()
    write_whole(output, content)
    print(output)
    sys.exit(DONE)


@told_plainly
def table(file: File, output: Output, as_json: AsJson = False) -> None:
    """Write a project in the other form: a spreadsheet of its YAML, or YAML of its spreadsheet."""
    from maidinh.governance.projects.content import content_of, hash_of

    project = given_project(file, as_json=as_json)
    write_whole(output, project_file(project, output))
    if as_json:
        print_json({"project": project.id, "output": str(output), "hash": hash_of(content_of(project))})
    else:
        print(output)
    sys.exit(DONE)


def project_file(project: Project, output: Path) -> bytes:
    """The project in the form that the file's name asks for."""
    from maidinh.governance.modelling.writing import to_yaml
    from maidinh.governance.projects.tables import write_project

    if output.suffix.lower() in YAML:
        return to_yaml(project).encode()
    if output.suffix.lower() != TABLE:
        leave(f"{output}: {say('expected a name that ends in one of')} {', '.join((*YAML, TABLE))}")
    try:
        return write_project(project, language())
    except ValueError as error:
        leave(f"{output}: {error}")


def _example(kind: str, version: str, today: date) -> Project:
    """A project that holds one thing of each part, for people to write over."""
    from maidinh.governance.projects.definition import Project

    year = today.year + 1
    begins, ends, later = date(year, 1, 15).isoformat(), date(year, 11, 30).isoformat(), date(year, 12, 31).isoformat()
    text = {"vi": "…", "en": "…"}
    content = {
        "id": "ma-du-an", "title": text, "summary": text, "owner": "ma-co-quan", "kind": kind, "began_on": today,
        "architecture": version, "legal_basis": [{"text": "…", "checked": False}], "total": 1_000_000_000,
        "changes": [
            {"action": "add", "section": "elements", "item": "he-thong-moi", "why": text,
             "value": {"id": "he-thong-moi", "kind": "information-system", "layer": 5, "name": text,
                       "owner": "ma-co-quan", "state": "planned", "zone": "tslcd", "security_level": 2}},
            {"action": "change", "section": "elements", "item": "he-thong-dang-co", "set": {"zone": "data-centre"}},
            {"action": "retire", "section": "elements", "item": "he-thong-cu", "on": later},
        ],
        "costs": [
            {"year": year, "source": "ma-nguon-von", "kind": "build", "amount": 1_000_000_000,
             "component": "he-thong-moi"},
            {"year": year, "source": "ma-nguon-von", "kind": "run", "amount": 100_000_000},
        ],
        "schedule": [{"id": "trien-khai", "title": text, "begins": begins, "ends": ends}],
        "benefits": [{"id": "thoi-gian", "title": text, "unit": text, "baseline": 10, "target": 5, "by": later}],
        "procedures": ["1.000000"],
        "training": [{"id": "can-bo", "agency": "ma-co-quan", "subject": text, "people": 20, "before": ends}],
        "reuse": [{"platform": "ma-nen-tang", "decision": "use"}],
        "statements": [{"requirement": "ma-yeu-cau", "says": text}],
        "papers": [{"kind": "ma-giay-to", "title": text, "number": "01/TTr"}],
    }  # fmt: skip
    if kind == "investment":
        content |= {"group": "C", "design_steps": 1}
    return Project.model_validate(content)


def _explained(text: str) -> str:
    """The YAML with a word above each of its fields, in the language of the terminal."""
    from maidinh.governance.projects.sheets import GENERAL, LISTED, SHEETS

    words = {sheet.part: (sheet.name(language()), _columns(sheet.part)) for sheet in SHEETS[1:]}
    for each in GENERAL.columns:
        if not each.key.endswith((".en", "_unchecked")):  # of days and lists the note tells how a cell says it
            note = "" if each.kind == "day" or each.key in LISTED else each.note(language())
            words[each.key.partition(".")[0]] = (each.heading(language()), note)

    def above(found: re.Match[str]) -> str:
        title, note = words.get(found[1], ("", ""))
        return f"# {': '.join(part for part in (title, note) if part)}\n{found[0]}" if title else found[0]

    return re.sub(r"^([a-z_]+):", above, text, flags=re.M)


def _columns(part: str) -> str:
    """What stands in one part, with the words that may be chosen."""
    from maidinh.governance.projects.sheets import CHOICES, SHEETS

    sheet = next(each for each in SHEETS if each.part == part)
    told = []
    for each in sheet.columns:
        choices = f" ({', '.join(CHOICES[each.choices])})" if each.kind == "choice" else ""
        if not each.key.endswith(".en"):
            told.append(f"{each.key.partition('.')[0]} = {each.heading(language())}{choices}")
    return "; ".join(told)
