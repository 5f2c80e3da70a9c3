"""Time stamps that come later: for results that were signed while no time-stamping authority answered.

Layer 4; runs in the worker. The token goes into the room that the signature left, so the signature stays the same; the
file is another, though. Both are kept, the log has a leaf for each, and either is found when it is verified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from maidinh.infrastructure.files.actions import store_made
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.files.rules import PDF
from maidinh.infrastructure.keys.pades import NoRoom, add_timestamp, check_pdf
from maidinh.infrastructure.translog.promises import Enters
from maidinh.services.results.models import PublishedResult, Result, Stamping
from maidinh.services.results.rules import WITHOUT_STAMP

Asking = Callable[[], Callable[[bytes], bytes]]  # a fresh way to the authority, with its own patience
_log = structlog.get_logger(__name__)


class NotBelieved(ValueError):
    """The token isn't of an authority that is trusted here, or the signature wouldn't hold with it."""


def stamp_later(*, asking: Asking, trusted: Sequence[str], log: Enters, at: datetime, most: int = 50) -> list[Stamping]:
    """Stamp the results that wait for it, the oldest first, until the authority fails. Raises OSError, NotBelieved."""
    has_one = Stamping.objects.filter(result=OuterRef("pk"))
    waiting = Result.objects.filter(level=WITHOUT_STAMP).exclude(Exists(has_one)).order_by("pk")
    done = []
    for result in waiting[:most]:
        with open_document(result.document_id) as stream:
            signed = stream.read()
        try:
            stamped = add_timestamp(signed, asking())
        except NoRoom as error:
            _log.warning("a result keeps its signature without a time stamp", number=result.number, error=str(error))
            continue
        verdict = check_pdf(stamped, trusted=trusted, at=at)
        if not verdict.good or verdict.stamped_at is None:
            raise NotBelieved(
                f"{result.number}: {', '.join(verdict.problems) or 'the token is of no trusted authority'}"
            )
        made = _keep(result, stamped, verdict.stamped_at, log, at)
        if made is not None:
            done.append(made)
    return done


@transaction.atomic
def _keep(result: Result, stamped: bytes, stamped_at: datetime, log: Enters, at: datetime) -> Stamping | None:
    with connection.cursor() as cursor:  # two workers stamp it once
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"stamp {result.number}"])
    if Stamping.objects.filter(result=result).exists():
        return None
    document = store_made(content=stamped, media_type=PDF, at=at)
    content = {
        "kind": "result-stamped",
        "number": result.number,
        "digest": document.digest,
        "of": result.document_id,
        "agency": result.agency,
        "stamped_at": stamped_at.astimezone(UTC).isoformat(),
    }
    entered = log.enter(kind="result-stamped", agency=result.agency, role="leader", content=content, at=at)
    made = Stamping.objects.create(
        result=result,
        document=document,
        stamped_at=stamped_at,
        at=at,
        receipt=entered.receipt,
        entry=entered.entry,
    )
    line = PublishedResult.objects.filter(number=result.number)
    line.update(stamped_digest=document.digest, stamped_entry=entered.entry)
    return made
