"""An applicant is reminded once of each supplement, some days before it is awaited no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.rulepacks.queries import rule_pack, supplement_reminder
from maidinh.services.dossiers.actions.ending import awaited_until
from maidinh.services.dossiers.actions.reminding import remind_of_supplements
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.queries import calendar_of, history_of
from maidinh.services.dossiers.rules import last_day_to_extend
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import EVERYBODY, Walk, begin, own_database_with_synthetic_procedures


@pytest.fixture(scope="module", autouse=True)
def synthetic() -> Iterator[None]:
    with own_database_with_synthetic_procedures(NOW):
        yield


@pytest.fixture
def walk(synthetic: None, db: None, province: Any, citizen: Any, signer: Any, at: datetime) -> Walk:
    """A supplement is asked for."""
    made = begin(province, citizen, signer, at)
    made.do("intake", "accept")
    made.do("consult", "again")
    made.do("appraisal", "supplement", reason="no section")
    return made


def reminded(at: datetime) -> list[str]:
    with acting(agencies=EVERYBODY):
        return remind_of_supplements(at=at)


def first_moment(walk: Walk) -> tuple[datetime, datetime]:
    """The end of the day before the reminder, and the moment until which the supplement is awaited."""
    with acting(agencies=EVERYBODY):
        dossier = walk.dossier
        until = awaited_until(dossier)
        ahead = supplement_reminder(rule_pack(dossier.rule_pack))
        assert until is not None and ahead is not None
        first = last_day_to_extend(until, ahead, calendar_of(dossier))
    return until.replace(year=first.year, month=first.month, day=first.day, hour=0), until


def test_it_is_told_once_and_not_before_its_day(walk: Walk) -> None:
    first, until = first_moment(walk)
    assert first < until - timedelta(days=5), "working days, and the weekend between"
    assert reminded(first - timedelta(minutes=1)) == []
    assert reminded(first) == [walk.code]
    assert reminded(first + timedelta(days=1)) == [], "once for each request"
    with acting(agencies=EVERYBODY):
        assert Event.objects.filter(name="dossier.supplement_ending", payload__code=walk.code).count() == 1
        line = history_of(walk.dossier, public_only=True)[-1]
    assert (line.kind, line.reason) == ("reminded", f"{until:%d/%m/%Y}")


def test_the_next_request_is_reminded_of_again_and_what_came_is_not(walk: Walk, citizen: Any) -> None:
    first, _ = first_moment(walk)
    assert reminded(first) == [walk.code]
    walk.at = first + timedelta(hours=9)
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
    assert reminded(walk.at + timedelta(days=60)) == []
    walk.do("appraisal", "supplement", reason="no section", again="one more thing")
    assert reminded(walk.at) == []
    assert reminded(first_moment(walk)[0]) == [walk.code]


def test_after_the_end_nobody_is_reminded(walk: Walk) -> None:
    _, until = first_moment(walk)
    assert reminded(until + timedelta(minutes=1)) == []
