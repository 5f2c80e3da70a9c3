"""What an investment or a standing system is about, in a form in which any two can be compared, and by what terms.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1 (nothing is invested in twice).
Amounts are whole dong. The terms (national/duplication.yaml) are a design of this project, dated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.infrastructure.definitions.reading import read_form

FILE = "duplication.yaml"
ProfileKind = Literal["project", "system", "platform", "service", "national-platform"]
CodeModel = Literal["brm", "drm", "arm"]


class Profile(Provenance):
    """One side of a comparison. Codes may be wrong or missing; texts are as their owner wrote them.

    `masters` and `reads` name data (codes of entities, or words); `functions`, `users` and `territory` likewise.
    `phase_of` and `instance_of` name what this continues, or of which shared platform it is a place's instance.
    """

    id: str = Field(min_length=1)
    kind: ProfileKind = "project"
    title: Text
    summary: Text | None = None
    owner: str | None = None
    masters: list[str] = []
    reads: list[str] = []
    functions: list[str] = []
    users: list[str] = []
    territory: list[str] = []
    classification: dict[CodeModel, list[str]] = {}
    begins: int | None = Field(default=None, ge=1990, le=2100)
    ends: int | None = Field(default=None, ge=1990, le=2100)
    build_cost: int = Field(default=0, ge=0)
    run_cost: int = Field(default=0, ge=0)
    reuses: list[str] = []
    phase_of: str | None = None
    instance_of: str | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Profile:
        if self.begins is not None and self.ends is not None and self.ends < self.begins:
            raise ValueError(f"it ends ({self.ends}) before it begins ({self.begins})")
        return self


class Inventory(Form):
    """A file of profiles: what a proposal is held against."""

    profiles: list[Profile] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Inventory:
        seen: set[str] = set()
        for each in self.profiles:
            if each.id in seen:
                raise ValueError(f"profile {each.id!r} stands twice")
            seen.add(each.id)
        return self


class Concept(Form):
    """Something that is managed, or a kind of user or system, with all the words by which owners call it."""

    id: str
    vi: str
    en: str
    words: list[str] = []
    arm: list[str] = []
    part_of: str | None = None  # the wider object of the same field that it is a part of

    def in_language(self, language: str) -> str:
        """Its name."""
        return self.en if language == "en" else self.vi


class FieldOfWork(Form):
    """A field of administration, the codes that its systems have, and the objects that are managed in it."""

    id: str
    vi: str
    en: str
    brm: list[str] = []
    drm: list[str] = []
    objects: list[Concept] = Field(min_length=1)


class Thresholds(Form):
    """From which likelihood on something is told, and from which on it is a duplicate.

    `covered` is the share of one side's objects that the other has, `predicted` the confidence of a foretold code,
    `saving` the likelihood below which no saving is stated: a weak likeness is a question, not a sum.
    """

    told: float = Field(gt=0, lt=1)
    duplicate: float = Field(gt=0, lt=1)
    complementary: float = Field(gt=0, lt=1)
    covered: float = Field(ge=0, le=1)
    predicted: float = Field(gt=0, lt=1)
    saving: float = Field(gt=0, lt=1)


class Shares(Form):
    """Which share of building and of running costs need not be spent."""

    build: float = Field(ge=0, le=1)
    run: float = Field(ge=0, le=1)


class Savings(Form):
    """The shares by class, and for how many years of running they are counted."""

    duplicate: Shares
    overlap: Shares
    should_reuse: Shares = Field(alias="should-reuse")
    years: int = Field(ge=0, le=20)


class DuplicationTerm(Form):
    """How likeness is weighed from a day on: what each piece of evidence adds, and from where on it is told."""

    valid_from: date
    valid_to: date | None = None
    legal_basis: tuple[LegalBasis, ...] = ()
    checked: bool = True
    weights: dict[str, float]
    thresholds: Thresholds
    candidates: int = Field(ge=10, le=500)
    saving: Savings


class PlatformFacts(Form):
    """What a national platform is for, where its name says it plainly."""

    masters: list[str] = []
    functions: list[str] = []
    users: list[str] = []
    territory: list[str] = []


class DuplicationTerms(Provenance):
    """`national/duplication.yaml`: the words of administration and the weights of evidence."""

    terms: list[DuplicationTerm] = Field(min_length=1)
    abbreviations: dict[str, str]
    synonyms: dict[str, list[str]] = {}  # a plain word of administration, and what people say for it
    boilerplate: list[str]
    linking: list[str]
    shared: list[str]
    place_units: list[str]
    commune_units: list[str] = []
    everywhere: list[str]
    whole: list[str] = []
    continuing: list[str]
    national: dict[str, PlatformFacts] = {}
    entities: dict[str, Text] = {}  # codes of data that architectures use, and what they are called
    users: list[Concept]
    shapes: list[Concept]
    processes: list[Concept] = []  # what is done with an object, by the words that say so
    layered: list[str] = []  # fields in which a province's system stands beside the nation's by design
    fields: list[FieldOfWork]

    @model_validator(mode="after")
    def _in_order(self) -> DuplicationTerms:
        ordered = sorted(self.terms, key=lambda term: term.valid_from)
        for before, after in pairwise(ordered):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                raise ValueError(f"the terms from {before.valid_from} must end before {after.valid_from}")
        for group in (list(self.objects()), self.users, self.shapes, self.processes):
            owners: dict[str, str] = {}
            for concept in group:
                for word in (concept.vi, *concept.words):
                    if owners.setdefault(word, concept.id) != concept.id:
                        raise ValueError(f"the word {word!r} stands for both {owners[word]!r} and {concept.id!r}")
        said: dict[str, str] = {}
        for plain, words in self.synonyms.items():
            for word in words:
                if said.setdefault(word, plain) != plain:
                    raise ValueError(f"the word {word!r} is said for both {said[word]!r} and {plain!r}")
        return self

    @model_validator(mode="after")
    def _parts_and_layers_are_known(self) -> DuplicationTerms:
        for field in self.fields:
            wide = {each.id for each in field.objects if each.part_of is None}
            for each in field.objects:
                if each.part_of is not None and each.part_of not in wide:
                    raise ValueError(f"{each.id!r} is part of {each.part_of!r}, which is no whole object of its field")
        if unknown := set(self.layered) - {field.id for field in self.fields}:
            raise ValueError(f"no field of work is called {', '.join(sorted(unknown))}")
        return self

    def objects(self) -> Iterator[Concept]:
        """All that is managed, field after field."""
        for field in self.fields:
            yield from field.objects

    def on(self, day: date) -> DuplicationTerm | None:
        """The terms of a day; None where there are none, and nothing is found."""
        held = (
            each for each in self.terms if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
        )
        return next(held, None)

    def newest(self) -> DuplicationTerm:
        """The terms that hold last."""
        return max(self.terms, key=lambda each: each.valid_from)


def read_duplication_terms(national_root: Path) -> DuplicationTerms:
    """The terms as the definitions state them. Raises DefinitionError."""
    return read_form(national_root / FILE, DuplicationTerms)
