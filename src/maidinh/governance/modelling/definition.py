"""An architecture as a model: elements, relations, views, folders, on the ArchiMate 3.2 metamodel.

Layer 4, governance. What a province declares (`ArchitectureVersion`) and what other tools send are both of this form.
Texts are kept to the letter, also spaces at their ends: nothing that another tool wrote gets lost here. What isn't
understood of a foreign file stands in `carried`, by format, and is written back there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from maidinh.governance.modelling.metamodel import ELEMENT_KINDS, RELATION_KINDS
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance

LifeCycle = Literal["planned", "live", "retiring", "retired"]
ReferenceModel = Literal["brm", "drm", "arm", "trm", "srm"]
Format = Literal["oef", "archi"]


class Kept(BaseModel):
    """A part that is kept to the letter."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Phrase(Kept):
    """A text in one language, or in none that was named."""

    text: str = ""
    language: str | None = None


class Words(Kept):
    """A text in Vietnamese and English, and in whatever other languages (or none) the file gave it in."""

    vi: str | None = None
    en: str | None = None
    other: list[Phrase] = []

    def in_language(self, language: str) -> str:
        """The text in the language asked for, else in Vietnamese, English, or whichever there is."""
        own = self.en if language == "en" else self.vi
        found = [own, *(each.text for each in self.other if each.language in (language, None)), self.vi, self.en]
        return next((each for each in (*found, *(each.text for each in self.other)) if each), "")

    def phrases(self) -> Iterator[Phrase]:
        """Every text of it with its language."""
        if self.vi is not None:
            yield Phrase(text=self.vi, language="vi")
        if self.en is not None:
            yield Phrase(text=self.en, language="en")
        yield from self.other


class Carried(Kept):
    """What a format said of a thing and this model has no place for: attributes, and children as XML."""

    attributes: dict[str, str] = {}
    children: list[str] = []


class Property(Kept):
    """A property: the id of its definition and its value; `values` where it has languages or several at once."""

    key: str
    value: str | None = None
    values: list[Phrase] = []

    @model_validator(mode="after")
    def _one_way(self) -> Property:
        if (self.value is None) == (not self.values):
            raise ValueError("a property has either a value or values")
        return self

    def phrases(self) -> list[Phrase]:
        """Its values, each with its language."""
        return self.values or [Phrase(text=self.value or "")]


class PropertyDefinition(Kept):
    """What a property is called and of which type it is."""

    id: str
    name: Words = Words()
    documentation: Words | None = None
    type: str = "string"
    carried: dict[Format, Carried] = {}


class Thing(Provenance):
    """What elements, relations and views have in common."""

    id: str = Field(pattern=r"^[^\s/?#]+$")
    documentation: Words | None = None
    properties: list[Property] = []
    carried: dict[Format, Carried] = {}


class MethodPath(Form):
    """An HTTP method and a path pattern; `*` stands for one part of the path."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str = Field(pattern=r"^/")


class Quota(Form):
    """How often a contract may be used, in calls."""

    per_minute: int = Field(gt=0)
    per_day: int | None = Field(default=None, gt=0)


class Breaker(Form):
    """After so many failures in a row nothing is sent for so many seconds."""

    failures: int = Field(gt=0)
    pause_seconds: int = Field(gt=0)


class Contract(Form):
    """A connection agreement (thỏa thuận kết nối): what may flow, why, how much, and until when.

    `on_behalf_of` is the agency for which the consumer acts; with `checks` at `record` what doesn't fit the interface's
    document is let through and written down. A person is told of a call `disclose_after_days` days later, where the law
    wants that; at once where none are named.
    """

    id: str
    methods: list[MethodPath] = Field(min_length=1)
    fields: list[str] = []
    purpose: Words
    legal_basis: list[LegalBasis] = []
    valid_from: date
    valid_to: date
    quota: Quota | None = None
    breaker: Breaker | None = None
    timeout_seconds: int | None = Field(default=None, gt=0)
    checks: Literal["refuse", "record"] = "refuse"
    on_behalf_of: str | None = None
    disclose_after_days: int | None = Field(default=None, gt=0)


class Subject(Form):
    """Where a call names the person concerned: an open step of the path (from 1), a field of the query or body."""

    place: Literal["path", "query", "body"]
    name: str = Field(min_length=1, max_length=100)


class Interface(Form):
    """How an interface is reached on the exchange: the provider's subsystem, the service code, where it listens.

    `document` names its published description (OpenAPI or WSDL) among the definitions' interfaces; `networks` are
    private address ranges in which it may lie.
    """

    system: str
    service: str = Field(pattern=r"^[A-Za-z0-9'()+,.=?-]+$")
    endpoint: str
    methods: list[MethodPath] = Field(min_length=1)
    protocol: Literal["rest", "soap"] = "rest"
    document: str | None = None
    subject: Subject | None = None
    networks: list[str] = []


class LifeCycleDates(Form):
    """From which day an element is in a state of its life-cycle; a day that isn't known is left out."""

    planned: date | None = None
    live: date | None = None
    retiring: date | None = None
    retired: date | None = None


