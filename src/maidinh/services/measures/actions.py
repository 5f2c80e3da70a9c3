"""Counting dossiers: those that something happened to, or all of them from the beginning.

Layer 4. A row's figures are never added to: what a dossier counts for is read again from the dossier, and the months
that it stood in and stands in are summed again. So counting twice changes nothing. One at a time counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction

from maidinh.infrastructure.actor import Actor, require
from maidinh.services.dossiers.queries import ids_of_dossiers
from maidinh.services.measures.gathering import facts_of_dossiers
from maidinh.services.measures.models import ENDED, RECEIVED, DossierFact, FormFilling, MonthSum, WaitingDossier
from maidinh.services.measures.queries import index_versions

BATCH = 500
LONGEST_SITTING = timedelta(days=1)  # a session that old measures nobody's patience
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('maidinh measures', 0))"
WAITS = """
INSERT INTO measures_waitingdossier (dossier_id, failed) VALUES (%s, false)
ON CONFLICT (dossier_id) DO UPDATE SET failed = false
"""
TAKE = """
DELETE FROM measures_waitingdossier WHERE dossier_id IN (
    SELECT dossier_id FROM measures_waitingdossier WHERE NOT failed ORDER BY dossier_id LIMIT %s) RETURNING dossier_id
"""
FIELDS = [field.name for field in DossierFact._meta.concrete_fields if not field.primary_key]
_log = structlog.get_logger(__name__)
Cell = tuple[date, str, str]
SUM = f"""
INSERT INTO measures_monthsum (month, agency, procedure, {", ".join((*RECEIVED, *ENDED))})
SELECT month, agency, procedure, {", ".join(f"coalesce(sum({each}), 0) AS {each}" for each in (*RECEIVED, *ENDED))}
FROM (
    SELECT received_month AS month, agency, procedure,
           count(*) AS received, count(*) FILTER (WHERE online) AS received_online,
           count(*) FILTER (WHERE papers_asked) AS papers_asked, count(*) FILTER (WHERE papers_kept) AS papers_kept,
           count(*) FILTER (WHERE papers_reusable) AS papers_reusable,
           count(*) FILTER (WHERE papers_reused) AS papers_reused,
           count(typed) AS filled, count(minutes) AS one_sitting, sum(minutes) AS minutes_to_submission,
           sum(typed) AS fields_typed, sum(picked) AS fields_picked, sum(prefilled) AS fields_prefilled,
           {", ".join(f"0 AS {each}" for each in ENDED)}
    FROM measures_dossierfact f WHERE {{received}} GROUP BY 1, 2, 3
    UNION ALL
    SELECT month, agency, procedure, {", ".join(f"0 AS {each}" for each in RECEIVED)},
           count(*) AS ended, count(on_time) AS rated, count(*) FILTER (WHERE on_time) AS on_time,
           sum(rounds) AS rounds, count(*) FILTER (WHERE rounds > 0) AS supplemented,
           count(*) FILTER (WHERE end_status IN (9, 10)) AS done,
           count(*) FILTER (WHERE end_status IN (9, 10) AND electronic) AS electronic,
           count(*) FILTER (WHERE end_status IN (9, 10) AND electronic AND online) AS online_electronic,
           count(working_minutes) AS timed, sum(working_minutes) AS working_minutes,
           count(*) FILTER (WHERE paid IN ('counter', 'online')) AS paid,
           count(*) FILTER (WHERE paid = 'online') AS paid_online
    FROM measures_dossierfact f WHERE month IS NOT NULL AND {{ended}} GROUP BY 1, 2, 3
) each GROUP BY 1, 2, 3
"""  # noqa: S608 - the names are this module's own
OF_CELLS = (
    "(f.{month}, f.agency, f.procedure) IN (SELECT * FROM unnest(%(months)s::date[], %(agencies)s::text[],"
    " %(procedures)s::text[]))"
)


def record_filling(
    *,
    actor: Actor,
    dossier_id: int,
    typed: int,
    picked: int,
    prefilled: int,
    signed_in_at: datetime | None,
    begun_at: datetime,
    at: datetime,
) -> None:
    """Keep how an application was filled in, as counts, in the transaction in which it is submitted; once.

    The minutes since the sign-in are kept where it was begun after that sign-in.
    """
    require(actor, "dossier.submit")
    minutes = None
    if signed_in_at is not None and signed_in_at <= begun_at <= at and at - signed_in_at < LONGEST_SITTING:
        minutes = int((at - signed_in_at).total_seconds() // 60)
    FormFilling.objects.create(
        dossier_id=dossier_id, typed=typed, picked=picked, prefilled=prefilled, minutes=minutes
    )  # fmt: skip


def count_again(*, dossier_id: int) -> None:
    """The dossier waits to be counted; one that waits already goes on waiting."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS, [dossier_id])


