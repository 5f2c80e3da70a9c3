"""Reading projects, their revisions, what happened to them, and what their components' owners reported.

Layer 4, governance. What is prepared is its owner's alone; once handed in it is for everyone who may read projects,
and what the law makes public for everyone. The database holds the same by agency.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import (
    contract_in_force,
    current_version,
    declared_organisations,
    standing_withdrawals,
)
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.projects import definition, faults
from maidinh.governance.projects.figures import RegisterRow
from maidinh.governance.projects.models import ComponentReport, Event, PaperFile, Project, Revision
from maidinh.governance.projects.proposal import agency_codes, proposed, rebased
from maidinh.governance.projects.reading import read_projects
from maidinh.governance.projects.reopening import Reopening, Stopped, reopenings, systems_joined
from maidinh.governance.projects.rules import ACCEPTED, IN_FORCE, PUBLIC, REFUSED, WITHDRAWN
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.code_lists import FOLDER as CODES
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.locating import definitions_root, province_root
from maidinh.infrastructure.definitions.reading import read_yaml

READING, PROPOSING = "project.read", "project.propose"
PACKS, SOURCES = "appraisal", "budget-sources"


@dataclass(frozen=True)
class Unmet:
    """A condition of the verdict under which a project was approved that nobody has shown to be met yet."""

    id: str
    text: str


def reads(actor: Actor) -> bool:
    """Whether the actor reads the dossiers of projects, and not only what is public of them."""
    return actor.may(READING) or actor.may(PROPOSING)


def is_of(actor: Actor, row: Project) -> bool:
    """Whether the project is of an agency that the actor acts for."""
    return row.owner in actor.agencies


def projects_for(actor: Actor) -> QuerySet[Project]:
    """The projects that this actor may see, the last changed first."""
    found = Project.objects.select_related("base", "baseline", "carried_in").order_by("-updated_at", "-pk")
    found = found.defer("base__content", "carried_in__content")
    if reads(actor):
        return found.filter(Q(handed_in_at__isnull=False) | Q(owner__in=actor.agencies))
    return found.filter(state__in=PUBLIC)


def public_projects() -> QuerySet[Project]:
    """The projects that everyone may know of, the last changed first: the same for every reader."""
    found = Project.objects.filter(province=settings.MAIDINH.province, state__in=PUBLIC)
    return found.order_by("-updated_at", "-pk")


def register_rows() -> list[RegisterRow]:
    """What the public register counts of each of them, in one query: of the form only what is counted."""
    parts = {f"_{name}": KeyTransform(name, "content") for name in ("summary", "kind", "total", "costs", "schedule")}
    found = public_projects().annotate(**parts)
    return [
        RegisterRow(
            pk=each["pk"], code=each["code"], title=each["title"], summary=each["_summary"] or {}, owner=each["owner"],
            state=each["state"], kind=each["_kind"] or "", total=int(each["_total"] or 0),
            costs=tuple(each["_costs"] or ()), schedule=tuple(each["_schedule"] or ()), changed=each["updated_at"],
        )
        for each in found.values("pk", "code", "title", "owner", "state", "updated_at", *parts)
    ]  # fmt: skip


def project_for(actor: Actor, code: str) -> Project | None:
    """The project of this code, if this actor may see it."""
    return projects_for(actor).filter(province=settings.MAIDINH.province, code=code).first()


def project_numbered(actor: Actor, project_id: int) -> Project | None:
    """The project of this id, if this actor may see it."""
    return projects_for(actor).filter(pk=project_id).first()


def revisions_of(actor: Actor, row: Project) -> QuerySet[Revision]:
    """The revisions of a project, the newest first: for who reads its dossier; the public sees what is approved."""
    found = row.revisions.select_related("base").defer("base__content").order_by("-number")
    return found if reads(actor) else found.filter(pk=row.baseline_id)


def events_for(actor: Actor, row: Project) -> QuerySet[Event]:
    """What happened to a project, the newest first; who may not read its dossier sees the public ones."""
    found = row.events.order_by("-at", "-pk")
    return found if reads(actor) else found.filter(public=True)


def paper_files(actor: Actor, row: Project) -> dict[str, PaperFile]:
    """The files of a project's papers, by digest, each under its newest name: for who reads the project's dossier."""
    if not reads(actor):
        return {}
    return {each.document_id: each for each in row.paper_files.select_related("document").order_by("pk")}


def known(
    version: ArchitectureVersion, *, procedures: Collection[str] | None = None, apart: str | None = None
) -> faults.Known:
    """What a project is held against here. `apart` is the code of the project that is held against the others."""
    others = Project.objects.filter(province=settings.MAIDINH.province).exclude(code=apart or "")
    others = others.exclude(state__in=(REFUSED, WITHDRAWN))
    return faults.Known(
        version=version,
        agencies=agency_codes(declared_organisations()),
        sources=money_sources(),
        procedures=declared_procedures() if procedures is None else procedures,
        platforms=faults.shared_platforms(version),
        others={row.code: tuple(row.content.get("needs", ())) for row in others.only("code", "content")},
    )


@cache
def money_sources() -> frozenset[str] | None:
    """The codes of the sources that money comes from; None where the definitions hold no such list."""
    national = definitions_root(settings.MAIDINH.definitions) / "national"
    if not (national / CODES / f"{SOURCES}.yaml").exists():
        return None
    return frozenset(each.code for each in read_code_list(national, SOURCES).codes)


@cache
def declared_procedures() -> frozenset[str]:
    """The codes of the procedures that the province's definitions hold."""
    return frozenset(each.name for each in _province().glob("procedures/*/") if each.is_dir())


