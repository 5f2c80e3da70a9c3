"""What a project, the systems of an architecture and the national platforms are about, as profiles.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1; the national platforms are
those of Quyết định 1425/QĐ-TTg annex II, as the framework's definition has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Entry, read_frameworks
from maidinh.governance.duplication.definition import (
    CodeModel,
    DuplicationTerms,
    PlatformFacts,
    Profile,
    ProfileKind,
    read_duplication_terms,
)
from maidinh.governance.modelling.definition import Element, Model, Words
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.definitions.definition import Text

KINDS: dict[str, ProfileKind] = {
    "information-system": "system",
    "portal-service": "system",
    "application-component": "system",
    "platform": "platform",
    "shared-platform": "platform",
    "shared-service": "service",
    "infrastructure-service": "service",
}
STORES = ("database", "data-object")
GROUPS = ("user-group", "business-role")
FUNCTIONS = ("business-function", "application-function", "capability")
MODELS: tuple[CodeModel, ...] = ("brm", "drm", "arm")
NATIONAL = "national:"
NOT_COMPARED = ("retired",)


def profile_of_project(project: Project, version: Model | None = None) -> Profile:
    """What a project is about: what it says of itself, and the systems and data that it adds or changes."""
    standing = {each.id: each for each in version.elements} if version is not None else {}
    added = [_element(each.value) for each in project.changes if each.action == "add" and each.section == "elements"]
    changed = [each.item for each in project.changes if each.action == "change" and each.section == "elements"]
    values = [each for each in added if each is not None]
    elements = [*values, *(standing[each] for each in changed if each in standing)]
    linked = _serves(elements, _relations(project), standing | {each.id: each for each in values})
    years = [each.year for each in project.costs if each.kind == "build"]
    years += [day.year for each in project.schedule for day in (each.begins, each.ends)]
    runs: dict[int, int] = {}
    for line in project.costs:
        if line.kind == "run":
            runs[line.year] = runs.get(line.year, 0) + line.amount
    return Profile(
        id=project.id,
        title=project.title,
        summary=project.summary,
        owner=project.owner,
        masters=_once(entity for each in values for entity in each.masters)
        + _once(_name(each) for each in values if each.kind in STORES),
        functions=_once(_name(each) for each in values if each.kind in (*KINDS, *FUNCTIONS)),
        users=linked,
        classification=_codes(values or elements),
        begins=min(years, default=project.began_on.year),
        ends=max(years, default=None),
        build_cost=project.total,
        run_cost=max(runs.values(), default=0),
        reuses=_once(each.platform for each in project.reuse if each.decision != "own"),
        checked=project.checked,
        sample=project.sample,
    )


def profiles_of_version(version: Model) -> list[Profile]:
    """The systems, platforms and shared services of an architecture; what is retired is not held against anything."""
    elements = {each.id: each for each in version.elements}
    near: dict[str, list[str]] = {}
    for relation in version.relations:
        near.setdefault(relation.from_, []).append(relation.to)
        near.setdefault(relation.to, []).append(relation.from_)
    place = [version.province] if isinstance(version, ArchitectureVersion) else []
    return [
        _of_element(each, [elements[end] for end in near.get(each.id, ()) if end in elements], place)
        for each in version.elements
        if each.kind in KINDS and each.state not in NOT_COMPARED
    ]


def national_platforms(national_root: Path, terms: DuplicationTerms | None = None) -> list[Profile]:
    """The national platforms, `national:<group><number>`, with what is plain from their names."""
    facts = (terms or read_duplication_terms(national_root)).national
    frameworks = sorted(read_frameworks(national_root).values(), key=lambda each: each.valid_from)
    found = {entry.id: entry for framework in frameworks for entry in framework.national_platforms if entry.id}
    return [_of_entry(entry, facts.get(each, PlatformFacts())) for each, entry in found.items()]


def _of_entry(entry: Entry, facts: PlatformFacts) -> Profile:
    return Profile(
        id=f"{NATIONAL}{entry.id}",
        kind="national-platform",
        title=Text(vi=entry.vi or entry.id or "", en=entry.en),
        owner=entry.owner,
        masters=facts.masters,
        functions=facts.functions,
        users=facts.users,
        territory=facts.territory,
        source=entry.source,
        confidence=entry.confidence,
        checked=entry.checked and not (facts.masters or facts.functions or facts.users),
    )


def _of_element(element: Element, around: list[Element], place: list[str]) -> Profile:
    stores = [each for each in around if each.kind in STORES and each.owner == element.owner]
    cost = element.cost
    live = element.dates.live if element.dates else None
    end = element.dates.retired if element.dates else None
    since = (element.since or "")[:4]
    begins = live.year if live else int(since) if since.isdigit() else None
    return Profile(
        id=element.id,
        kind=KINDS[element.kind],
        title=_text(element.name, element.id),
        summary=_text(element.description, "") if _said(element.description) else None,
        owner=element.owner,
        masters=_once([*element.masters, *(entity for each in stores for entity in each.masters)])
        + _once(_name(each) for each in stores),
        functions=_once(_name(each) for each in around if each.kind in FUNCTIONS),
        users=_once(_name(each) for each in around if each.kind in GROUPS),
        territory=place,
        classification=_codes([element, *stores]),
        begins=begins if begins and begins >= 1990 else None,
        ends=end.year if end and (begins is None or end.year >= begins) else None,
        build_cost=sum(each.amount for each in cost.build) if cost else 0,
        run_cost=max((each.amount for each in cost.run), default=0) if cost else 0,
        source=element.source,
        checked=element.checked,
        sample=element.sample,
    )


def _element(value: Mapping[str, Any] | None) -> Element | None:
    """The element that a project adds, as far as its form can be read: what is wrong in it is told elsewhere."""
    try:
        return Element.model_validate(value)
    except ValueError:
        return None


def _relations(project: Project) -> list[tuple[str, str]]:
    values = [each.value for each in project.changes if each.section == "relations" and each.value]
    return [(str(each.get("from", "")), str(each.get("to", ""))) for each in values]


def _serves(elements: list[Element], relations: list[tuple[str, str]], known: Mapping[str, Element]) -> list[str]:
    """The user groups that are related to what a project adds."""
    ours = {each.id for each in elements}
    ends = [to if one in ours else one for one, to in relations if one in ours or to in ours]
    return _once(_name(known[each]) for each in ends if each in known and known[each].kind in GROUPS)


def _codes(elements: Iterable[Element]) -> dict[CodeModel, list[str]]:
    elements = list(elements)
    found = {model: _once(code for each in elements for code in each.classification.get(model, [])) for model in MODELS}
    return {model: codes for model, codes in found.items() if codes}


def _text(words: Words | None, otherwise: str) -> Text:
    if words is None:
        return Text(vi=otherwise)
    return Text(vi=words.in_language("vi").strip() or otherwise, en=(words.en or "").strip() or None)


def _said(words: Words | None) -> bool:
    return words is not None and bool(words.in_language("vi").strip())


def _name(element: Element) -> str:
    return element.name.in_language("vi").strip() or element.id


def _once(found: Iterable[str]) -> list[str]:
    return list(_kept(found))


def _kept(found: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(each for each in found if each))
