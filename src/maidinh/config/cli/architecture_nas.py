"""`maidinh architecture nas-check`: the national data set held against its quality rules before it is sent.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maidinh.governance.modelling.definition import Model
    from maidinh.governance.nas.definition import CommuneModel, DataSetStructure
    from maidinh.governance.nas.mapping.correspondence import Correspondence
    from maidinh.governance.nas.mapping.exporting import Report
    from maidinh.governance.nas.records import Finding
    from maidinh.governance.nas.rules import Verdict
    from maidinh.infrastructure.organisations.definition import Organisations

DONE, FINDINGS, WRONG_USE = 0, 1, 2


class PhaseName(StrEnum):
    """In which phase of its life the data set is."""

    ISSUE = "issue"
    UPKEEP = "upkeep"


File = Annotated[Path, typer.Argument(help=say("The workbook (.xlsx) with the four sheets."), show_default=False)]
Phase = Annotated[PhaseName, typer.Option("--phase", help=say("Before issue, or in upkeep, when more is asked for."))]
Issuer = Annotated[
    str | None, typer.Option("--issuer", help=say("The body that issues it, as its name stands in the data."))
]
Structure = Annotated[
    str | None, typer.Option("--structure", help=say("The structure to check by. Unset: the newest in force or draft."))
]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@told_plainly
def nas_check(
    file: File,
    phase: Phase = PhaseName.ISSUE,
    issuer: Issuer = None,
    structure: Structure = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Hold a national data set against its quality rules and say what is wrong, with row and remedy."""
    from maidinh.governance.nas.rules import checked
    from maidinh.governance.nas.workbook import read_data_set
    from maidinh.infrastructure.workbooks.problems import TableRefused

    chosen, commune = structure_and_commune_model(structure, definitions)
    try:
        data = read_data_set(file, chosen)
    except TableRefused as refused:
        _told_as_refused(refused, as_json)
    codes = commune.codes() if commune else frozenset()
    verdict = checked(chosen, data, phase.value, issuer, codes)
    if as_json:
        print(json.dumps(_facts(chosen, verdict), ensure_ascii=False, indent=2))
    else:
        _tell(chosen, verdict)
    sys.exit(FINDINGS if verdict.findings else DONE)


def structure_and_commune_model(
    name: str | None, definitions: Path | None
) -> tuple[DataSetStructure, CommuneModel | None]:
    """The structure asked for, else the one to use today, and the commune model. Leaves when there is none."""
    from maidinh.governance.nas.reading import read_commune_model, read_structures, structure_at, structure_named
    from maidinh.infrastructure.definitions.locating import definitions_root

    national = definitions_root(definitions) / "national"
    structures = read_structures(national)
    try:
        today = date.today()  # noqa: DTZ011 - which structure is in force is a matter of the calendar on the wall
        found = structure_named(structures, name) if name else structure_at(structures, today)
    except LookupError as error:
        _leave(str(error.args[0]))
    return found, read_commune_model(national)


def _facts(structure: DataSetStructure, verdict: Verdict) -> dict[str, Any]:
    return {
        "structure": structure.id,
        "draft": structure.draft,
        "counts": verdict.counts,
        "findings": [_fact(each) for each in verdict.findings],
        "hints": [_fact(each) for each in verdict.hints],
        "for_people": [rule.id for rule in verdict.for_people],
    }


def _fact(finding: Finding) -> dict[str, Any]:
    told = finding.message.in_language(language()), finding.remedy.in_language(language())
    facts = {key: value for key, value in asdict(finding).items() if key not in ("message", "remedy", "hint")}
    return facts | {"message": told[0], "remedy": told[1]}


def _tell(structure: DataSetStructure, verdict: Verdict) -> None:
    for finding in verdict.findings:
        print(finding.in_language(language()))
    if verdict.hints:
        print(f"\n{say('For people to judge:')}")
        for hint in verdict.hints:
            print(hint.in_language(language()))
    print()
    counted = ", ".join(f"{name} {number}" for name, number in _named_counts(verdict))
    draft = f" ({say('draft')})" if structure.draft else ""
    print(f"{structure.id}{draft}: {counted}.")
    print(f"{say('Findings')}: {len(verdict.findings)}. {say('Hints')}: {len(verdict.hints)}.")
    by_people = ", ".join(rule.id for rule in verdict.for_people)
    print(f"{say('People must check themselves, in whole or in part')}: {by_people}.")