class YearAmount(Form):
    """What one year costs, in whole dong."""

    year: int = Field(ge=1990, le=2100)
    amount: int = Field(ge=0)


class Cost(Form):
    """What it costs to build an element, and what each year of its running costs."""

    build: list[YearAmount] = []
    run: list[YearAmount] = []


class Codes(Form):
    """Codes of an element, kept apart by who gave them: ourselves, the source system, the nation. None is made up."""

    local: str | None = None
    source: str | None = None
    national: str | None = None


class Element(Thing):
    """A component of the architecture. `subsystem` makes an information system a member's subsystem of the exchange."""

    kind: str
    layer: int | None = Field(default=None, ge=1, le=7)
    name: Words = Words()
    description: Words | None = None
    owner: str | None = None
    operator: str | None = None
    state: LifeCycle = "live"
    since: str | None = None
    dates: LifeCycleDates | None = None
    subsystem: str | None = Field(default=None, pattern=r"^[A-Za-z0-9'()+,.=?-]+$")
    zone: str | None = None
    security_level: int | None = Field(default=None, ge=1, le=5)
    security_basis: LegalBasis | None = None
    personal_data: bool = False
    masters: list[str] = []
    interface: Interface | None = None
    reference: list[str] = []
    classification: dict[ReferenceModel, list[str]] = {}
    technology: list[str] = []
    cost: Cost | None = None
    codes: Codes | None = None

    @model_validator(mode="after")
    def _kind_is_known(self) -> Element:
        if self.kind not in ELEMENT_KINDS:
            raise ValueError(f"{self.kind!r} is no kind of element")
        return self


class Relation(Thing):
    """A relation between two elements or relations; a flow may carry the contract that the exchange enforces."""

    kind: str
    from_: str = Field(alias="from")
    to: str
    name: Words | None = None
    access: Literal["access", "read", "write", "read-write"] | None = None
    strength: str | None = None
    directed: bool | None = None
    contract: Contract | None = None

    @model_validator(mode="after")
    def _kind_is_known(self) -> Relation:
        if self.kind not in RELATION_KINDS:
            raise ValueError(f"{self.kind!r} is no kind of relation")
        return self


class Principle(Provenance):
    """A principle, a vision or a target that rules and projects refer to."""

    id: str
    kind: Literal["principle", "vision", "target"]
    statement: Words


class Point(Kept):
    """A bend of a connection, in pixels from the view's upper left corner."""

    x: int
    y: int


class Box(Kept):
    """Where a node stands, in pixels from the view's upper left corner (not from its parent's)."""

    x: int
    y: int
    width: int
    height: int


class Style(Kept):
    """How a node or a connection is drawn. Colours are `#rrggbb`, opacities percent, sizes points."""

    fill: str | None = None
    fill_opacity: int | None = None
    line: str | None = None
    line_opacity: int | None = None
    line_width: int | None = None
    text: str | None = None
    text_opacity: int | None = None
    font: str | None = None
    font_size: str | None = None
    font_style: list[str] = []


class Node(Kept):
    """A box of a view: an element, a group, a note, or the door to another view; `kind` as in the metamodel."""

    id: str
    kind: Literal["element", "container", "label", "view"] = "element"
    element: str | None = None
    view: str | None = None
    label: Words | None = None
    documentation: Words | None = None
    properties: list[Property] = []
    box: Box | None = None
    style: Style | None = None
    nodes: list[Node] = []
    carried: dict[Format, Carried] = {}


class Connection(Kept):
    """A line of a view, between nodes or other lines: a relation, or a plain line."""

    id: str
    relation: str | None = None
    source: str | None = None
    target: str | None = None
    label: Words | None = None
    documentation: Words | None = None
    properties: list[Property] = []
    bends: list[Point] = []
    starts: Point | None = None
    ends: Point | None = None
    style: Style | None = None
    carried: dict[Format, Carried] = {}


class View(Thing):
    """A drawing of part of the model, with the geometry that somebody gave it."""

    name: Words = Words()
    kind: str = "diagram"
    viewpoint: str | None = None
    nodes: list[Node] = []
    connections: list[Connection] = []

    def all_nodes(self) -> Iterator[Node]:
        """Every node, the nested ones after the one that holds them."""
        waiting = list(reversed(self.nodes))
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.nodes))


class Folder(Kept):
    """A folder of the tree in which a model is kept: what lies in it, in order, by id, and the folders in it."""

    id: str | None = None
    name: Words = Words()
    kind: str | None = None
    documentation: Words | None = None
    properties: list[Property] = []
    holds: list[str | Folder] = []
    carried: dict[Format, Carried] = {}


class Model(Form):
    """Any architecture model. `identifier` and `name` are what the file calls itself."""

    identifier: str | None = None
    name: Words = Words()
    documentation: Words | None = None
    properties: list[Property] = []
    elements: list[Element] = []
    relations: list[Relation] = []
    principles: list[Principle] = []
    views: list[View] = []
    folders: list[Folder] = []
    property_definitions: list[PropertyDefinition] = []
    carried: dict[Format, Carried] = {}
