"""Holding what runs against what is declared, every few seconds, and keeping what differs as findings.

Layer 4, governance; the worker calls it. A finding that is seen no more is marked gone, one that returns is open again,
an exception ends on its day. Where neither traffic nor version nor day has changed, nothing is judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime

from maidinh.governance.architecture.queries import Version, current_version
from maidinh.governance.observation.actions.counting import count_traffic, fingerprint
from maidinh.governance.observation.definition import ObservationTerm
from maidinh.governance.observation.differing import Difference, Moment, differing
from maidinh.governance.observation.models import Finding, FindingDecision, Watch
from maidinh.governance.observation.queries import contracts_since, declared_by, observation_terms
from maidinh.governance.observation.rules import (
    CLOSE,
    CLOSED,
    EXCEPT,
    EXCEPTED,
    EXCEPTION_OVER,
    OPEN,
    PROJECT_OVER,
    PROPOSE,
    PROPOSED,
    REOPEN,
    SEEN_AGAIN,
    STANDING,
    STILL_SO,
    UNDECLARED,
    over,
)
from maidinh.governance.projects.queries import Project, projects_declaring
from maidinh.governance.projects.rules import IN_FORCE, REFUSED, WITHDRAWN
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.events.actions import publish

ENDED = (IN_FORCE, REFUSED, WITHDRAWN)  # a project in one of these mends nothing more


def watch_traffic(*, at: datetime, served_procedures: Iterable[str]) -> list[Finding]:
    """Bring the findings up to what was recorded; returns those that were found, or found again, now."""
    version, term = current_version(), observation_terms().on(localtime(at).date())
    if version is None or version.published_at is None or term is None:
        return []
    known, served = declared_by(version), sorted(set(served_procedures))
    seen = count_traffic(known, at=at, kept=timedelta(days=term.kept_days))
    states = dict(Project.objects.filter(province=settings.MAIDINH.province).values_list("code", "state"))
    judged = content_hash(
        {"version": version.hash, "day": localtime(at).date().isoformat(), "served": served,
         "seen": list(fingerprint(seen)), "projects": sorted(map(list, states.items()))}
    )  # fmt: skip
    with transaction.atomic():
        watch = Watch.objects.select_for_update().get(pk=settings.MAIDINH.province)
        if watch.judged == judged:
            return []
        found = differing(known, seen, _moment(version, term, at), served)
        new = keep(found, version, states, at)
        watch.judged, watch.judged_at = judged, at
        watch.save(update_fields=["judged", "judged_at"])
    return new


def _moment(version: Version, term: ObservationTerm, at: datetime) -> Moment:
    return Moment(localtime(at), term, version.published_at or at, contracts_since(version))


def keep(found: list[Difference], version: Version, states: Mapping[str, str], at: datetime) -> list[Finding]:
    """Write down what was found, what returned and what is gone; `states` are those of projects."""
    by_project = projects_declaring()
    rows = {(row.kind, row.subject): row for row in Finding.objects.filter(province=settings.MAIDINH.province)}
    new: list[Finding] = []
    for each in found:
        row, said = rows.pop((each.kind, each.subject), None), _said(each, version, by_project)
        if row is None:
            new.append(_add(each, said, at))
            continue
        returned = row.gone_at is not None
        changed = {name: value for name, value in said.items() if getattr(row, name) != value}
        if changed or returned:
            Finding.objects.filter(pk=row.pk).update(**changed, gone_at=None, updated_at=at)
            row.refresh_from_db()
        if _reopened(row, states, at) or (returned and row.state == OPEN):
            _tell(row, at)
            new.append(row)
    for row in rows.values():
        if row.gone_at is None:
            Finding.objects.filter(pk=row.pk).update(gone_at=at, updated_at=at)
    return new


def _said(each: Difference, version: Version, by_project: Mapping[str, str]) -> dict[str, Any]:
    """What a finding says, by the columns that keep it."""
    return {
        "source": each.source,
        "target": each.target,
        "element": each.element,
        "owner": each.owner[:35],
        "contract": each.contract,
        "project": _declaring(each, by_project),
        "version": version.version,
        "details": each.details,
        "count": each.count,
        "first_seen_at": each.first_at,
        "last_seen_at": each.last_at,
    }


def _declaring(each: Difference, by_project: Mapping[str, str]) -> str:
    """The project that declared what differs; what nobody declared has none, though one may have changed the caller."""
    if each.kind == UNDECLARED:
        return ""
    return by_project.get(each.contract) or by_project.get(each.element, "")


def _add(each: Difference, said: Mapping[str, Any], at: datetime) -> Finding:
    row = Finding.objects.create(
        province=settings.MAIDINH.province, kind=each.kind, subject=each.subject, found_at=at, updated_at=at, **said
    )
    _tell(row, at)
    return row


def _reopened(row: Finding, states: Mapping[str, str], at: datetime) -> bool:
    """Open a finding again if what was decided on it no longer holds."""
    if row.state not in (CLOSED, EXCEPTED, PROPOSED):
        return False
    last = row.decisions.filter(decision__in=(CLOSE, EXCEPT, PROPOSE)).order_by("-pk").first()
    reason = _reason(row, last, states, at) if last is not None else None
    if reason is None:
        return False
    FindingDecision.objects.create(finding=row, decision=REOPEN, reason=reason, at=at)
    row.refresh_from_db()
    return True


def _reason(row: Finding, last: FindingDecision, states: Mapping[str, str], at: datetime) -> str | None:
    today = localtime(at).date()
    if row.state == EXCEPTED:
        return EXCEPTION_OVER if over(last.until, today) else None
    if row.state == PROPOSED:
        return PROJECT_OVER if states.get(last.project) in ENDED else None
    if row.kind in STANDING:  # nothing is seen of it: the day after it was closed it is looked at again
        return STILL_SO if localtime(last.at).date() < today else None
    return SEEN_AGAIN if row.last_seen_at is not None and row.last_seen_at > last.at else None


def _tell(row: Finding, at: datetime) -> None:
    publish(name="observation.found", payload={"finding": row.pk, "kind": row.kind}, at=at, agency=row.owner)
