"""Taking what the portal tells: kept once under its number, then applied in the order of the portal's list.

Layer 4, part of the national portal's actions. A message that comes again is known by its number; one whose serial is
not above what was applied to the same dossier is stale, and takes nothing back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from maidinh.services.dossiers.rules import tracking_digest
from maidinh.services.nationalportal.actions.applying import Declined, apply_act, fetch_papers
from maidinh.services.nationalportal.actions.enqueuing import enqueue_one, enqueue_refusal
from maidinh.services.nationalportal.adapters.portal import NationalPortal, PortalUnavailable
from maidinh.services.nationalportal.definition import (
    ACCEPTED,
    DECLINED,
    Change,
    Unreadable,
    act_from,
    status_from,
)
from maidinh.services.nationalportal.models import Feed, Inbound, Link, Message, SectoralDossier, SectoralStatus
from maidinh.services.nationalportal.rules import Patience

FEED, BATCH = "changes", 100
ACTS = ("RutHoSo", "BoSung")
STALE = "a later message of this dossier was applied before"
UNKNOWN = "no dossier of ours has this code"


def take_changes(*, portal: NationalPortal, now: Callable[[], datetime]) -> int:
    """Read the portal's list past the last place; how many rows were new. Raises PortalUnavailable."""
    feed, _ = Feed.objects.get_or_create(name=FEED)
    try:
        found = portal.changes(feed.cursor, limit=BATCH, at=now())
    except PortalUnavailable as error:
        Feed.objects.filter(pk=feed.pk).update(last_error=str(error)[:300])
        raise
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(pk=feed.pk)
        new = sum(_keep(change, now()) for change in found.items)
        feed.cursor = max(feed.cursor, found.next)
        feed.polled_at = now()
        feed.last_error = f"rows that can't be read: {found.unreadable}" if found.unreadable else ""
        feed.save(update_fields=["cursor", "polled_at", "last_error"])
    return new


def apply_waiting(*, portal: NationalPortal, patience: Patience, now: Callable[[], datetime]) -> int:
    """Apply what was kept; how many messages are done with. One that can't be applied yet holds up its dossier only."""
    due = Q(next_at__isnull=True) | Q(next_at__lte=now())
    waiting = Inbound.objects.filter(due, state="waiting").order_by("position", "id").values_list("pk", "code")
    held = set(Inbound.objects.filter(state="waiting", next_at__gt=now()).values_list("code", flat=True))
    done = 0
    for pk, code in list(waiting[:BATCH]):
        if code in held:
            continue
        try:
            done += _apply(pk, portal, now())
        except PortalUnavailable as error:
            held.add(code)
            row = Inbound.objects.get(pk=pk)
            again = patience.next_try(now(), row.attempts + 1, 0)
            Inbound.objects.filter(pk=pk).update(attempts=row.attempts + 1, next_at=again, reason=str(error)[:300])
    return done


def _keep(change: Change, at: datetime) -> int:
    _, new = Inbound.objects.get_or_create(
        message=change.message,
        defaults={
            "position": change.position,
            "kind": change.kind,
            "code": change.code,
            "serial": change.serial,
            "content": change.content,
            "received_at": at,
        },
    )
    return int(new)


def _apply(pk: int, portal: NationalPortal, at: datetime) -> int:
    """Files are fetched first, outside any transaction; then the message is applied and noted in one."""
    waiting = Inbound.objects.get(pk=pk)
    papers: list[Any] = []
    problem = ""
    known = Link.objects.filter(national_code=waiting.code).exists()
    if waiting.kind in ACTS and not known and _code_under_way(waiting):
        raise PortalUnavailable("the code may be that of a dossier whose code is asked for just now")
    if waiting.kind == "BoSung" and known:
        try:
            papers = fetch_papers(act_from(waiting.content), portal=portal, issue=waiting.code, at=at)
        except (Unreadable, Declined) as error:
            problem = _told(error)
    with transaction.atomic():
        row = Inbound.objects.select_for_update(skip_locked=True).filter(pk=pk, state="waiting").first()
        if row is None:
            return 0
        row.state, row.reason = _outcome(row, papers, problem, at)
        row.handled_at, row.next_at = at, None
        row.save(update_fields=["state", "reason", "handled_at", "next_at"])
    return 1