def await_uncounted(batch: int = 10_000) -> int:
    """Dossiers that were never counted wait from now on, as those from before there were measures; how many."""
    found, last = 0, 0
    while ids := ids_of_dossiers(last, batch):
        counted = set(DossierFact.objects.filter(pk__in=ids).values_list("pk", flat=True))
        waiting = [WaitingDossier(dossier_id=each) for each in ids if each not in counted]
        WaitingDossier.objects.bulk_create(waiting, ignore_conflicts=True)
        found, last = found + len(waiting), ids[-1]
    return found


@transaction.atomic
def count_waiting(most: int = BATCH) -> int:
    """Count the dossiers that wait; how many that were. One that can't be counted holds up no other."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        cursor.execute(TAKE, [most])
        ids = sorted(row[0] for row in cursor.fetchall())
    try:
        with transaction.atomic():
            _count(ids)
    except DatabaseError:
        raise
    except Exception:
        for dossier in ids:
            _count_alone(dossier)
    return len(ids)


def _count_alone(dossier: int) -> None:
    try:
        with transaction.atomic():
            _count([dossier])
    except DatabaseError:
        raise
    except Exception:
        _log.exception("a dossier can't be counted", dossier=dossier)
        WaitingDossier.objects.create(dossier_id=dossier, failed=True)


def _count(ids: list[int]) -> None:
    if not ids:
        return
    before = _cells(DossierFact.objects.filter(pk__in=ids))
    facts = facts_of_dossiers(ids, index_versions())
    DossierFact.objects.bulk_create(facts, update_conflicts=True, unique_fields=["dossier"], update_fields=FIELDS)
    _sum_again(before | _cells(facts))


@transaction.atomic
def rebuild(batch: int = BATCH) -> int:
    """Count every dossier from the beginning; how many there are. Readers see the old figures until it is done."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    versions = index_versions()
    for model in (WaitingDossier, DossierFact, MonthSum):
        model.objects.all().delete()
    counted, last = 0, 0
    while ids := ids_of_dossiers(last, batch):
        DossierFact.objects.bulk_create(facts_of_dossiers(ids, versions))
        counted, last = counted + len(ids), ids[-1]
    sum_all()
    return counted


def sum_all() -> None:
    """Sum every month from the facts; the sums are empty before."""
    with connection.cursor() as cursor:
        cursor.execute(SUM.format(received="true", ended="true"))


def _cells(facts: Iterable[DossierFact]) -> set[Cell]:
    """The months, agencies and procedures in which these facts are summed."""
    found: set[Cell] = set()
    for fact in facts:
        months = {fact.received_month, fact.month} - {None}
        found |= {(month, fact.agency, fact.procedure) for month in months if month is not None}
    return found


def _sum_again(cells: set[Cell]) -> None:
    """Sum these months again from their facts."""
    if not cells:
        return
    months, agencies, procedures = (list(each) for each in zip(*sorted(cells), strict=True))
    wanted: dict[str, Sequence[object]] = {"months": months, "agencies": agencies, "procedures": procedures}
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM measures_monthsum f WHERE {OF_CELLS.format(month='month')}",  # noqa: S608 - our own names
            wanted,
        )
        received, ended = (OF_CELLS.format(month=name) for name in ("received_month", "month"))
        cursor.execute(SUM.format(received=received, ended=ended), wanted)
