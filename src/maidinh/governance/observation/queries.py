"""Reading findings: officials read them, everyone is told how many there are of which agency.

Layer 4, governance. What a version declares is kept in this process, for a watch asks the same every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet

from maidinh.governance.architecture.queries import Version, declared_organisations, versions
from maidinh.governance.architecture.rules import DRAFT
from maidinh.governance.observation.declared import Declared, declared
from maidinh.governance.observation.definition import ObservationTerms, read_observation_terms
from maidinh.governance.observation.models import Finding, FindingDecision
from maidinh.governance.observation.rules import ASK, ASKED, CLOSED, EXCEPTED, OPEN
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root

DECIDE = "observation.decide"


@cache
def observation_terms() -> ObservationTerms:
    """How long traffic is watched before something is told; read once."""
    return read_observation_terms(definitions_root(settings.MAIDINH.definitions) / "national")


@lru_cache(maxsize=2)
def _declared(version_id: int, digest: str) -> Declared:
    row = Version.objects.get(pk=version_id, hash=digest)
    return declared(row.model, row.instance, [each.code for each in declared_organisations().agencies])


def declared_by(version: Version) -> Declared:
    """What a version declares, as traffic is held against it."""
    return _declared(version.pk, version.hash)


@lru_cache(maxsize=2)
def _contracts_since(version_id: int, digest: str) -> Mapping[str, datetime]:
    del digest
    found: dict[str, datetime] = {}
    kept = versions().exclude(state=DRAFT).filter(published_at__isnull=False).order_by("published_at", "pk")
    for published_at, relations in kept.values_list("published_at", "content__relations"):
        for relation in relations or ():
            if relation.get("contract"):
                found.setdefault(relation["contract"]["id"], published_at)
    return found


def contracts_since(version: Version) -> Mapping[str, datetime]:
    """When each contract was first published, by its id: as of this version."""
    return _contracts_since(version.pk, version.hash)


def reads_findings(actor: Actor) -> bool:
    """Whether the actor reads findings one by one: officials do, for an agency."""
    return actor.kind == "official" and bool(actor.agencies)


def findings_for(actor: Actor) -> QuerySet[Finding]:
    """The findings that this actor reads, those that wait first, the newest of them on top."""
    found = Finding.objects.filter(province=settings.MAIDINH.province).order_by("-found_at", "-pk")
    return found if reads_findings(actor) else found.none()


def finding_for(actor: Actor, finding_id: int) -> Finding | None:
    """One finding, if this actor reads it."""
    return findings_for(actor).filter(pk=finding_id).first() if finding_id < 2**63 else None


def decisions_on(actor: Actor, finding: Finding) -> list[FindingDecision]:
    """What was decided on a finding, the last decision first."""
    return list(finding.decisions.order_by("-pk")) if reads_findings(actor) else []


def waiting_for(actor: Actor) -> QuerySet[Finding]:
    """What somebody must act on now: open or asked, seen still. Who decides for all sees all, others their agency's."""
    found = findings_for(actor).filter(gone_at__isnull=True, state__in=(OPEN, ASKED))
    return found if actor.may(DECIDE) else found.filter(owner__in=actor.agencies)


def findings_open_count(actor: Actor) -> int:
    """How many findings wait for this actor or their agency."""
    return waiting_for(actor).count()


def findings_of_agency_count(actor: Actor) -> int:
    """How many findings of the actor's own agencies are seen and wait."""
    found = findings_for(actor).filter(gone_at__isnull=True, owner__in=actor.agencies)
    return found.filter(state__in=(OPEN, ASKED)).count()


def findings_open_by_project() -> dict[str, int]:
    """How many findings are seen and not settled of what each project declared; officials and the worker are told."""
    found = Finding.objects.filter(province=settings.MAIDINH.province, gone_at__isnull=True).exclude(project="")
    found = found.exclude(state__in=(CLOSED, EXCEPTED))
    return dict(found.values_list("project").annotate(count=Count("pk")).values_list("project", "count"))


@dataclass(frozen=True)
class Counted:
    """How many findings of one kind, in one state, an agency has now."""

    owner: str
    kind: str
    state: str
    count: int


def counts() -> list[Counted]:
    """How many findings there are now, for everyone; the database's function gives no row away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT owner, kind, state, count FROM observation_counts()")
        return [Counted(*row) for row in cursor.fetchall()]


def last_asked(finding: Finding) -> FindingDecision | None:
    """The exception that waits for another person's answer."""
    if finding.state != ASKED:
        return None
    return finding.decisions.filter(decision=ASK).order_by("-pk").first()
