"""What a project would pay for again, joined with what was decided on it.

Layer 4, governance. Held against the architecture in force, the other projects that the reader may see, and the
national platforms. A decision counts until one of the two sides changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from maidinh.governance.architecture.queries import Version, current_version
from maidinh.governance.conformity.queries import surroundings
from maidinh.governance.duplication.definition import DuplicationTerms, Profile, read_duplication_terms
from maidinh.governance.duplication.judging import Finding, Flag, Searcher
from maidinh.governance.duplication.models import Decision
from maidinh.governance.duplication.profiles import national_platforms, profile_of_project, profiles_of_version
from maidinh.governance.duplication.reading import catalogue_names
from maidinh.governance.duplication.reasons import Names
from maidinh.governance.duplication.rules import SERIOUS
from maidinh.governance.projects.queries import Project, projects_for
from maidinh.governance.projects.rules import IN_FORCE, REFUSED, WITHDRAWN
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.definitions.locating import definitions_root

DECIDE = "duplicate.decide"
NOT_COMPARED = (REFUSED, WITHDRAWN, IN_FORCE)  # what is in force stands in the architecture
ELEMENT, PROJECT = "element:", "project:"
LIMIT = 20


@dataclass(frozen=True)
class Standing:
    """A finding with what counts of it now: its hash, and the decision that still holds."""

    finding: Finding
    other_hash: str
    decision: Decision | None
    earlier: Decision | None = None  # what was decided before one side changed

    @property
    def key(self) -> str:
        """What the other one is called in a form."""
        return self.finding.other.id

    @property
    def open(self) -> bool:
        """Whether somebody has to decide on it."""
        return self.finding.kind in SERIOUS and self.decision is None


@cache
def duplication_terms() -> DuplicationTerms:
    """The words and weights; read once."""
    return read_duplication_terms(_national())


@cache
def classification_names() -> Names:
    """What classifications are called; read once."""
    return catalogue_names(surroundings().shelf)


@cache
def _platforms() -> tuple[Profile, ...]:
    return tuple(national_platforms(_national(), duplication_terms()))


def duplicates_for(actor: Actor, row: Project) -> list[Standing]:
    """What a project resembles, what waits for a decision first."""
    return _standing(row, _searcher_for(actor), _newest([row]))


def open_duplicates(actor: Actor, row: Project) -> list[Standing]:
    """What waits for a decision."""
    return [each for each in duplicates_for(actor, row) if each.open]


def all_duplicates(actor: Actor) -> list[tuple[Project, list[Standing]]]:
    """Every project that this reader may see and that resembles something, the likeliest first."""
    rows = _compared(actor)
    searcher, newest = _searcher_for(actor), _newest(rows)
    found = [(row, _standing(row, searcher, newest)) for row in rows]
    told = [(row, each) for row, each in found if each]
    return sorted(told, key=lambda each: (not any(one.open for one in each[1]), -each[1][0].finding.score, each[0].pk))


def code_flags_for(actor: Actor, row: Project) -> list[Flag]:
    """The classifications of a project that its words contradict."""
    return _searcher_for(actor).code_flags(_profile(row))


def decisions_on(row: Project) -> list[Decision]:
    """All that was decided on a project, the newest first."""
    return list(Decision.objects.filter(project=row).order_by("-pk"))


def _standing(row: Project, searcher: Searcher, newest: dict[tuple[int, str], Decision]) -> list[Standing]:
    touched = {ELEMENT + each.get("item", "") for each in row.content.get("changes", ())}
    found = []
    for each in searcher.search(_profile(row), limit=LIMIT):
        if each.other.id in touched:
            continue
        digest, decided = content_hash(each.other), newest.get((row.pk, each.other.id))
        holds = decided is not None and (decided.project_hash, decided.other_hash) == (row.hash, digest)
        found.append(Standing(each, digest, decided if holds else None, None if holds else decided))
    return sorted(found, key=lambda each: (not each.open, -each.finding.score))


def _newest(rows: Iterable[Project]) -> dict[tuple[int, str], Decision]:
    decided = Decision.objects.filter(project__in=[row.pk for row in rows]).order_by("pk")
    return {(each.project_id, each.other): each for each in decided}


def _compared(actor: Actor) -> list[Project]:
    return list(projects_for(actor).filter(province=settings.MAIDINH.province).exclude(state__in=NOT_COMPARED))


def _searcher_for(actor: Actor) -> Searcher:
    version = current_version()
    rows = _compared(actor)
    key = tuple((row.pk, row.hash) for row in rows)
    return _searcher((version.pk, version.hash) if version else None, key)


@lru_cache(maxsize=4)
def _searcher(version: tuple[int, str] | None, projects: tuple[tuple[int, str], ...]) -> Searcher:
    profiles = list(_platforms())
    if version is not None:
        row = Version.objects.get(pk=version[0])
        profiles += [each.model_copy(update={"id": ELEMENT + each.id}) for each in profiles_of_version(row.model)]
    held = {each.pk: each for each in Project.objects.filter(pk__in=[pk for pk, _ in projects])}
    profiles += [_profile(held[pk]) for pk, _ in projects if pk in held]
    return Searcher(profiles, duplication_terms(), names=classification_names())


def _profile(row: Project) -> Profile:
    found = profile_of_project(row.project)
    return found.model_copy(update={"id": PROJECT + found.id, "reuses": [ELEMENT + each for each in found.reuses]})


def _national() -> Path:
    return definitions_root(settings.MAIDINH.definitions) / "national"
