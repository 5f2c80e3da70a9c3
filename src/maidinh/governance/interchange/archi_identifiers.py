"""Identifiers and references of an Archi file: noted and checked as it is read, given out as it is written.

Layer 4, governance. All things of Archi's file, boxes and folders too, have identifiers of their own; in a model only
those of one view, or of one kind, differ.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree

from maidinh.governance.interchange.archi_kinds import ARCHIMATE, CANVAS, OLDER
from maidinh.governance.interchange.archi_parts import Part
from maidinh.governance.interchange.archi_wording import Keys
from maidinh.governance.interchange.checking import Reference, dangling, repeated
from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.modelling.definition import Element, Model, Relation, Thing, View

_UNFIT = re.compile(r"[\s/?#]")


def fit(identifier: str) -> str:
    """The identifier as the model can hold it."""
    return quote(identifier, safe="!$&'()*+,-.:;<=>@[]^_`{|}~\"\\") if _UNFIT.search(identifier) else identifier


class Found:
    """What a file being read has, and what it refers to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identifiers: list[tuple[str, int]] = []
        self.wrong: list[Place] = []
        self.references: dict[str, list[Reference]] = {
            "concept": [], "element": [], "relation": [], "view": [], "profile": [], "thing of this view": [],
        }  # fmt: skip
        self.there: dict[type[Thing], set[str]] = {Element: set(), Relation: set(), View: set()}
        self.profiles: set[str] = set()
        self.keys = Keys(())
        self.canvas = False

    def concept_id(self, part: Part) -> str:
        """The identifier of a concept or view, as the model can hold it."""
        identifier = part.attributes.pop("id", None)
        self.given(identifier, part.node)
        found = fit(identifier or "")
        if found != identifier:
            part.kept["id"] = identifier or ""
        return found or "-"

    def given(self, identifier: str | None, node: etree._Element) -> None:
        """Notes an identifier of the file."""
        line = node.sourceline or 0
        if not identifier:
            text = f"<{node.tag}> has no id: give it one that nothing else in the file has"
            self.wrong.append(Place(self.path, line, node.get("name") or "", text))
        else:
            self.identifiers.append((identifier, line))

    def refers(self, raw: str | None, node: etree._Element, to: str, called: str = "") -> str | None:
        """Notes a reference."""
        if raw is None:
            return None
        self.references[to].append((node.sourceline or 0, node.get("id") or "", called or f"its {to}", raw))
        return fit(raw)

    def standard_type(self, raw: str | None, node: etree._Element) -> str:
        """An `xsi:type` with the prefixes that Archi uses."""
        if raw is None:
            return ""
        prefix, found, name = raw.rpartition(":")
        self.canvas = self.canvas or prefix == "canvas"
        if found and prefix in ("archimate", "canvas"):
            return raw
        namespace = node.nsmap.get(prefix or None)
        if namespace == CANVAS:
            return f"canvas:{name}"
        return f"archimate:{name}" if namespace in OLDER | {ARCHIMATE} else raw

    def check(self) -> None:
        """Raises FileRefused with all that is wrong with identifiers and references."""
        known = {"element": self.there[Element], "relation": self.there[Relation], "view": self.there[View]}
        known["concept"] = known["element"] | known["relation"]
        known["profile"] = self.profiles
        known["thing of this view"] = set()
        problems = [*self.wrong, *repeated(self.path, self.identifiers)]
        for name, references in self.references.items():
            problems += dangling(self.path, references, known[name])
        if problems:
            raise FileRefused(sorted(problems, key=lambda each: each.line))


class Called:
    """What the things of a model being written are called in the file."""

    def __init__(self, model: Model, path: Path) -> None:
        self.model = model
        self.path = path
        self.keys = Keys.of(model.property_definitions)
        self.problems: list[Place] = []
        self.current = ""
        self.things: dict[str, Element | Relation | View] = {}
        everything: list[Element | Relation | View] = [*model.elements, *model.relations, *model.views]
        for each in everything:
            if each.id in self.things:
                self.refuse(each.id, "this identifier stands more than once: give each thing its own")
            self.things[each.id] = each
        self.names = {each.id: original_id(each) for each in self.things.values()}
        self.taken = set(self.names.values())

    def refuse(self, place: str, text: str) -> None:
        """Notes what keeps the model from being written."""
        self.problems.append(Place(self.path, 0, place, text))

    def free(self, identifier: str) -> str:
        """The identifier, or one like it: no two things of Archi's file have the same, wherever they stand."""
        found, number = identifier, 1
        while found in self.taken:
            number += 1
            found = f"{identifier}-{number}"
        self.taken.add(found)
        return found

    def name_of(self, owner: str, called: str, identifier: str, type_: type[Any] | tuple[type[Any], ...]) -> str:
        """How the file calls a thing that is referred to."""
        if not isinstance(self.things.get(identifier), type_):
            self.refuse(
                owner, f"{called} names {identifier!r}, which isn't in the model: add it or remove the reference"
            )
        return self.names.get(identifier, identifier)

    def standard(self, raw: str) -> str:
        """An `xsi:type` of the file that the model came from, with the prefixes that Archi uses."""
        prefix, found, name = raw.rpartition(":")
        if found and prefix in ("archimate", "canvas"):
            return raw
        carried = self.model.carried.get("archi")
        namespace = carried.attributes.get(f"xmlns:{prefix}") if carried else None
        if namespace == CANVAS:
            return f"canvas:{name}"
        return f"archimate:{name}" if namespace in OLDER | {ARCHIMATE} else raw


def original_id(thing: Element | Relation | View) -> str:
    """What the file that a thing came from calls it."""
    carried = thing.carried.get("archi")
    original = carried.attributes.get("id") if carried else None
    return original if original is not None and fit(original) == thing.id else thing.id
