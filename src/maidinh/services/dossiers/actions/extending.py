"""Moving the date of a dossier once, with an apology, before it is due (form 04).

Layer 4, part of the dossiers' actions. How often and how long before are parameters of the rule pack under which the
dossier began (`dossier.extensions-allowed`, `dossier.apology-before`): Decree 61/2018/NĐ-CP article 19 and its
successors. What is granted is a line of the clock: a later pause keeps it, and a term that starts again after a
supplement never ends before the day that was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.rulepacks.queries import apology_before, extensions_allowed
from maidinh.services.clock.ledger import Entry
from maidinh.services.dossiers.actions.clockwork import due_of, follow_calendar, write_line
from maidinh.services.dossiers.actions.progress import note, rules_for
from maidinh.services.dossiers.actions.steps import NotYours, ReasonMissing, dossier_to_change
from maidinh.services.dossiers.models import ENDED, ClockKind, Dossier, Extension, Task
from maidinh.services.dossiers.queries import standing_for
from maidinh.services.dossiers.rules import last_day_to_extend

LONGEST = 365
Cause = Literal["not_accepted", "ended", "clock_stands", "used_up", "too_late", "amount"]


class NoExtension(ValueError):
    """The date can't be moved; `cause` says why, `day` the last day on which it could have been."""

    def __init__(self, cause: Cause, day: date | None = None) -> None:
        self.cause, self.day = cause, day
        super().__init__(cause)


@dataclass(frozen=True)
class Extendable:
    """What moving the date would mean: in which unit, until which day it may be done."""

    unit: str
    last_day: date


def extendable(dossier: Dossier, at: datetime) -> Extendable:
    """Whether and until when the date may be moved. Raises NoExtension."""
    if dossier.accepted_at is None or dossier.due_at is None:
        raise NoExtension("not_accepted")
    if dossier.status in ENDED or dossier.finished_at is not None:
        raise NoExtension("ended")
    if standing_for(dossier):
        raise NoExtension("clock_stands")
    _, limit, calendar, pack = rules_for(dossier, dossier.procedure.procedure.steps[0].id)
    if Extension.objects.filter(dossier=dossier).count() >= extensions_allowed(pack):
        raise NoExtension("used_up")
    last = last_day_to_extend(dossier.due_at, apology_before(pack), calendar)
    if localtime(at).date() > last:
        raise NoExtension("too_late", last)
    unit = Budget.model_validate(dossier.limit).unit if dossier.limit else limit.budget.unit
    return Extendable(unit, last)


@transaction.atomic
def extend_dossier(*, actor: Actor, code: str, amount: int, reason: str, at: datetime) -> Extension:
    """Move the date by so much of the limit's unit. Raises NoExtension, ReasonMissing, NotYours."""
    require(actor, "dossier.process")
    dossier = dossier_to_change(code)
    at_work = Task.objects.filter(dossier=dossier, closed_at__isnull=True, agency__in=actor.agencies).exists()
    if dossier.responsible not in actor.agencies and not at_work:
        raise NotYours(code)
    unit = extendable(dossier, at).unit
    if not reason.strip():
        raise ReasonMissing("extension")
    if not 0 < amount <= LONGEST:
        raise NoExtension("amount")
    added = Budget.model_validate({"amount": amount, "unit": unit})
    follow_calendar(dossier, actor, at)
    old = dossier.due_at
    new = due_of(dossier, Entry(at, "extended", budget=added))
    if old is None or new <= old:
        raise NoExtension("amount")
    write_line(dossier, ClockKind.EXTENDED, actor, at, reason=reason.strip(), budget=added, moved=(old, new))
    made = Extension.objects.create(
        dossier=dossier,
        agency=actor.agency,
        old_due=old,
        new_due=new,
        amount=amount,
        unit=unit,
        reason=reason.strip(),
        by=actor.id,
        at=at,
    )
    dossier.due_at = new
    dossier.save(update_fields=["due_at"])
    note(dossier, "extended", actor, at, reason=reason.strip())
    record_act(actor=actor, action="extend dossier", subject=code, at=at, details={"until": new.isoformat()})
    publish(
        name="dossier.extended",
        payload={"dossier": dossier.pk, "code": code, "status": int(dossier.status)},
        at=at,
        agency=dossier.receiving,
    )
    return made
