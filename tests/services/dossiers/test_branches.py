"""Branches, joins, posting, facts, tables, suspended steps and calls, in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, Error

from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.steps import FactsWrong, FeeUndecided, FeeUnpaid, TooEarly, record_payment
from maidinh.services.dossiers.actions.submission import request_withdrawal, supplement_dossier
from maidinh.services.dossiers.models import Dossier, Status, Task
from maidinh.services.fees.queries import charge_of
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import (
    EVERYBODY,
    Walk,
    actor_of,
    begin,
    own_database_with_synthetic_procedures,
)

DIGEST = "0" * 64


@pytest.fixture(scope="module", autouse=True)
def synthetic() -> Iterator[None]:
    with own_database_with_synthetic_procedures(NOW):
        yield


@pytest.fixture
def walk(synthetic: None, db: None, province: Any, citizen: Any, signer: Any, at: datetime) -> Walk:
    return begin(province, citizen, signer, at)


def to_posting(walk: Walk, area: int = 80) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "pass", facts={"area": area})
    walk.do("consult", "agree")


def called(walk: Walk) -> Walk:
    with acting(agencies=EVERYBODY):
        code = Dossier.objects.get(called_by__dossier__code=walk.code).code
    return Walk(code, walk.province, walk.at, walk.log)


def to_call(walk: Walk, area: int = 80) -> Walk:
    to_posting(walk, area)
    walk.do("posting", "quiet", hours=24 * 7)
    return called(walk)


def pay(walk: Walk) -> None:
    cashier = actor_of("lc.anh.nguyen")
    with acting(agencies=cashier.agencies):
        record_payment(actor=cashier, code=walk.code, receipt_number="BL-1", at=walk.at)


def test_a_split_opens_its_branches_and_the_join_waits_for_both(walk: Walk) -> None:
    walk.do("intake", "accept")
    assert set(walk.open) == {"appraisal", "consult"}
    assert "H38.6" in walk.dossier.agencies
    walk.do("consult", "again")
    assert set(walk.open) == {"appraisal", "consult_again"}
    walk.do("appraisal", "pass", facts={"area": 80})
    assert (set(walk.open), walk.dossier.waiting) == ({"consult_again"}, ["merge"])
    walk.do("consult_again", "agree")
    assert (set(walk.open), walk.dossier.waiting) == ({"posting"}, [])


def test_a_posting_lasts_its_time_though_a_way_back_is_open_at_once(walk: Walk) -> None:
    to_posting(walk)
    task = walk.open["posting"]
    with pytest.raises(TooEarly) as early:
        walk.do("posting", "quiet")
    assert early.value.until == task.not_before
    walk.do("posting", "objection", reason="a neighbour objects")
    assert set(walk.open) == {"appraisal"}


@pytest.mark.parametrize("facts", [{}, {"area": "wide"}, {"area": 80, "height": 3}, {"area": True}])
def test_facts_are_asked_for_and_fit(walk: Walk, facts: dict[str, Any]) -> None:
    walk.do("intake", "accept")
    with pytest.raises(FactsWrong):
        walk.do("appraisal", "pass", facts=facts)
    assert walk.dossier.facts == {}


def test_the_limit_is_decided_by_its_table_and_the_fee_when_its_fact_is_found(
    walk: Walk, province: Any, citizen: Any, signer: Any, at: datetime
) -> None:
    assert walk.do("intake", "accept").limit == {"amount": 10, "unit": "working_day"}
    with acting(agencies=EVERYBODY):
        assert charge_of(walk.dossier.pk) is None
    walk.do("appraisal", "pass", facts={"area": 120})
    with acting(agencies=EVERYBODY):
        assert charge_of(walk.dossier.pk).amount == 300000
    high = begin(province, citizen, signer, at, storeys=9, key="high")
    assert high.do("intake", "accept").limit == {"amount": 20, "unit": "working_day"}


def test_a_fee_that_no_row_decides_holds_the_signature(walk: Walk) -> None:
    child = to_call(walk, area=900)
    child.do("intake", "accept")
    child.do("assess", "grant")
    with pytest.raises(FeeUndecided):
        walk.do("signature", "sign", result_digest=DIGEST)


def test_a_called_procedure_is_a_dossier_of_its_own_and_the_caller_goes_on_when_it_is_done(walk: Walk) -> None:
    child = to_call(walk)
    assert set(walk.open) == {"environment"}
    made = child.dossier
    assert (made.applicant, made.answers) == (walk.dossier.applicant, {"full_name": walk.dossier.answers["full_name"]})
    with acting(agencies=EVERYBODY):
        assert [paper.paper for paper in made.papers.all()] == ["plan"]
    for agency, sees in (("H38.1.1", True), ("H38.5.1", True), ("H38.6", False), ("H38.103", False)):
        with acting(agencies=[agency]):
            assert Dossier.objects.filter(pk=made.pk).exists() is sees, agency
    child.do("intake", "accept")
    assert set(walk.open) == {"environment"}
    child.do("assess", "grant")
    assert set(walk.open) == {"signature"}
    assert walk.task("environment").outcome == "granted"
    assert walk.dossier.status == Status.PAYMENT
    with pytest.raises(FeeUnpaid):
        walk.do("signature", "sign", result_digest=DIGEST)
    pay(walk)
    walk.do("signature", "sign", result_digest=DIGEST)
    assert walk.do("handover", "return").status == Status.RETURNED


@pytest.mark.parametrize(("first", "steps"), [("refuse", []), ("accept", [("assess", "decline")])])
def test_the_caller_learns_of_a_refusal(walk: Walk, first: str, steps: list[tuple[str, str]]) -> None:
    child = to_call(walk)
    child.do("intake", first, reason="no")
    for step, outcome in steps:
        child.do(step, outcome, reason="no")
    assert walk.dossier.status == Status.STOPPED
    assert not walk.open


def test_a_called_dossier_is_followed_by_its_applicant(walk: Walk, citizen: Any) -> None:
    child = to_call(walk)
    with acting(person=citizen.person):
        assert Dossier.objects.get(code=child.code).tracking_secret


def test_nobody_makes_a_called_dossier_of_another_applicant(walk: Walk) -> None:
    child = to_call(walk).dossier
    row = "SELECT (jsonb_populate_record(d, %s)).* FROM dossiers_dossier d WHERE id = %s"
    stranger = '{"id": 999999, "code": "x", "applicant": "000000000000"}'
    with acting(agencies=["H38.101"]), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO dossiers_dossier {row}", [stranger, child.pk])


def test_an_end_takes_away_the_other_agencys_step(walk: Walk) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "ineligible", reason="outside the plan", facts={})
    assert (walk.dossier.status, walk.open) == (Status.STOPPED, {})
    assert (walk.task("consult").outcome, walk.task("consult").closed_by) == ("cancelled", "lc.son.tran")


def test_nobody_decides_another_agencys_step(walk: Walk) -> None:
    walk.do("intake", "accept")
    task = walk.open["consult"]
    for change in ("outcome = 'agree', closed_at = now(), closed_by = 'x'", "due_at = now()", "claimed_by = 'x'"):
        with acting(agencies=["H38.101"]), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f"UPDATE dossiers_task SET {change} WHERE id = %s", [task.pk])


def test_the_clock_stands_while_a_step_is_not_counted(walk: Walk) -> None:
    walk.do("intake", "accept")
    before = walk.dossier
    assert before.due_at.date() == date(2026, 12, 3)
    assert walk.clock == [("suspended", walk.at)]
    walk.do("consult", "again", hours=48)
    after = walk.dossier
    assert walk.clock[1:] == [("resumed", walk.at)]
    assert after.due_at.date() == date(2026, 12, 7), "two working days more"


def test_the_clock_stands_on_when_a_supplement_comes_while_a_step_is_not_counted(walk: Walk, citizen: Any) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "supplement", reason="no section")
    walk.at += timedelta(days=1)
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
    assert [kind for kind, _ in walk.clock] == [
        "suspended", "resumed", "supplement_asked", "supplement_received", "suspended",
    ]  # fmt: skip
    assert [at for _, at in walk.clock[-2:]] == [walk.at, walk.at]
    walk.do("consult", "again", hours=24)
    assert walk.clock[-1] == ("resumed", walk.at)


def test_a_withdrawal_while_a_step_is_not_counted_leaves_the_clock_standing(walk: Walk, citizen: Any) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "supplement", reason="no section")
    walk.at += timedelta(days=1)
    with acting(person=citizen.person):
        request_withdrawal(actor=citizen, code=walk.code, reason="sold", at=walk.at)
    assert walk.clock[-2:] == [("supplement_received", walk.at), ("suspended", walk.at)]
    walk.do("appraisal", "withdrawn")
    assert (walk.dossier.status, walk.open) == (Status.STOPPED, {})


LINE = """INSERT INTO dossiers_clockentry (dossier_id, serial, kind, at, step, agency, by, reason, unit)
    SELECT dossier_id, max(serial) + 1, %s, %s, '', '', 'x', '', '' FROM dossiers_clockentry
    WHERE dossier_id = %s GROUP BY dossier_id"""


@pytest.mark.parametrize(("others", "since", "holds"), [(True, 0, True), (True, 1, False), (False, 0, False)])
def test_an_applicant_stops_no_clock_of_their_own(
    walk: Walk, citizen: Any, others: bool, since: int, holds: bool
) -> None:
    walk.do("intake", "accept")
    if not others:
        walk.do("consult", "again")
    walk.do("appraisal", "supplement", reason="no section")
    until = walk.at + timedelta(days=1)
    dossier = walk.dossier

    def stand() -> None:
        with acting(person=citizen.person), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LINE, ["supplement_received", until, dossier.pk])
            cursor.execute(LINE, ["suspended", until + timedelta(days=since), dossier.pk])

    if holds:
        return stand()
    with pytest.raises(DatabaseError):
        stand()
    return None


def test_a_supplement_that_one_branch_awaits_lets_the_other_go_on(walk: Walk, citizen: Any) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "supplement", reason="no section")
    walk.do("consult", "agree")
    assert (walk.dossier.status, walk.dossier.waiting) == (Status.SUPPLEMENT, ["merge"])
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
    assert set(walk.open) == {"appraisal"}
    walk.do("appraisal", "pass", facts={"area": 80})
    assert set(walk.open) == {"posting"}


def test_every_step_of_every_agency_is_closed_once(walk: Walk) -> None:
    to_posting(walk)
    with acting(agencies=EVERYBODY):
        closed = Task.objects.filter(dossier__code=walk.code, closed_at__isnull=False)
        assert sorted(closed.values_list("step", flat=True)) == ["appraisal", "consult", "intake"]