def _outcome(row: Inbound, papers: list[Any], problem: str, at: datetime) -> tuple[str, str]:
    try:
        if row.kind == "TrangThai":
            return _note_status(row, at)
    except (Unreadable, Declined) as error:
        return "refused", _told(error)
    if row.kind not in ACTS:
        return "refused", f"unknown kind of message: {row.kind}"[:300]
    link = Link.objects.filter(national_code=row.code).first()
    if link is None or link.dossier_id is None:
        source = f"inbound:{row.pk}"
        enqueue_refusal(code=row.code, source=source, content=_answer(row, "refused", UNKNOWN), at=at)
        return "refused", UNKNOWN
    state, reason = "applied", ""
    if problem:
        state, reason = "refused", problem
    elif row.serial <= _applied_serial(row):
        state, reason = "stale", STALE
    else:
        try:
            with transaction.atomic():
                apply_act(kind=row.kind, act=act_from(row.content), papers=papers, dossier_id=link.dossier_id, at=at)
        except (Unreadable, Declined) as error:
            state, reason = "refused", _told(error)
    answer = _answer(row, state, reason)
    enqueue_one(dossier_id=link.dossier_id, kind="answer", source=f"inbound:{row.pk}", content=answer, at=at)
    return state, reason


def _code_under_way(row: Inbound) -> bool:
    """Whether the portal may have given this code to a dossier of ours, and its answer has not come yet."""
    asked = Message.objects.filter(kind="code", state__in=("waiting", "sent"), attempts__gt=0)
    return asked.filter(at__lte=row.received_at).exists()


def _answer(row: Inbound, state: str, reason: str) -> dict[str, Any]:
    result = ACCEPTED if state == "applied" else DECLINED
    return {"TraLoi": row.message, "Loai": row.kind, "KetQua": result, "LyDo": reason}


def _applied_serial(row: Inbound) -> int:
    """The highest serial applied to the dossier; what citizens did is numbered by the portal, dossier by dossier."""
    applied = Inbound.objects.filter(code=row.code, state="applied").aggregate(highest=Max("serial"))
    return -1 if applied["highest"] is None else int(applied["highest"])


def _note_status(row: Inbound, at: datetime) -> tuple[str, str]:
    told = status_from(row.content)
    if Link.objects.filter(national_code=row.code).exists():
        raise Declined("the dossier is ours: its status is told by us")
    digest = tracking_digest(row.code, told.tracking) if told.tracking else ""
    dossier, new = SectoralDossier.objects.select_for_update().get_or_create(
        code=row.code,
        defaults={
            "procedure": told.procedure,
            "agency": told.agency,
            "agency_name": told.agency_name,
            "status": told.status,
            "serial": row.serial,
            "status_at": told.at,
            "due_at": told.due_at,
            "tracking_digest": digest,
            "received_at": at,
        },
    )
    SectoralStatus.objects.get_or_create(
        dossier=dossier, serial=row.serial, defaults={"status": told.status, "at": told.at}
    )
    if not new and row.serial <= dossier.serial:
        return "stale", STALE
    dossier.status, dossier.serial, dossier.status_at = told.status, row.serial, told.at
    dossier.due_at, dossier.agency, dossier.agency_name = told.due_at, told.agency, told.agency_name
    dossier.tracking_digest = digest or dossier.tracking_digest
    dossier.save()
    return "applied", ""


def _told(error: Exception) -> str:
    return f"{'unreadable: ' if isinstance(error, Unreadable) else ''}{error}"[:300]
