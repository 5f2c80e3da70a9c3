"""A difference between two architectures in words: what is called how, each field before and after. Layer 2.

What lies in a drawing (boxes, lines) is told with the drawing it lies in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web import fields, picture
from maidinh.channels.web.principles import principle_name
from maidinh.governance.comparison.difference import Change, Changed, Difference, Named
from maidinh.governance.modelling.definition import Model

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
WAYS = (ADDED, REMOVED, CHANGED, MOVED)
SECTIONS = ("header", "elements", "relations", "principles", "views", "folders", "property_definitions", "strays")
INNER = ("nodes", "connections")
LANGUAGES = ("vi", "en")
OPEN_UP_TO = 40


@dataclass(frozen=True)
class Field:
    """One field: what it is called, what stood there, what stands there now; the language where it is a text in one."""

    label: str
    before: str
    after: str
    language: str = ""


@dataclass(frozen=True)
class Row:
    """One thing that differs. `tie` says whether the reader's agency owns it or uses it."""

    section: str
    id: str
    way: str
    title: str
    kind: str = ""
    kind_name: str = ""
    owner: str = ""
    owner_name: str = ""
    fields: tuple[Field, ...] = ()
    tie: str = ""
    holders: frozenset[str] = field(default=frozenset(), repr=False)


def section_names() -> dict[str, str]:
    """What each section of an architecture is called."""
    return {
        "header": _("The version itself"),
        "elements": _("Components"),
        "relations": _("Relations"),
        "principles": _("Principles and targets"),
        "views": _("Drawings"),
        "folders": _("Folders"),
        "property_definitions": _("Definitions of properties"),
        "strays": _("Entries of folders without a component"),
    }


def way_names() -> dict[str, str]:
    """What can have happened to a thing."""
    return {ADDED: _("added"), REMOVED: _("removed"), CHANGED: _("changed"), MOVED: _("moved")}


WAY_TONES = {ADDED: "good", REMOVED: "late", CHANGED: "wait", MOVED: "neutral"}


