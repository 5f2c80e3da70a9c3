"""Counting what the exchange recorded, once: what is old is settled, what is recent is asked for anew.

Layer 4, governance; the worker calls it every few seconds. An exchange is committed some time after it began, so the
last minutes are counted again each time. When the mark moves, what lies between the old and the new one is settled;
both are asked for within one snapshot of the database, so that nothing is counted twice or lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from maidinh.exchange.evidence.queries import observed_operations
from maidinh.exchange.evidence.rules import Operation
from maidinh.governance.observation.declared import Declared
from maidinh.governance.observation.models import Tally, Watch

LAG, STRETCH = timedelta(minutes=5), timedelta(minutes=10)
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
Key = tuple[str, str, str, str, str, str, str, bool]


@dataclass(frozen=True)
class Seen:
    """One kind of call, as it is held against what is declared."""

    client: str
    service: str
    method: str
    path: str
    outcome: str
    reason: str
    zone: str
    authenticated: bool
    count: int
    first_at: datetime
    last_at: datetime


@dataclass
class _Counted:
    count: int
    first_at: datetime
    last_at: datetime


def count_traffic(known: Declared, *, at: datetime, kept: timedelta) -> list[Seen]:
    """Everything that was seen within the time that it is kept, counted up to now."""
    alone = not connection.in_atomic_block  # within a larger transaction its isolation is settled already
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        watch = _watch(at - kept)
        recent = _counted(known, observed_operations(watch.settled_until))
        settled: dict[Key, int] = {}
        if at - watch.settled_until > STRETCH:
            mark = at - LAG
            later = _counted(known, observed_operations(mark))
            settled = {key: found.count - _count(later, key) for key, found in recent.items()}
            Watch.objects.filter(pk=watch.pk).update(settled_until=mark)
        rows = {_key(row): row for row in Tally.objects.all()}
        _keep(rows, recent, settled)
        Tally.objects.filter(last_at__lt=at - kept).delete()
    return [_seen(row) for row in rows.values() if row.last_at >= at - kept]


def _watch(begins: datetime) -> Watch:
    watch, _ = Watch.objects.get_or_create(province=settings.MAIDINH.province, defaults={"settled_until": begins})
    return Watch.objects.select_for_update().get(pk=watch.pk)


def _counted(known: Declared, operations: Iterable[Operation]) -> dict[Key, _Counted]:
    found: dict[Key, _Counted] = {}
    for each in operations:
        key = _key_of(known, each)
        before = found.get(key)
        if before is None:
            found[key] = _Counted(each.count, each.first_at, each.last_at)
        else:
            before.count += each.count
            before.first_at = min(before.first_at, each.first_at)
            before.last_at = max(before.last_at, each.last_at)
    return found


def _key_of(known: Declared, each: Operation) -> Key:
    """What tells kinds of calls apart. What a caller made up who could not prove who it is makes no kind of its own."""
    client, service, path = each.client, each.service, each.path
    method = each.method if each.method in METHODS else "OTHER"
    if not each.authenticated:
        client = client if known.source_of(client) else ""
        service = service if known.target_of(service) else ""
        path = path if service else ""
    return client, service, method, path, each.outcome, each.reason, each.zone, each.authenticated


def _key(row: Tally) -> Key:
    return (
        row.client, row.service, row.method, row.path, row.outcome, row.reason, row.zone, row.authenticated,
    )  # fmt: skip


def _count(counted: dict[Key, _Counted], key: Key) -> int:
    found = counted.get(key)
    return found.count if found else 0


def _keep(rows: dict[Key, Tally], recent: dict[Key, _Counted], settled: dict[Key, int]) -> None:
    added, changed = [], []
    for key in {**rows, **recent}:
        row, found = rows.get(key), recent.get(key)
        if row is None and found is not None:
            rows[key] = Tally(**dict(zip(_FIELDS, key, strict=True)), first_at=found.first_at, last_at=found.last_at)
            added.append(rows[key])
            row = rows[key]
        if row is None:
            continue
        before = (row.settled, row.recent, row.last_at)
        moved = settled.get(key, 0)
        row.settled += moved
        row.recent = (found.count if found else 0) - moved
        if found is not None:
            row.first_at, row.last_at = min(row.first_at, found.first_at), max(row.last_at, found.last_at)
        if row.pk is not None and before != (row.settled, row.recent, row.last_at):
            changed.append(row)
    Tally.objects.bulk_create(added)
    Tally.objects.bulk_update(changed, ["settled", "recent", "first_at", "last_at"], batch_size=500)


_FIELDS = ("client", "service", "method", "path", "outcome", "reason", "zone", "authenticated")


def _seen(row: Tally) -> Seen:
    return Seen(*_key(row), row.settled + row.recent, row.first_at, row.last_at)


def fingerprint(seen: Iterable[Seen]) -> Iterator[list[object]]:
    """What has to change for anything to differ that did not before, for a hash."""
    for each in sorted(seen, key=lambda one: (one.client, one.service, one.method, one.path, one.outcome, one.reason,
                                              one.zone, one.authenticated)):  # fmt: skip
        yield [each.client, each.service, each.method, each.path, each.outcome, each.reason, each.zone,
               each.authenticated, each.count, each.last_at.isoformat()]  # fmt: skip
