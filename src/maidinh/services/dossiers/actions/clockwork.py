"""The lines of a dossier's clock: it stops, goes on, is extended or counted anew, and its due moment follows.

Layer 4, part of the dossiers' actions; within the caller's transaction, which holds the dossier under lock. What a
supplement does to the term is a parameter of the rule pack; the arithmetic is that of services/clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.database.rows import answered
from maidinh.services.clock.ledger import STOPS, Entry
from maidinh.services.clock.reckoning import reckon
from maidinh.services.dossiers.models import ENDED, ClockEntry, ClockKind, Dossier
from maidinh.services.dossiers.queries import LAST_STOP_OR_START, STOPS_OR_STARTS, calendar_of, clock_of, standing_for

FIRST_THAT_STOPS = (
    "SELECT step FROM dossiers_task WHERE dossier_id = %s AND closed_at IS NULL AND suspends ORDER BY id LIMIT 1"
)
STANDING = f"SELECT ({FIRST_THAT_STOPS}), ({LAST_STOP_OR_START})"


def write_line(
    dossier: Dossier,
    kind: str,
    actor: Actor,
    at: datetime,
    *,
    step: str = "",
    reason: str = "",
    budget: Budget | None = None,
    moved: tuple[datetime, datetime] | None = None,
) -> ClockEntry:
    """Add a line. Clocks of two machines differ a little, so none is written before the one before it."""
    last = ClockEntry.objects.filter(dossier=dossier).order_by("-serial").values_list("serial", "at").first()
    return ClockEntry.objects.create(
        dossier=dossier,
        serial=last[0] + 1 if last else 1,
        kind=kind,
        at=max(at, last[1] if last else dossier.accepted_at or at),
        step=step,
        agency=actor.agency,
        by=actor.id or "-",
        reason=reason,
        amount=budget.amount if budget else None,
        unit=budget.unit if budget else "",
        old_due=moved[0] if moved else None,
        new_due=moved[1] if moved else None,
    )


def suspend(dossier: Dossier, actor: Actor, at: datetime, *, step: str = "", for_step: bool = False) -> None:
    """The clock stands still from now; where it stood still for a step, that stretch ends here."""
    if standing_for(dossier) == ClockKind.SUSPENDED:
        write_line(dossier, ClockKind.RESUMED, actor, at)
    write_line(dossier, ClockKind.SUSPENDED if for_step else ClockKind.ASKED, actor, at, step=step)


def resume(dossier: Dossier, actor: Actor, at: datetime, *, step: str = "") -> None:
    """What keeps the clock standing ends now, and the due moment follows; nothing where it runs."""
    if dossier.accepted_at is None:
        return
    stands = standing_for(dossier)
    if stands:
        write_line(
            dossier, ClockKind.RESUMED if stands == ClockKind.SUSPENDED else ClockKind.RECEIVED, actor, at, step=step
        )
        dossier.due_at = due_of(dossier)


def follow_calendar(dossier: Dossier, actor: Actor, at: datetime) -> None:
    """Where the calendar in force counts otherwise than what is kept, say so before anything else moves the date."""
    counted = due_of(dossier)
    if dossier.due_at is not None and counted != dossier.due_at:
        moved = (dossier.due_at, counted)
        write_line(dossier, ClockKind.CALENDAR, actor, at, reason=calendar_of(dossier).id, moved=moved)
        dossier.due_at = counted


def due_of(dossier: Dossier, *more: Entry) -> datetime:
    """When an accepted dossier is due by its clock, with `more` lines that are not written yet."""
    if dossier.accepted_at is None:
        raise ValueError(f"{dossier.code} isn't accepted, so nothing is due yet")
    ledger = clock_of(dossier)
    known = ledger.entries[-1].at if ledger.entries else ledger.start
    added = tuple(replace(each, at=max(each.at, known)) for each in more)
    return reckon(replace(ledger, entries=(*ledger.entries, *added)) if added else ledger).last_due


def keep_clock(dossier: Dossier, actor: Actor, at: datetime) -> None:
    """The clock stands while a step that isn't counted is open, unless a supplement keeps it standing already."""
    if keep_standing(dossier, actor, at):
        dossier.save(update_fields=["due_at"])


def keep_standing(dossier: Dossier, actor: Actor, at: datetime) -> bool:
    """Bring the clock up to the open steps, without saving the dossier; whether a line was written."""
    if dossier.accepted_at is None or dossier.status in ENDED:
        return False
    [(step, last)] = answered(STANDING, [dossier.pk, dossier.pk, STOPS_OR_STARTS])
    stands = last if last in STOPS else ""
    if step is not None and not stands:
        suspend(dossier, actor, at, step=step, for_step=True)
    elif step is None and stands == ClockKind.SUSPENDED:
        resume(dossier, actor, at)
    else:
        return False
    return True