class Wording:
    """Names of both sides of a difference in the reader's language."""

    def __init__(self, old: Model, new: Model, *, language: str, agencies: Mapping[str, str]) -> None:
        self.language, self.agencies = language, agencies
        self.models = (old, new)
        self.elements = {each.id: each for model in self.models for each in model.elements}
        self.relations = {each.id: each for model in self.models for each in model.relations}
        self.verbs = picture.relation_names()
        self.titles = {
            **{
                each.id: principle_name(each.id, each.statement.in_language(language))
                for model in self.models
                for each in model.principles
            },
            **{each.id: each.name.in_language(language) for model in self.models for each in model.views},
            **{each.id: each.name.in_language(language) or each.id for each in self.elements.values()},
        }
        self.words = fields.Words(self.titles, agencies)

    def rows(self, difference: Difference) -> list[Row]:
        """Every thing that differs, section by section, with what differs in it."""
        found = [row for section in SECTIONS if section != "views" for row in self._section(difference, section)]
        place = next(
            (n for n, each in enumerate(found) if SECTIONS.index(each.section) > SECTIONS.index("views")), None
        )
        views = list(self._views(difference))
        return [*found, *views] if place is None else [*found[:place], *views, *found[place:]]

    def _section(self, difference: Difference, name: str) -> Iterator[Row]:
        section = difference[name]
        listed: list[tuple[str, Named, tuple[Change, ...]]] = [
            *((ADDED, each, ()) for each in section.added),
            *((REMOVED, each, ()) for each in section.removed),
            *((CHANGED, each.thing, each.fields) for each in section.changed),
            *((MOVED, each.thing, each.fields) for each in section.moved),
        ]
        for way, thing, changed in listed:
            yield self._row(name, thing, way, tuple(self._fields(changed)))

    def _views(self, difference: Difference) -> Iterator[Row]:
        inner: dict[str, Counter[tuple[str, str]]] = {}
        for name in INNER:
            section = difference[name]
            for way in WAYS:
                for each in getattr(section, way):
                    thing = each.thing if isinstance(each, Changed) else each
                    inner.setdefault(thing.id.partition("/")[0], Counter())[(name, way)] += 1
        for row in self._section(difference, "views"):
            yield replace(row, fields=(*row.fields, *self._inner(inner.pop(row.id, Counter()))))
        for view, counted in inner.items():
            way = MOVED if all(each == MOVED for _section, each in counted) else CHANGED
            row = self._row("views", difference.views[view], way, tuple(self._inner(counted)))
            yield row

    def _inner(self, counted: Mapping[tuple[str, str], int]) -> Iterator[Field]:
        labels, ways = {"nodes": _("Boxes"), "connections": _("Lines")}, way_names()
        for name in INNER:
            told = [f"{counted[(name, way)]} {ways[way]}" for way in WAYS if counted.get((name, way))]
            if told:
                yield Field(labels[name], "", ", ".join(told))

    def _row(self, section: str, thing: Named, way: str, changed: tuple[Field, ...]) -> Row:
        element = self.elements.get(thing.id) if section == "elements" else None
        relation = self.relations.get(thing.id) if section == "relations" else None
        owner, ends = "", [] if relation is None else [relation.from_, relation.to]
        if element is not None:
            owner = element.owner or ""
        holders = {owner} if owner else {self.elements[end].owner or "" for end in ends if end in self.elements}
        names = picture.relation_names() if section == "relations" else {}
        kind_name = names.get(thing.kind) or (picture.kind_name(thing.kind) if section != "folders" else "")
        return Row(
            section, thing.id, way, self._title(section, thing), thing.kind, kind_name, owner,
            self.agencies.get(owner, owner), changed, holders=frozenset(holders - {""}),
        )  # fmt: skip

    def _title(self, section: str, thing: Named) -> str:
        if section == "header":
            return section_names()["header"]
        if thing.ends is not None:
            verb = self.verbs.get(thing.kind, thing.kind)
            title = f"{self._name(thing.ends[0])} {verb} {self._name(thing.ends[1])}"
            return f"{title} ({thing.name})" if thing.name else title
        return self.titles.get(thing.id, "") or thing.name or thing.id

    def _name(self, name: str) -> str:
        return self.titles.get(name, name)

    def _fields(self, changed: Iterable[Change]) -> Iterator[Field]:
        for each in changed:
            language = each.path.rpartition(".")[2]
            yield Field(
                self.words.label(each.path), self.words.value(each.path, each.before),
                self.words.value(each.path, each.after), language if language in LANGUAGES else "",
            )  # fmt: skip


def counts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """By section and in all: how much was added, removed, changed, moved."""
    counted = Counter((row.section, row.way) for row in rows)
    names = section_names()
    return [
        {"section": section, "name": names[section], **{way: counted[(section, way)] for way in WAYS}}
        for section in SECTIONS
        if any(counted[(section, way)] for way in WAYS)
    ]


def chosen(rows: Iterable[Row], *, section: str = "", way: str = "", kind: str = "", owner: str = "") -> list[Row]:
    """The rows that a reader filtered for; an owner's are also the relations of its components."""
    return [
        row
        for row in rows
        if (not section or row.section == section)
        and (not way or row.way == way)
        and (not kind or row.kind == kind)
        and (not owner or owner in row.holders)
    ]


def with_ties(rows: Iterable[Row], ties: Mapping[tuple[str, str], str]) -> list[Row]:
    """The rows with what they are to one agency."""
    return [replace(row, tie=ties.get((row.section, row.id), "")) for row in rows]


def apart(rows: Collection[Row]) -> tuple[list[Row], list[Row]]:
    """What concerns the agency, its own first; and the rest."""
    near = sorted((row for row in rows if row.tie), key=lambda row: row.tie != "owns")
    return near, [row for row in rows if not row.tie]


def few_fields(rows: Iterable[Row]) -> bool:
    """Whether so few fields differ on a page that they are shown without having to be opened."""
    return sum(len(row.fields) for row in rows) <= OPEN_UP_TO


def grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under the names of their sections, in order."""
    names = section_names()
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.section, []).append(row)
    return [(names[section], groups[section]) for section in SECTIONS if section in groups]
