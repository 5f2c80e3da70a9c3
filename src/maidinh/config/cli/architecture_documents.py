"""`maidinh architecture document|dossier`: the architecture as Word or PDF, and the dossier put up for issue.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.architecture_given import given_architecture, leave
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say, saying

if TYPE_CHECKING:
    from collections.abc import Callable

    from maidinh.governance.documents.content import Document, OpenPoint
    from maidinh.governance.documents.dossier import Standing
    from maidinh.governance.documents.material import Material
    from maidinh.governance.documents.reading import Basis

DONE, FINDINGS, WRONG_USE = 0, 1, 2


class Tongue(StrEnum):
    """In which language a document is written."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


File = Annotated[
    Path,
    typer.Argument(help=say("The folder of a version, or a file with a model, of any format."), show_default=False),
]
Framework = Annotated[
    str | None,
    typer.Option("--framework", help=say("In the structure of which framework: national-2.0. Unset: the model's own.")),
]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("The closing date. Unset: today."))
]
Closing = Annotated[
    datetime | None, typer.Option("--closing-date", formats=["%Y-%m-%d"], help=say("The closing date. Unset: today."))
]
Language = Annotated[Tongue, typer.Option("--language", help=say("In which language."))]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@told_plainly
def document(
    file: File,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write: .docx or .pdf."))],
    framework: Framework = None,
    public: Annotated[
        bool, typer.Option("--public", help=say("The public edition: what may not be published is left out."))
    ] = False,
    as_of: AsOf = None,
    tongue: Language = Tongue.VIETNAMESE,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Write the architecture as a whole document; says which chapters have no content yet."""
    from maidinh.governance.documents.building import build
    from maidinh.governance.documents.reading import framework_id

    writers = _writers()
    if output.suffix.lower() not in writers:
        leave(f"{output}: {say('expected a name that ends in one of')} {', '.join(sorted(writers))}")
    basis = _basis(definitions)
    wanted = framework_id(framework) if framework else None
    try:
        material = _material(file, basis, tongue, as_of, wanted, public, definitions, as_json)
        plan = basis.public_plan() if public and framework is None else basis.plan(material.framework.id)
        made = build(plan, material)
    except LookupError as error:
        leave(str(error.args[0]))
    write_whole(output, writers[output.suffix.lower()](made))
    if as_json:
        print(json.dumps(_facts(output, plan.id, material, made), ensure_ascii=False, indent=2))
    else:
        told = made if tongue.value == language() else build(plan, replace(material, language=language()))
        for each in told.open_points:
            print(f"{say('No content yet')}: {each.place}: {each.what}")
        print(output)
    sys.exit(DONE)


@told_plainly
def dossier(
    file: File,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("A folder, or a file that ends in .zip."))],
    closing_date: Closing = None,
    tongue: Language = Tongue.VIETNAMESE,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Write the dossier put up for issue, and say how far it is: checklist, open points, days to the deadline."""
    from maidinh.governance.documents.dossier import archive, dossier_files, standing

    zipped = output.suffix.lower() == ".zip"
    if not zipped and output.is_file():
        leave(f"{output}: {say('this is a file: name a folder, or a file that ends in .zip')}")
    basis = _basis(definitions)
    closing = closing_date.date() if closing_date else _today()
    try:
        plan = basis.dossier(closing)
        material = _material(file, basis, tongue, closing_date, plan.framework, False, definitions, as_json)
        found = standing(material, plan)
        files = dossier_files(material, found)
    except (LookupError, ValueError) as error:
        leave(str(error.args[0]))
    if zipped:
        write_whole(output, archive(files))
        written = [str(output)]
    else:
        for name, content in files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        written = [str(output / name) for name in files]
    if as_json:
        print(json.dumps(_standing(material, found) | {"files": written}, ensure_ascii=False, indent=2))
    else:
        seen = replace(material, language=language())
        _tell(seen, found if tongue.value == language() else standing(seen, plan), written)
    sys.exit(DONE if found.ready else FINDINGS)


def _writers() -> dict[str, Callable[[Document], bytes]]:
    from maidinh.governance.documents.printed import pages_of, write_pdf
    from maidinh.governance.documents.word import write_docx

    def as_word(made: Document) -> bytes:
        return write_docx(made, pages_of(made))

    return {".docx": as_word, ".pdf": write_pdf}


def _basis(definitions: Path | None) -> Basis:
    from maidinh.governance.documents.reading import read_basis
    from maidinh.infrastructure.definitions.locating import definitions_root

    return read_basis(definitions_root(definitions) / "national")


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the closing date is a matter of the calendar on the wall


def _material(
    file: Path,
    basis: Basis,
    tongue: Tongue,
    as_of: datetime | None,
    framework: str | None,
    public: bool,
    definitions: Path | None,
    as_json: bool,
) -> Material:
    """The model with its agencies, its earlier versions and, for the public, the rules. Leaves for a broken file."""
    from maidinh.governance.architecture.reading import FILE, read_versions
    from maidinh.governance.documents.material import prepared
    from maidinh.governance.exploring.publication import read_publication_rules
    from maidinh.infrastructure.definitions.locating import definitions_root

    given = given_architecture(file, definitions=definitions, as_json=as_json)
    model, folder = given.model, file if file.is_dir() else file.parent
    history = []
    if (folder / FILE).is_file() and folder.resolve().name == getattr(model, "version", None):
        history = list(read_versions(folder.resolve().parents[1]).values())
    return prepared(
        model,
        basis,
        closing=as_of.date() if as_of else _today(),
        language=tongue.value,
        framework=framework,
        organisations=given.organisations,
        history=history,
        say=saying(tongue.value),
        published=read_publication_rules(definitions_root(definitions) / "national") if public else None,
    )


def _facts(output: Path, plan: str, material: Material, made: Document) -> dict[str, Any]:
    return {
        "file": str(output),
        "plan": plan,
        "framework": material.framework.id,
        "closing_date": material.closing.isoformat(),
        "chapters": sum(1 for _ in made.all_chapters()),
        "tables": sum(1 for _ in made.tables()),
        "figures": sum(1 for _ in made.figures()),
        "open_points": [_point(each) for each in made.open_points],
        "left_out": {each.rule.id: each.count for each in material.left_out},
    }


def _point(point: OpenPoint) -> dict[str, Any]:
    due = point.due.isoformat() if point.due else None
    return {"place": point.place, "what": point.what, "why": point.why, "due": due}


def _standing(material: Material, found: Standing) -> dict[str, Any]:
    deadline = found.deadline
    return {
        "dossier": found.plan.id,
        "draft": found.plan.draft,
        "closing_date": material.closing.isoformat(),
        "ready": found.ready,
        "checklist": [
            {
                "id": each.plan.id,
                "title": material.said(each.plan.title),
                "status": each.status,
                "evidence": list(each.evidence),
                "remedy": material.said(each.plan.remedy),
            }
            for each in found.results
        ],
        "open_points": [_point(each) for each in found.work],
        "deadline": {"due": deadline.due.isoformat(), "days": deadline.days} if deadline else None,
        "reviews": [
            {
                "version": each.version,
                "reviewed_on": each.reviewed_on.isoformat(),
                "next_due": each.next_due.isoformat(),
                "overdue_days": each.overdue_days,
            }
            for each in found.reviews
        ],
    }


def _tell(material: Material, found: Standing, written: list[str]) -> None:
    words = {"met": say("met"), "not-met": say("not met"), "person": say("for a person")}
    for each in found.results:
        print(f"{each.plan.id} {words[each.status]}: {material.said(each.plan.title)}")
        if each.status == "not-met":
            for line in each.evidence:
                print(f"     {line}")
            print(f"     → {material.said(each.plan.remedy)}")
    print(f"{say('Open points')}: {len(found.work)}")
    if found.deadline:
        print(found.deadline.told(material))
    for path in written:
        print(path)
