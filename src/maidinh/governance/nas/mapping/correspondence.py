"""One model seen as the national data set: which element is recorded, where it stands, under which code.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from maidinh.governance.architecture.frameworks import Entry, Framework
from maidinh.governance.modelling.definition import Element, Property
from maidinh.governance.nas.definition import DataSetStructure, Role, SheetRole
from maidinh.governance.nas.mapping.definition import NasMapping, Spot
from maidinh.infrastructure.definitions.definition import Text

PREFIX = "nas:"
RECORDED = f"{PREFIX}recorded"
UNKNOWN_KIND = Text(
    vi="Loại phần tử này không có trong bảng đối chiếu", en="This kind of element is not in the mapping"
)


@dataclass(frozen=True)
class Placing:
    """Where an element stands in the structure in force, and by what: a component, its kind, layer or model."""

    spot: Spot | None
    by: str
    targets: tuple[str, ...] = ()
    why: Text | None = None


@dataclass(frozen=True)
class Correspondence:
    """Everything that the way between a model and the data set rests on.

    `names` are the agencies' names by code, `own` is the code whose agencies the issuing body owns; `contact` and `due`
    explain what is still unknown. `evidence` is what stands as source where an element names none.
    """

    mapping: NasMapping
    structure: DataSetStructure
    frameworks: Mapping[str, Framework]
    names: Mapping[str, str] = field(default_factory=dict)
    own: str | None = None
    evidence: str = ""
    contact: str | None = None
    due: date | None = None

    @property
    def framework(self) -> Framework:
        """The framework in force."""
        return self.frameworks[self.mapping.framework]

    @cached_property
    def components(self) -> dict[str, Entry]:
        """The components of the framework in force by id."""
        return {entry.id: entry for entry in self.framework.components if entry.id}

    @cached_property
    def codes(self) -> dict[str, str]:
        """The agencies' codes by name, as far as a name is of one agency only."""
        found: dict[str, list[str]] = {}
        for code, name in self.names.items():
            found.setdefault(name, []).append(code)
        return {name: codes[0] for name, codes in found.items() if len(codes) == 1}

    def key(self, sheet: SheetRole, role: Role) -> str:
        """The key of a field by its role."""
        return self.structure.field(sheet, role).key

    def is_own(self, owner: str | None) -> bool:
        """Whether an owner belongs to the issuing body; unknown owners do, for nobody else declared the element."""
        return owner is None or self.own is None or owner == self.own or owner.startswith(f"{self.own}.")

    def refusal(self, element: Element) -> Text | None:
        """Why an element gets no record; None when it gets one."""
        if any(each.key.startswith(PREFIX) for each in element.properties):
            return None
        kind = self.mapping.kind.get(element.kind)
        if kind is None:
            return UNKNOWN_KIND
        if kind.object is None:
            return kind.why
        older = [self.mapping.component.get(each) for each in element.reference]
        if older and all(each is not None and not each.to for each in older):
            return next(each.why for each in older if each is not None)
        return None

    def placing(self, element: Element) -> Placing:
        """Where an element stands: by the components it refers to, else its kind, its layer, its reference models."""
        targets, why = self._targets(element.reference)
        if targets and (spot := self.spot_of(targets[0])):
            return Placing(spot, "component", targets, why)
        kind = self.mapping.kind.get(element.kind)
        if kind is not None and kind.spot is not None:
            return Placing(kind.spot, "kind", targets)
        layer = next((each for each in self.mapping.layers if each.layer == element.layer), None)
        if layer is not None and element.kind in layer.spots:
            return Placing(layer.spots[element.kind], "layer", targets)
        for model in self.mapping.models:
            if element.classification.get(model.model):
                return Placing(model.spots[0], "model", targets, model.why)
        return Placing(None, "nothing", targets)

    def _targets(self, references: Iterable[str]) -> tuple[tuple[str, ...], Text | None]:
        found: dict[str, None] = {}
        why = None
        for reference in references:
            if reference in self.components and self.spot_of(reference):
                found[reference] = None
            elif older := self.mapping.component.get(reference):
                found |= dict.fromkeys(older.to)
                why = why or older.why
        return tuple(found), why

    def spot_of(self, component: str) -> Spot | None:
        """Where a component of the framework in force stands; None when it has no part of its own."""
        entry = self.components.get(component)
        layer = next((each for each in self.framework.layers if entry and each.id == entry.layer), None)
        parts = self.structure.field("objects", "part").values
        if entry is None or layer is None or entry.group not in parts:
            return None
        return Spot(layer=str(layer.vi), part=str(entry.group))


def code_of(element: Element) -> str:
    """The local code: as given, else the element's own id, which is as local, unique and stable. None is made up."""
    return (element.codes.local if element.codes else None) or element.id


def nas_values(properties: Iterable[Property]) -> dict[str, str]:
    """What properties say of the data set's fields, by the field's key."""
    return {each.key.removeprefix(PREFIX): each.phrases()[0].text for each in properties if each.key.startswith(PREFIX)}
