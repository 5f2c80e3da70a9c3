"""How an architecture version and the national data set correspond, as a dated definition.

Layer 4, governance. From the seeds' structure (seven layers, five reference models) to the one in force (four layers,
four cross-cutting components) and back: what maps, what splits, what has no place and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from pydantic import Field, model_validator

from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.modelling.definition import LifeCycle, ReferenceModel
from maidinh.governance.modelling.metamodel import ELEMENT_KINDS, RELATION_KINDS
from maidinh.governance.nas.definition import DataSetStructure, Role
from maidinh.infrastructure.definitions.definition import Form, Provenance, Text


class Spot(Form):
    """A place in the structure in force: a layer or cross-cutting component, and the part of it."""

    layer: str
    part: str


class KindMapping(Form):
    """What a kind of element is in the data set; without `object` it gets no record, and `why` says why."""

    kind: str
    object: str | None = None
    spot: Spot | None = None
    sharing: str | None = None
    scope: str | None = None
    why: Text | None = None

    @model_validator(mode="after")
    def _known(self) -> KindMapping:
        if self.kind not in ELEMENT_KINDS:
            raise ValueError(f"{self.kind!r} is no kind of element")
        if self.object is None and self.why is None:
            raise ValueError(f"{self.kind}: what gets no record says why")
        return self


class LayerMapping(Form):
    """Where the elements of one of the seven layers go, by their kind; several places: the layer splits."""

    layer: int = Field(ge=1, le=7)
    vi: str
    spots: dict[str, Spot] = {}
    why: Text | None = None


class ModelMapping(Form):
    """Where one of the five reference models goes."""

    model: ReferenceModel
    spots: list[Spot] = Field(min_length=1)
    why: Text | None = None


class ComponentMapping(Form):
    """Which components in force one of an older framework becomes: several, it splits; none, it has no record."""

    of: str
    to: list[str] = []
    why: Text | None = None

    @model_validator(mode="after")
    def _explained(self) -> ComponentMapping:
        if len(self.to) != 1 and self.why is None:
            raise ValueError(f"{self.of}: what splits or has no record says why")
        return self


class StateMapping(Form):
    """What a state of the life-cycle is: of an object, of the model it belongs to, of a connection, of a task."""

    state: LifeCycle
    object: str
    model: str
    connection: str
    task: str


class RelationMapping(Form):
    """What a kind of relation is; `reversed`: the data set's source is the relation's target."""

    kind: str
    value: str
    with_contract: str | None = None
    reversed: bool = False

    @model_validator(mode="after")
    def _known(self) -> RelationMapping:
        if self.kind not in RELATION_KINDS:
            raise ValueError(f"{self.kind!r} is no kind of relation")
        return self


class LayerBack(Form):
    """In which of the seven layers an element of this part stands."""

    part: str
    layer: int = Field(ge=1, le=7)


class Records(Form):
    """The values that tell original and reference records apart."""

    original: str
    reference: str


class SourceDocument(Form):
    """How an object's place in the framework in force is told in the mappings sheet."""

    document: str
    issuer: str
    version: str
    mapping: str


class NasMapping(Provenance):
    """The correspondence of models and one structure of the data set."""

    id: str
    name: Text
    structure: str
    framework: str
    from_frameworks: list[str]
    dated: date
    records: Records
    source_document: SourceDocument
    national_heading: str
    unknown_because: str
    kinds: list[KindMapping]
    kinds_back: dict[str, str]
    layers: list[LayerMapping]
    layers_back: list[LayerBack]
    models: list[ModelMapping]
    components: list[ComponentMapping]
    states: list[StateMapping]
    states_back: dict[str, LifeCycle]
    task_states_back: dict[str, LifeCycle]
    relations: list[RelationMapping]
    relations_back: list[RelationMapping]

    @model_validator(mode="after")
    def _each_once(self) -> NasMapping:
        named: tuple[tuple[str, list[str]], ...] = (
            ("kinds", [each.kind for each in self.kinds]),
            ("layers", [str(each.layer) for each in self.layers]),
            ("models", [each.model for each in self.models]),
            ("components", [each.of for each in self.components]),
            ("states", [each.state for each in self.states]),
            ("relations", [each.kind for each in self.relations]),
            ("relations_back", [each.value for each in self.relations_back]),
        )
        for place, keys in named:
            twice = [key for key, count in Counter(keys).items() if count > 1]
            if twice:
                raise ValueError(f"{place}: {', '.join(twice)} stands twice")
        strange = [kind for kind in self.kinds_back.values() if kind not in ELEMENT_KINDS]
        if strange:
            raise ValueError(f"kinds_back: {', '.join(strange)} is no kind of element")
        return self

    @cached_property
    def kind(self) -> dict[str, KindMapping]:
        """The kinds by their name."""
        return {each.kind: each for each in self.kinds}

    @cached_property
    def component(self) -> dict[str, ComponentMapping]:
        """The components of older frameworks by their id."""
        return {each.of: each for each in self.components}

    @cached_property
    def state(self) -> dict[LifeCycle, StateMapping]:
        """The states by their name."""
        return {each.state: each for each in self.states}

    @cached_property
    def relation(self) -> dict[str, RelationMapping]:
        """The kinds of relation by their name."""
        return {each.kind: each for each in self.relations}

    @cached_property
    def relation_back(self) -> dict[str, RelationMapping]:
        """The kind of relation that a value of the data set becomes."""
        return {each.value: each for each in self.relations_back}

    @cached_property
    def layer_back(self) -> dict[str, int]:
        """The layer of the seven by the part in force."""
        return {each.part: each.layer for each in self.layers_back}


def misfits(mapping: NasMapping, structure: DataSetStructure, frameworks: Iterable[Framework]) -> list[str]:
    """What the mapping names that neither the structure nor a framework has, a line each."""
    known = {each.id: each for each in frameworks}
    wanted = [mapping.framework, *mapping.from_frameworks]
    lost = [f"there is no framework {each}" for each in wanted if each not in known]
    if lost:
        return lost
    own = known[mapping.framework].component_ids()
    older = {component for each in known.values() for component in each.component_ids()}
    object_roles: tuple[Role, ...] = ("kind", "layer", "part", "state")
    values = {role: set(structure.field("objects", role).values) for role in object_roles}
    spots = [
        *(each.spot for each in mapping.kinds if each.spot),
        *(spot for each in mapping.layers for spot in each.spots.values()),
        *(spot for each in mapping.models for spot in each.spots),
    ]
    links = set(structure.field("relations", "kind").values)
    found = [f"component {each.of} is in no framework" for each in mapping.components if each.of not in older]
    found += [
        f"component {each.of} becomes {to}, which isn't in force"
        for each in mapping.components
        for to in each.to
        if to not in own
    ]
    found += [
        f"kind {each.kind}: there is no {each.object!r}"
        for each in mapping.kinds
        if each.object and each.object not in values["kind"]
    ]
    found += [f"there is no layer {each.layer!r}" for each in spots if each.layer not in values["layer"]]
    found += [f"there is no part {each.part!r}" for each in spots if each.part not in values["part"]]
    found += [
        f"state {each.state}: there is no {each.object!r}"
        for each in mapping.states
        if each.object not in values["state"]
    ]
    found += [
        f"there is no kind of relation {each.value!r}"
        for each in (*mapping.relations, *mapping.relations_back)
        if each.value not in links
    ]
    return found
