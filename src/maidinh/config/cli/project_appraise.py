"""`maidinh project appraise`: a project held against the law that it began under and the architecture that it changes.

Layer 0, config. Works on files alone; no database. Legal ground: Nghị định 224/2026/NĐ-CP article 50 clause 4.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.project_given import (
    DONE,
    FINDINGS,
    Architecture,
    AsJson,
    Definitions,
    File,
    Province,
    given_project,
    given_version,
    print_json,
    told_fault,
)
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.config.cli.architecture_given import Given
    from maidinh.governance.appraisal.assessment import Assessment, Result
    from maidinh.governance.appraisal.definition import AppraisalPack, Grade
    from maidinh.governance.projects.definition import Project

MET = "met"


@told_plainly
def appraise(
    file: File,
    architecture: Architecture = None,
    province: Province = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("The day for which it is checked. Unset: today.")),
    ] = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Say of each requirement of the law whether the project meets it, with basis, proof and remedy."""
    project = given_project(file, as_json=as_json)
    given, model = given_version(file, architecture, province, definitions, as_json=as_json)
    day = date.today() if as_of is None else as_of.date()  # noqa: DTZ011 - the calendar on the wall
    pack, found = _assessed(project, given, model, day, definitions, file, as_json)
    if as_json:
        print_json(found.as_json())
    else:
        print("\n".join(_told(found, pack)))
    sys.exit(DONE if found.verdict == MET else FINDINGS)


def _assessed(
    project: Project, given: Given, model: Any, day: date, definitions: Path | None, file: Path, as_json: bool
) -> tuple[AppraisalPack, Assessment]:
    from maidinh.config.cli.architecture_exchange import refusals, refused
    from maidinh.config.cli.architecture_given import leave
    from maidinh.governance.appraisal.checking import assess
    from maidinh.governance.appraisal.packs import SOURCES, pack_on, read_packs
    from maidinh.governance.conformity.reading import read_rules, read_surroundings
    from maidinh.governance.projects.reading import read_projects
    from maidinh.infrastructure.definitions.code_lists import read_code_list
    from maidinh.infrastructure.definitions.locating import definitions_root
    from maidinh.services.procedures.reading import read_procedures

    root = given.root
    national = root.parents[1] / "national" if root is not None else None
    if national is None or not national.is_dir():
        national = definitions_root(definitions) / "national"
    try:
        around = read_surroundings(national, root)
        pack = pack_on(read_packs(national), project.began_on)
        found = assess(
            project,
            model,
            pack=pack,
            rules=read_rules(national, root),
            framework=around.frameworks.get(model.framework),
            shelf=around.shelf,
            organisations=given.organisations,
            others={each: tuple(other.needs) for each, other in read_projects(root).items()} if root else None,
            procedures={each.code for each in read_procedures(root)} if root else None,
            sources=read_code_list(national, SOURCES),
            day=day,
        )
    except LookupError:
        leave(f"{file}: {say('no law of appraisal is known for the day on which it began')} ({project.began_on})")
    except refusals() as error:
        refused(file, error, as_json)
    return pack, found


def _told(found: Assessment, pack: AppraisalPack) -> Iterator[str]:
    """The assessment for a terminal: what is not met first, with its proof and remedy."""
    names = {each.id: each.name.in_language(language()) for each in pack.results}
    yield f"{found.project} · {say('version')} {found.version} · {pack.name.in_language(language())}"
    order = ("not-met", "undetermined", "not-applicable", "met")
    for result in sorted(found.results, key=lambda each: order.index(each.result)):
        yield from _told_result(result, names)
    for fault in found.faults:
        yield f"  {fault.field}: {told_fault(fault)}"
    for platform in found.reuse:
        decision = platform.decision.decision if platform.decision else say("not said")
        name = platform.name.in_language(language())
        yield f"{say('Shared platform')}: {name} ({platform.owner or '–'}): {decision}"
        if platform.consumers:
            users = ", ".join(each.name.in_language(language()) for each in platform.consumers)
            yield f"  {say('used by')}: {users}"
    brought, stood, mended = len(found.introduced), len(found.standing), len(found.mended)
    yield (
        f"{say('Findings that the change brings')}: {brought}; {say('that stood before')}: {stood}; "
        f"{say('that it mends')}: {mended}."
    )
    yield f"{say('Result')}: {names[found.verdict]}."


def _told_result(result: Result, names: Mapping[Grade, str]) -> Iterator[str]:
    basis = "; ".join(each.text for each in result.basis)
    yield f"[{names[result.result]}] {result.title.in_language(language())} ({basis})"
    if result.result == MET:
        return
    yield f"  {result.says.in_language(language())}"
    yield from (f"  - {each.says.in_language(language())}" for each in result.proof)
    if result.remedy is not None and result.binds:
        yield f"  → {result.remedy.in_language(language())}"