def declared_projects() -> dict[str, definition.Project]:
    """The projects that the province's definitions hold, by code. Raises DefinitionError."""
    return read_projects(_province())


def pack_on(day: date) -> str:
    """Which appraisal pack a project begins under that began on this day; "" where none was in force."""
    held = [each for each, first, last in _packs() if first <= day and (last is None or day <= last)]
    return held[-1] if held else ""


def reports_for(*, element: str | None = None, project: Project | None = None) -> QuerySet[ComponentReport]:
    """What was reported of components, the newest first: of one element, in one project, or all."""
    found = ComponentReport.objects.select_related("project").filter(province=settings.MAIDINH.province)
    found = found.order_by("-as_of", "-at", "-pk")
    found = found if element is None else found.filter(element=element)
    return found if project is None else found.filter(project=project)


def newest_reports() -> dict[str, ComponentReport]:
    """What counts of each component: its newest report, by element."""
    return {row.element: row for row in reports_for().reverse()}


def projects_declaring(states: Collection[str] = (IN_FORCE,)) -> dict[str, str]:
    """Which project declared what of the architecture: project code by the id of element, relation or contract.

    Of two that declared the same, the later one counts. `states` are those of projects that are looked at.
    """
    found: dict[str, str] = {}
    rows = Project.objects.filter(province=settings.MAIDINH.province, state__in=states)
    for code, content in rows.order_by("carried_in_id", "updated_at", "pk").values_list("code", "content"):
        for change in content.get("changes", ()):
            found[change["item"]] = code
            for contract in _contracts_in(change):
                found[contract] = code
    return found


def stopped_connections() -> list[Stopped]:
    """The contracts that two people have stopped, each with the systems that it joined when it was stopped."""
    found = []
    for each in standing_withdrawals(settings.MAIDINH.province).select_related("version"):
        relation = contract_in_force(each.version, each.contract)
        elements = {element.id: element for element in each.version.model.elements}
        joined = ("", "") if relation is None else systems_joined(relation, elements)
        found.append(Stopped(each.pk, each.contract, joined))
    return found


def reopened(row: Project) -> tuple[Reopening, ...]:
    """What two people stopped that a project opens again. Raises ProposalRefused where its changes can't be made."""
    stopped = stopped_connections()
    items = {each.item for each in row.project.changes if each.section == "relations"}
    return reopenings(proposed(row.base.model, row.project), items, stopped) if stopped and items else ()


def foreseen(row: Project, decisions: Mapping[str, Any] | None = None) -> tuple[Conflict, ...]:
    """The fields in which a project and the version in force differ from its base in different ways.

    Raises ProposalRefused where its changes can't be made, Undecidable where a decision can't be followed.
    """
    current = current_version()
    if current is None or current.pk == row.base_id:
        return ()
    return rebased(row.project, row.base.model, current.model, decisions).conflicts


def unmet_conditions(row: Project) -> list[Unmet]:
    """The conditions of the verdict behind a project's approval that nobody has shown to be met."""
    approval = getattr(row, "approval", None)
    verdict = None if approval is None else approval.verdict
    if verdict is None:
        return []
    met = set(verdict.met.values_list("condition", flat=True))
    return [Unmet(str(each["id"]), str(each["text"])) for each in verdict.conditions if each["id"] not in met]


def accepted_for(actor: Actor) -> QuerySet[Project]:
    """The projects that wait to be taken into the next version of the architecture."""
    return projects_for(actor).filter(state=ACCEPTED) if actor.may("architecture.draft") else Project.objects.none()


@cache
def _packs() -> list[tuple[str, date, date | None]]:
    """Id and time of force of each appraisal pack, in order; the rest of a pack is `governance/appraisal`'s."""
    folder = definitions_root(settings.MAIDINH.definitions) / "national" / PACKS
    heads = [read_yaml(path)[0] for path in sorted(folder.glob("*.yaml"))]
    found = [(each["id"], each["valid_from"], each.get("valid_to")) for each in heads if "valid_from" in each]
    return sorted(found, key=lambda each: each[1])


def _contracts_in(change: Mapping[str, Any]) -> list[str]:
    contract = (change.get("value") or {}).get("contract") or {}
    changed = (change.get("set") or {}).get("contract.id")
    return [each for each in (contract.get("id"), changed) if each]


def _province() -> Any:
    return province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)
