"""What a project would pay for again, joined with what was decided on it.

Layer 4, governance. Held against the architecture in force, the other projects that the reader may see, and the
national platforms. A decision counts until one of the two sides changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from maidinh.governance.architecture.queries import Version, current_version
from maidinh.governance.duplication.classifying import Describer
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
from maidinh.infrastructure.definitions.locating import definitions_root, province_root

DECIDE = "duplicate.decide"
NOT_COMPARED = (REFUSED, WITHDRAWN, IN_FORCE)  # what is in force stands in the architecture
ELEMENT, PROJECT = "element:", "project:"
Found = tuple[Finding, str]  # and the hash of the other side
Keys = tuple[tuple[int, str] | None, tuple[tuple[int, str], ...]]
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
    province = province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)
    return catalogue_names(_national(), province)


@cache
def _describer() -> Describer:
    return Describer(duplication_terms())


@cache
def _platforms() -> tuple[Profile, ...]:
    return tuple(national_platforms(_national(), duplication_terms()))


def duplicates_for(actor: Actor, row: Project) -> list[Standing]:
    """What a project resembles, what waits for a decision first."""
    found = _apart(row.content.get("changes", ()), _searcher(*_keys_for(actor)).search(_profile(row), limit=LIMIT))
    return _standing(row.pk, row.hash, found, _newest([row.pk]))


def open_duplicates(actor: Actor, row: Project) -> list[Standing]:
    """What waits for a decision."""
    return [each for each in duplicates_for(actor, row) if each.open]


def all_duplicates(actor: Actor) -> list[tuple[Project, list[Standing]]]:
    """Every project that this reader may see and that resembles something, the likeliest first."""
    rows = _compared(actor)
    kept, newest = _found(*_keys_for(actor)), _newest(row.pk for row in rows)
    found = [(row, _standing(row.pk, row.hash, kept.get(row.pk, []), newest)) for row in rows]
    told = [(row, each) for row, each in found if each]
    return sorted(told, key=lambda each: (not any(one.open for one in each[1]), -each[1][0].finding.score, each[0].pk))


def waiting_duplicates(actor: Actor) -> int:
    """How many findings of all projects wait for a decision: what is kept of them is held against the decisions."""
    version, keys = _keys_for(actor)
    newest = _newest(pk for pk, _hash in keys)
    found = _found(version, keys)
    return sum(each.open for pk, digest in keys for each in _standing(pk, digest, found.get(pk, []), newest))


def code_flags_for(actor: Actor, row: Project) -> list[Flag]:
    """The classifications of a project that its words contradict."""
    return searcher_of().code_flags(_profile(row))


def decisions_on(row: Project) -> list[Decision]:
    """All that was decided on a project, the newest first."""
    return list(Decision.objects.filter(project=row).order_by("-pk"))


def _apart(changes: Iterable[Mapping[str, Any]], found: Sequence[Finding]) -> list[Found]:
    """The findings with the hash of the other side, without what the project itself changes."""
    touched = {ELEMENT + each.get("item", "") for each in changes}
    return [(each, content_hash(each.other)) for each in found if each.other.id not in touched]


def _standing(
    pk: int, digest: str, found: Iterable[Found], newest: Mapping[tuple[int, str], Decision]
) -> list[Standing]:
    """The findings of a project with what was decided on them, what waits first."""
    standing = []
    for each, other_hash in found:
        decided = newest.get((pk, each.other.id))
        holds = decided is not None and (decided.project_hash, decided.other_hash) == (digest, other_hash)
        standing.append(Standing(each, other_hash, decided if holds else None, None if holds else decided))
    return sorted(standing, key=lambda each: (not each.open, -each.finding.score))


def _newest(projects: Iterable[int]) -> dict[tuple[int, str], Decision]:
    decided = Decision.objects.filter(project__in=list(projects)).order_by("pk")
    return {(each.project_id, each.other): each for each in decided}


def _compared(actor: Actor) -> QuerySet[Project]:
    return projects_for(actor).filter(province=settings.MAIDINH.province).exclude(state__in=NOT_COMPARED)


def _keys_for(actor: Actor) -> Keys:
    """What this reader's projects are held against, and the projects, by content: all that a finding depends on."""
    version = current_version()
    keys = tuple(_compared(actor).order_by("pk").values_list("pk", "hash"))
    return (version.pk, version.hash) if version else None, keys


@lru_cache(maxsize=4)
def _searcher(version: tuple[int, str] | None, projects: tuple[tuple[int, str], ...]) -> Searcher:
    profiles = list(_platforms())
    if version is not None:
        row = Version.objects.get(pk=version[0])
        profiles += [each.model_copy(update={"id": ELEMENT + each.id}) for each in profiles_of_version(row.model)]
    held = {each.pk: each for each in Project.objects.filter(pk__in=[pk for pk, _ in projects])}
    profiles += [_profile(held[pk]) for pk, _ in projects if pk in held]
    return searcher_of(profiles)


def searcher_of(profiles: Sequence[Profile] = ()) -> Searcher:
    """A searcher by the terms that hold here."""
    return Searcher(profiles, duplication_terms(), names=classification_names(), describer=_describer())


@lru_cache(maxsize=4)
def _found(version: tuple[int, str] | None, projects: tuple[tuple[int, str], ...]) -> dict[int, list[Found]]:
    """What each of these projects resembles. It is kept for exactly these contents, so it never grows old."""
    rows = Project.objects.filter(pk__in=[pk for pk, _ in projects])
    told = list(rows.annotate(_changes=KeyTransform("changes", "content")).values_list("pk", "code", "_changes"))
    found = _searcher(version, projects).within([PROJECT + code for _, code, _ in told], limit=LIMIT)
    return {pk: _apart(changes or (), found.get(PROJECT + code, [])) for pk, code, changes in told}


def _profile(row: Project) -> Profile:
    found = profile_of_project(row.project)
    return found.model_copy(update={"id": PROJECT + found.id, "reuses": [ELEMENT + each for each in found.reuses]})


def _national() -> Path:
    return definitions_root(settings.MAIDINH.definitions) / "national"
