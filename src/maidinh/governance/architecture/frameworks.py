"""The national architecture frameworks as catalogues: layers, components, reference models, principles, duties.

Layer 4, governance. Frameworks 1.0 (1178/BTTTT-THH, 2015), 2.0 (QĐ 2323/QĐ-BTTTT, 2019) and the one in force (QĐ
1425/QĐ-TTg, 2026). A node whose code wasn't read has none here. A province's version begins with the principles of its
framework (which Thông tư 13/2017/TT-BTTTT asks it to fit), each under `framework-<framework>.<id>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import get_args

from pydantic import model_validator

from maidinh.governance.modelling.catalogues import Catalogue, Item
from maidinh.governance.modelling.definition import Principle, ReferenceModel, Words
from maidinh.infrastructure.definitions.definition import Form, Provenance, Text
from maidinh.infrastructure.definitions.reading import read_all

FOLDER = "frameworks"
OF_FRAMEWORK = re.compile(r"framework-(?P<framework>.+)\.(?P<entry>[^.]+)")


class UnknownFramework(ValueError):
    """A version follows a framework that the national definitions don't hold."""


class Entry(Provenance):
    """One thing that a framework names. `code` only where the framework itself gives it; `id` is our own."""

    id: str | None = None
    code: str | None = None
    vi: str | None = None
    en: str | None = None
    meaning: str | None = None
    layer: str | None = None
    group: str | None = None
    tier: str | None = None
    owner: str | None = None
    where: str | None = None
    since: str | None = None
    due: date | None = None
    draft: bool = False
    optional: bool = False
    complete: bool = True
    children: list[Entry] = []

    @model_validator(mode="after")
    def _says_something(self) -> Entry:
        if not (self.vi or self.en or self.code):
            raise ValueError("an entry needs a name in Vietnamese or English, or an official code")
        return self


class Framework(Form):
    """A version of the national framework, as far as its text or reliable reports of it were read."""

    id: str
    catalogue_id: str
    name: str
    legal: str
    issuer: str
    issued: date
    valid_from: date
    valid_to: date | None = None
    province_document: str | None = None
    source: str
    note: str | None = None
    layers: list[Entry]
    cross_cutting: list[Entry] = []
    component_architectures: list[Entry] = []
    components: list[Entry]
    reference_models: list[Entry] = []
    principles: list[Entry] = []
    duties: list[Entry] = []
    deadlines: list[Entry] = []
    approval: list[Entry] = []
    contents: list[Entry] = []
    diagrams: list[Entry] = []
    checklist: list[Entry] = []
    changes: list[Entry] = []
    gap_options: list[Entry] = []
    commune_model: list[Entry] = []
    shared_components: list[Entry] = []
    national_platforms: list[Entry] = []
    measures: list[Entry] = []
    appraisal: list[Entry] = []

    def component_ids(self) -> frozenset[str]:
        """The ids by which an architecture element may refer to this framework."""
        return frozenset(entry.id for entry in self.components if entry.id)

    @model_validator(mode="after")
    def _principles_can_be_told_apart(self) -> Framework:
        ids = [entry.id for entry in self.principles if entry.id]
        wrong = sorted({each for each in ids if "." in each or ids.count(each) > 1})
        if wrong:
            raise ValueError(f"ids of principles stand once and have no dot: {', '.join(wrong)}")
        return self

    def inherited_principles(self) -> list[Principle]:
        """Its principles as every version that follows it has them; headings without an id and drafts aren't any."""
        return [
            Principle(
                id=f"framework-{self.id}.{entry.id}",
                kind="principle",
                statement=Words(vi=entry.vi, en=entry.en or entry.meaning),
                source=", ".join(filter(None, (entry.source or self.legal, entry.where))),
                confidence=entry.confidence,
                checked=entry.checked,
                sample=entry.sample,
                note=entry.note,
            )
            for entry in self.principles
            if entry.id and not entry.draft
        ]

    def catalogues(self) -> list[Catalogue]:
        """Its reference models as catalogues; an entry that has neither code nor id can't be referred to."""
        found = []
        for node in self.reference_models:
            model = next((each for each in get_args(ReferenceModel) if each == (node.id or "").lower()), None)
            entries = _items(node.children) if model else _items([node])
            model = model or (node.group or "").lower()
            if entries and model in get_args(ReferenceModel):
                name = Text(vi=node.vi or node.en or model, en=node.en)
                content = {"id": f"{self.id}-{node.id}", "model": model, "name": name, "entries": entries}
                found.append(Catalogue.model_validate(content))
        return found


def read_frameworks(national_root: Path) -> dict[str, Framework]:
    """All frameworks by id. Raises DefinitionError."""
    found = read_all(sorted((national_root / FOLDER).glob("*.yaml")), Framework)
    return {content.id: content for content in found.values()}


def framework_named(version: str, name: str, frameworks: Mapping[str, Framework]) -> Framework:
    """The framework that a version follows. Raises ValueError where there is none of that id."""
    if name not in frameworks:
        known = ", ".join(sorted(frameworks)) or "none"
        raise UnknownFramework(f"version {version} follows framework {name!r}, which is not there (known: {known})")
    return frameworks[name]


def framework_of(principle: str) -> str | None:
    """The id of the framework that a principle is inherited from, by the principle's id; None for one's own."""
    found = OF_FRAMEWORK.fullmatch(principle)
    return found["framework"] if found else None


def _items(entries: list[Entry]) -> list[Item]:
    """The entries that can be referred to, with what lies below them."""
    found: list[Item] = []
    for entry in entries:
        below = _items(entry.children)
        if not (entry.id or entry.code):
            found += below
            continue
        said = entry.vi or entry.en
        name = Text(vi=said, en=entry.en) if said else None
        given = entry.model_dump(include={"id", "code", "meaning", "source", "confidence", "checked", "sample", "note"})
        found.append(Item.model_validate({**given, "name": name, "children": below}))
    return found
