"""What an architecture document is made of, as data: chapters, what each answers, which parts of the model it shows.

Layer 4, governance. A plan belongs to one national framework and follows its contents; where the model has nothing, the
plan says what is missing, and that goes onto the work list. No prose stands in for content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from maidinh.governance.modelling.definition import LifeCycle, ReferenceModel
from maidinh.governance.nas.definition import Role, SheetRole
from maidinh.infrastructure.definitions.definition import Form, Text

Edition = Literal["full", "public"]
Numbering = Literal["roman", "decimal"]
RowSource = Literal[
    "elements", "relations", "gaps", "costs", "owners", "classification", "data-set", "history", "checklist",
    "commune-model", "framework-parts",
]  # fmt: skip
Condition = Literal["owned", "unowned", "personal-data", "secured", "retiring", "own", "foreign", "costed", "contract"]
Column = Literal[
    "number", "name", "code", "kind", "layer", "part", "owner", "operator", "state", "since", "zone", "level",
    "personal", "masters", "description", "technology", "classes", "serves", "data", "build", "run", "source", "from",
    "relation", "to", "content", "purpose", "basis", "validity", "gap", "objects", "task", "plateau", "year", "total",
    "agency", "systems", "databases", "platforms", "others", "entry", "elements", "result", "evidence", "remedy",
    "version", "day", "changes", "tier",
]  # fmt: skip
FigureName = Literal[
    "layers", "parts", "overall", "commune", "business", "owners", "technology", "zones", "plateaus", "connections",
    "data",
]  # fmt: skip
Statement = Literal["principle", "vision", "target"]
NationalSection = Literal["principles", "layers", "cross_cutting", "measures"]
CheckName = Literal[
    "framework", "diagrams", "layers", "owners", "objects", "relations", "gaps", "sharing", "versions", "levels",
    "codes", "classified",
]  # fmt: skip


class Selection(Form):
    """Which rows: of what, and by kind, layer, state, part of the structure in force, sheet of the data set."""

    of: RowSource = "elements"
    kinds: list[str] = []
    layers: list[int] = []
    states: list[LifeCycle] = []
    parts: list[str] = []
    ends: list[str] = []
    only: list[Condition] = []
    model: ReferenceModel | None = None
    sheet: SheetRole | None = None
    where: dict[Role, list[str]] = {}
    fields: list[Role] = []


class SayPart(Form):
    """A sentence that states facts of the version; it is left out when one of its facts isn't known."""

    say: Text


class StatementsPart(Form):
    """The version's own principles, visions or targets, word by word."""

    statements: list[Statement] = Field(min_length=1)
    missing: Text


class ListPart(Form):
    """Names of elements, one a line."""

    names: Selection
    missing: Text


class TablePart(Form):
    """A table: rows, columns, caption."""

    table: Selection
    columns: list[Column] = []
    caption: Text
    missing: Text

    @model_validator(mode="after")
    def _has_columns(self) -> TablePart:
        if not self.columns and self.table.of != "data-set":
            raise ValueError("a table needs columns")
        return self


class FigurePart(Form):
    """A figure; `code` is the official code of a diagram."""

    figure: FigureName
    caption: Text
    code: str | None = None
    missing: Text


class ViewsPart(Form):
    """The views that people drew in their own tool, with the geometry that they gave them; at most so many."""

    views: int = Field(ge=1, le=200)


class NationalPart(Form):
    """What the national framework itself says, cited as such."""

    national: NationalSection
    group: str | None = None
    lead: Text


class MissingPart(Form):
    """A content that no part of a model holds: whoever draws up the architecture writes it."""

    missing: Text


def _part_of(value: Any) -> str | None:
    """Of which sort a part is: what its first key says."""
    keys = value if isinstance(value, dict) else type(value).model_fields
    return next((each for each in SORTS if each in keys), None)


SORTS = ("say", "statements", "names", "table", "figure", "views", "national", "missing")
Part = Annotated[
    Annotated[SayPart, Tag("say")]
    | Annotated[StatementsPart, Tag("statements")]
    | Annotated[ListPart, Tag("names")]
    | Annotated[TablePart, Tag("table")]
    | Annotated[FigurePart, Tag("figure")]
    | Annotated[ViewsPart, Tag("views")]
    | Annotated[NationalPart, Tag("national")]
    | Annotated[MissingPart, Tag("missing")],
    Discriminator(_part_of),
]


class ChapterPlan(Form):
    """A chapter: its title, the contents of the framework that it answers, its parts and sub-chapters.

    An optional one is left out when the model has nothing for it.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: Text
    answers: list[str] = []
    annex: bool = False
    optional: bool = False
    parts: list[Part] = []
    chapters: list[ChapterPlan] = []

    def all(self) -> Iterator[ChapterPlan]:
        """The chapter and all below it."""
        yield self
        for each in self.chapters:
            yield from each.all()


class Term(Form):
    """A word that readers may not know, and what it means."""

    term: Text
    meaning: Text


class DocumentPlan(Form):
    """The whole document for one framework, or the public edition for any."""

    id: str
    framework: str | None = None
    edition: Edition = "full"
    title: Text
    numbering: Numbering = "roman"
    source: str | None = None
    draft: bool = False
    chapters: list[ChapterPlan] = Field(min_length=1)
    glossary: list[Term] = []

    @model_validator(mode="after")
    def _chapters_differ(self) -> DocumentPlan:
        ids = [each.id for each in self.all_chapters()]
        if len(set(ids)) != len(ids):
            raise ValueError("two chapters have the same id")
        return self

    def all_chapters(self) -> Iterator[ChapterPlan]:
        """Every chapter, from the first to the last."""
        for each in self.chapters:
            yield from each.all()

    def answered(self) -> set[str]:
        """The contents of the framework that some chapter answers."""
        return {content for each in self.all_chapters() for content in each.answers}


class DiagramPlan(Form):
    """A diagram of the dossier: its official code, the figure that draws it, whether a province must have it."""

    code: str
    title: Text
    figure: FigureName
    mandatory: bool
    purpose: Text
    state: Text


class CheckPlan(Form):
    """A line of the checklist: what it asks, how it is checked, what to do when it isn't met."""

    id: str
    title: Text
    check: CheckName
    remedy: Text


class ReviewPlan(Form):
    """How often the framework has to be looked at again, and by which text."""

    every_months: int = Field(ge=1)
    basis: Text


class DossierPlan(Form):
    """The dossier that is put up for issue: three forms at one version and closing date, and what is checked before."""

    id: str
    framework: str
    document: str
    source: str
    draft: bool = False
    name: Text
    files: dict[Literal["document", "diagrams", "data", "checklist", "work"], str]
    diagrams: list[DiagramPlan] = Field(min_length=1)
    checklist: list[CheckPlan] = Field(min_length=1)
    deadline: str
    review: ReviewPlan


class DocumentWords(Form):
    """Every word of a document that isn't the model's: labels, headings of columns, names of kinds and states."""

    labels: dict[str, Text]
    columns: dict[Column, Text]
    kinds: dict[str, Text]
    relations: dict[str, Text]
    states: dict[LifeCycle, Text]
    task_states: dict[LifeCycle, Text]
    layers: dict[int, Text]
    models: dict[ReferenceModel, Text]
    data: dict[str, Text] = {}
