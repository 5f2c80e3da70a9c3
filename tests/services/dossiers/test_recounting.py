"""A working calendar that changes moves the dates of open dossiers, each told, logged, and moved once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from maidinh.infrastructure.audit.models import AuditEntry
from maidinh.infrastructure.calendars.definition import Override
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.services.clock.explanation import explain
from maidinh.services.clock.reckoning import reckon
from maidinh.services.dossiers.actions.extending import extend_dossier
from maidinh.services.dossiers.actions.recounting import DossierChanged, recount_dossier, recounts
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import ClockEntry
from maidinh.services.dossiers.queries import clock_of, history_of
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import (
    EVERYBODY,
    Walk,
    actor_of,
    begin,
    own_database_with_synthetic_procedures,
)

SON, NOTICE = "lc.son.tran", "Thông báo số 12/TB-UBND"
DUE, LATER = date(2026, 12, 3), date(2026, 12, 4)


@pytest.fixture(scope="module", autouse=True)
def synthetic() -> Iterator[None]:
    with own_database_with_synthetic_procedures(NOW):
        yield


@pytest.fixture
def walk(synthetic: None, db: None, province: Any, citizen: Any, signer: Any, at: datetime) -> Walk:
    """Accepted, and the clock goes."""
    made = begin(province, citizen, signer, at)
    made.do("intake", "accept")
    made.do("consult", "again")
    return made


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Close the offices on a day that was worked."""

    def close(day: date) -> None:
        def changed(on: date, root: Any = None) -> Any:
            known = calendar_at(on, root)
            return known.model_copy(update={"overrides": [*known.overrides, Override(day=day, working=False)]})

        monkeypatch.setattr("maidinh.services.dossiers.queries.calendar_at", changed)

    return close


def planned() -> list[Any]:
    with acting(agencies=EVERYBODY):
        return list(recounts())


def told(walk: Walk) -> int:
    with acting(agencies=EVERYBODY):
        return Event.objects.filter(name="dossier.recounted", payload__code=walk.code).count()


def test_a_closure_moves_the_date_once_and_is_told_and_logged(walk: Walk, closed: Any) -> None:
    assert (walk.dossier.due_at.date(), planned()) == (DUE, [])
    closed(date(2026, 12, 1))
    (found,) = planned()
    assert (found.code, found.old_due.date(), found.new_due.date()) == (walk.code, DUE, LATER)
    assert {each.step for each in found.steps} <= set(walk.open)
    assert walk.dossier.due_at.date() == DUE, "a plan writes nothing"
    assert recount_dossier(foreseen=found, reason=NOTICE, at=walk.at) is True
    assert walk.dossier.due_at == found.new_due
    assert {name: task.due_at for name, task in walk.open.items() if name in {each.step for each in found.steps}} == {
        each.step: each.new_due for each in found.steps
    }
    with acting(agencies=EVERYBODY):
        line = ClockEntry.objects.filter(dossier__code=walk.code).order_by("-serial")[0]
        audit = AuditEntry.objects.get(action="recount dossier", subject=walk.code)
        public = [event.reason for event in history_of(walk.dossier, public_only=True) if event.kind == "recounted"]
    assert (line.kind, line.old_due, line.new_due) == ("calendar_changed", found.old_due, found.new_due)
    assert NOTICE in line.reason and audit.details["reason"] == NOTICE and public == [NOTICE]
    assert told(walk) == 1
    assert planned() == []
    assert recount_dossier(foreseen=found, reason=NOTICE, at=walk.at) is False, "doing it again does nothing"
    assert told(walk) == 1


def test_the_explanation_tells_of_it_and_comes_to_the_same_day(walk: Walk, closed: Any) -> None:
    closed(date(2026, 12, 1))
    (found,) = planned()
    recount_dossier(foreseen=found, reason=NOTICE, at=walk.at)
    with acting(agencies=EVERYBODY):
        lines = explain(clock_of(walk.dossier))
    (line,) = [each for each in lines if each.kind == "calendar_changed"]
    assert line.end == found.old_due and line.entry is not None and NOTICE in line.entry.note
    assert lines[-1].at == walk.dossier.due_at


def test_while_the_clock_stands_nobody_is_told_of_a_date_that_is_not_promised(
    walk: Walk, closed: Any, citizen: Any
) -> None:
    walk.do("appraisal", "supplement", reason="no section")
    closed(date(2026, 12, 1))
    (found,) = planned()
    recount_dossier(foreseen=found, reason=NOTICE, at=walk.at)
    assert told(walk) == 0
    assert walk.clock[-1][0] == "calendar_changed"
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
    with acting(agencies=EVERYBODY):
        assert reckon(clock_of(walk.dossier)).due == walk.dossier.due_at
    assert planned() == []


def test_what_has_ended_stays_and_what_changed_since_is_left(walk: Walk, closed: Any) -> None:
    closed(date(2026, 12, 1))
    (found,) = planned()
    closed(date(2026, 12, 2))
    with pytest.raises(DossierChanged):
        recount_dossier(foreseen=type(found)(**vars(found) | {"new_due": found.old_due}), reason=NOTICE, at=walk.at)
    walk.do("appraisal", "ineligible", reason="no", facts={})
    assert planned() == []
    with pytest.raises(DossierChanged):
        recount_dossier(foreseen=found, reason=NOTICE, at=walk.at)
    assert walk.dossier.due_at.date() == DUE


def test_a_date_that_is_extended_follows_the_calendar_first(walk: Walk, closed: Any) -> None:
    closed(date(2026, 12, 1))
    actor = actor_of(SON)
    with acting(agencies=actor.agencies, official=actor.id):
        made = extend_dossier(actor=actor, code=walk.code, amount=1, reason="flood", at=walk.at + timedelta(hours=1))
    assert [kind for kind, _ in walk.clock[-2:]] == ["calendar_changed", "extended"]
    assert (made.old_due.date(), made.new_due.date()) == (LATER, date(2026, 12, 7))
    assert planned() == [] or not {each.code for each in planned() if each.old_due != each.new_due}