def _named_counts(verdict: Verdict) -> list[tuple[str, int]]:
    names = {
        "objects": say("objects"),
        "relations": say("relations"),
        "mappings": say("mappings"),
        "gaps": say("gaps"),
        "tasks": say("tasks"),
        "unknown": say("places still unknown"),
    }
    return [(names[key], number) for key, number in verdict.counts.items()]


def _told_as_refused(refused: Any, as_json: bool) -> NoReturn:
    if as_json:
        problems = [
            {"file": str(p.file), "sheet": p.sheet, "row": p.row, "column": p.column, "text": p.text}
            for p in refused.problems
        ]
        print(json.dumps({"refused": problems}, ensure_ascii=False, indent=2))
    print(refused, file=sys.stderr)
    sys.exit(FINDINGS)


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)


def correspondence(
    structure: DataSetStructure, organisations: Organisations | None, evidence: str, definitions: Path | None
) -> Correspondence:
    """What the way between this province's models and the data set rests on. Leaves when there is no mapping."""
    from maidinh.governance.architecture.frameworks import read_frameworks
    from maidinh.governance.nas.mapping.correspondence import Correspondence
    from maidinh.governance.nas.reading import mapping_for, read_mappings
    from maidinh.infrastructure.definitions.locating import definitions_root

    national = definitions_root(definitions) / "national"
    try:
        mapping = mapping_for(read_mappings(national), structure)
    except LookupError as error:
        _leave(str(error.args[0]))
    names = {each.code: each.name.vi for each in organisations.agencies} if organisations else {}
    own = organisations.code if organisations else None
    return Correspondence(mapping, structure, read_frameworks(national), names, own, evidence)


def export_nas(
    model: Model,
    organisations: Organisations | None,
    template: Path | None = None,
    structure: str | None = None,
    definitions: Path | None = None,
) -> tuple[bytes, list[str]]:
    """The national data set of a model as a file, and what to know of it: what splits, is left out, is missing.

    Raises TableRefused when the template can't take it.
    """
    from maidinh.governance.nas.mapping.exporting import to_data_set
    from maidinh.governance.nas.writing import write_data_set

    chosen, _ = structure_and_commune_model(structure, definitions)
    way = correspondence(chosen, organisations, _evidence(model), definitions)
    try:
        data, report = to_data_set(way, model)
    except ValueError as error:
        _leave(str(error))
    written = write_data_set(chosen, data, template)
    lines = list(_report_lines(way, report))
    lines += [f"{say('no column in the template')}: {name} ({count})" for name, count in written.left_out.items()]
    return written.content, lines


def import_nas(
    file: Path,
    base: Model,
    organisations: Organisations | None,
    structure: str | None = None,
    definitions: Path | None = None,
) -> tuple[Model, list[str]]:
    """The base with what a national data set says, and the elements that the file doesn't name (they were kept).

    Raises TableRefused or DataSetRefused; nothing is half done.
    """
    from maidinh.governance.nas.mapping.importing import to_model
    from maidinh.governance.nas.workbook import read_data_set

    chosen, _ = structure_and_commune_model(structure, definitions)
    imported = to_model(
        correspondence(chosen, organisations, _evidence(base), definitions), read_data_set(file, chosen), base
    )
    return imported.model, imported.kept


def _evidence(model: Model) -> str:
    """What an element rests on that names no source: the decision on the version it is declared in."""
    decision = getattr(model, "decision", None)
    return f"{decision} ({model.title.vi})" if decision and hasattr(model, "title") else ""


def _report_lines(way: Correspondence, report: Report) -> Iterator[str]:
    for split in report.split:
        why = f": {split.why.in_language(language())}" if split.why else ""
        yield f"{say('splits')}: {split.subject} → {', '.join(split.targets)}{why}"
    for identifier, reason in report.left_out.items():
        yield f"{say('no record')}: {identifier}{f': {reason.in_language(language())}' if reason else ''}"
    for identifier in report.unplaced:
        yield f"{say('no place in the structure in force')}: {identifier}"
    for identifier in report.unpaired:
        yield f"{say('gap or task without a partner')}: {identifier}"
    for component in report.missing:
        yield f"{say('nothing yet for component')}: {component} {way.components[component].vi}"
    yield f"{say('places still unknown')}: {report.unknown}"
