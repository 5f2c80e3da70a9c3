"""The date of a dossier is moved once, before it is due, with a reason; later suspensions count with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.services.clock.explanation import explain
from maidinh.services.dossiers.actions.extending import NoExtension, extend_dossier
from maidinh.services.dossiers.actions.steps import NotYours, ReasonMissing
from maidinh.services.dossiers.models import Extension
from maidinh.services.dossiers.queries import clock_of
from maidinh.services.dossiers.rules import last_day_to_extend
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import Walk, actor_of, begin, own_database_with_synthetic_procedures

SON = "lc.son.tran"


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


def extend(walk: Walk, *, by: str = SON, amount: int = 3, reason: str = "flood", at: datetime | None = None) -> Any:
    actor = actor_of(by)
    with acting(agencies=actor.agencies, official=actor.id):
        return extend_dossier(actor=actor, code=walk.code, amount=amount, reason=reason, at=at or walk.at)


def cause_of(walk: Walk, **what: Any) -> str:
    with pytest.raises(NoExtension) as refused:
        extend(walk, **what)
    return str(refused.value.cause)


def test_the_date_moves_by_the_limits_unit_and_is_told(walk: Walk) -> None:
    assert walk.dossier.due_at.date() == date(2026, 12, 3)
    made = extend(walk)
    assert (made.old_due.date(), made.new_due.date(), made.unit) == (
        date(2026, 12, 3), date(2026, 12, 8), "working_day",
    )  # fmt: skip
    assert walk.dossier.due_at == made.new_due
    with acting(agencies=["H38.101"]):
        assert Event.objects.filter(name="dossier.extended", payload__code=walk.code).count() == 1


def test_the_explanation_has_a_line_for_it_with_its_article(walk: Walk) -> None:
    made = extend(walk)
    with acting(agencies=["H38.101"]):
        ledger = clock_of(walk.dossier)
    lines = explain(ledger)
    (line,) = [each for each in lines if each.kind == "extended"]
    assert line.end == made.new_due == lines[-1].at and line.article is not None
    assert ledger.budget == Budget(amount=10, unit="working_day"), "the limit itself stays as it was decided"
    assert sum(each.kind == "granted" for each in lines) == 3, "three days were granted"


def test_it_moves_once(walk: Walk) -> None:
    extend(walk)
    assert cause_of(walk) == "used_up"


def test_it_moves_on_the_day_before_at_the_latest(walk: Walk) -> None:
    due = walk.dossier.due_at
    assert cause_of(walk, at=due - timedelta(hours=2)) == "too_late"
    assert extend(walk, at=due - timedelta(days=1)).old_due == due


def test_a_later_suspension_counts_with_the_extension(walk: Walk, citizen: Any) -> None:
    from maidinh.services.dossiers.actions.submission import supplement_dossier

    new = extend(walk).new_due
    walk.do("appraisal", "supplement", reason="no section")
    assert cause_of(walk) == "clock_stands"
    walk.at += timedelta(days=2)
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
    assert walk.dossier.due_at == new, "the limit starts again and ends before the day that was promised: that stays"
    walk.do("appraisal", "supplement", again="one more thing", reason="no section")
    walk.at += timedelta(days=7)
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
    assert walk.dossier.due_at > new, "the limit starts again and ends after it"
    assert [kind for kind, _ in walk.clock] == [
        "suspended", "resumed", "extended", *["supplement_asked", "supplement_received"] * 2,
    ]  # fmt: skip


def test_only_who_works_on_it_moves_it_with_a_reason(walk: Walk) -> None:
    with pytest.raises(ReasonMissing):
        extend(walk, reason=" ")
    with pytest.raises(NotAllowed):
        extend(walk, by="lc.anh.nguyen")
    walk.do("consult_again", "agree")
    with pytest.raises(NotYours):
        extend(walk, by="lc.long.bui")
    assert cause_of(walk, amount=0) == "amount"


def test_a_dossier_that_is_not_accepted_or_has_ended_has_no_date_to_move(
    walk: Walk, province: Any, citizen: Any, signer: Any, at: datetime
) -> None:
    assert cause_of(begin(province, citizen, signer, at, key="new")) == "not_accepted"
    walk.do("appraisal", "ineligible", reason="no", facts={})
    assert cause_of(walk) == "ended"


def test_what_was_granted_stays(walk: Walk) -> None:
    extend(walk)
    for statement in ("UPDATE dossiers_extension SET new_due = now()", "DELETE FROM dossiers_extension"):
        with acting(agencies=["H38.101"]), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)
    with acting(agencies=["H38.103"]):
        assert not Extension.objects.exists()


@pytest.mark.parametrize(
    ("due", "amount", "unit", "last"),
    [
        (date(2026, 12, 3), 1, "working_day", date(2026, 12, 2)),
        (date(2026, 12, 7), 1, "working_day", date(2026, 12, 4)),
        (date(2026, 11, 25), 1, "working_day", date(2026, 11, 23)),
        (date(2026, 12, 7), 1, "calendar_day", date(2026, 12, 6)),
        (date(2026, 12, 7), 0, "working_day", date(2026, 12, 7)),
    ],
)
def test_the_last_day_is_counted_back(due: date, amount: int, unit: str, last: date) -> None:
    calendar = calendar_at(due)
    moment = datetime.combine(due, time(9), NOW.tzinfo)
    assert last_day_to_extend(moment, Budget.model_validate({"amount": amount, "unit": unit}), calendar) == last
