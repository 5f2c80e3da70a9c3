"""Dossiers counted as their events come are what they are when all is counted from the beginning; who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.measures import actions, gathering
from maidinh.services.measures.actions import await_uncounted, count_waiting, rebuild, record_filling
from maidinh.services.measures.models import DossierFact, FormFilling, MonthSum, WaitingDossier
from maidinh.services.measures.queries import Asked, dossiers_behind, index_by, index_for, keys_measured, years_measured
from maidinh.services.papers.actions import revoke_kept
from maidinh.services.results.actions import Installation, issue_result
from tests.services.papers.handed import begun, hand_in, handed_in, receiver_of, take, verified
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

HERE = Installation("http://127.0.0.1:8000", "lao-cai", 60, sample=True, place="Lào Cai")
AT = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)  # a Wednesday, 09:30
NOVEMBER, TODAY = date(2026, 11, 1), date(2026, 11, 30)
pytestmark = pytest.mark.slow


class Counting:
    """Dossiers in a database of their own, and the worker that counts them."""

    def __init__(self, citizen: Actor, signer: Any, province: Any, role: Callable[[str], Any]) -> None:
        self.citizen, self.signer, self.province, self.role = citizen, signer, province, role

    def submit(self, key: str, at: datetime = AT) -> Any:
        return submitted(self.citizen, self.signer, at, key=key)

    def end(self, dossier: Any, outcome: str, at: datetime, **more: Any) -> None:
        task, _ = open_step(dossier)
        actor = official_of(dossier, task, self.province)
        with acting(agencies=actor.agencies):
            complete_task(actor=actor, task_id=task.pk, outcome=outcome, at=at, **more)

    def issue(self, key: str) -> Any:
        dossier = self.submit(key)
        task = advanced_to(dossier, "signature", self.province, AT)
        leader = official_of(dossier, task, self.province)
        with acting(agencies=leader.agencies):
            issue_result(actor=leader, task_id=task.pk, outcome="sign", at=AT + timedelta(hours=1), signer=self.signer,
                         installation=HERE)  # fmt: skip
        return dossier

    def count(self) -> None:
        with self.role("worker"):
            while deliver_events(at=datetime.now(UTC)):
                continue
            while count_waiting():
                continue

    def kept(self) -> tuple[list[Any], list[Any]]:
        sums = [f.name for f in MonthSum._meta.concrete_fields if f.name != "id"]
        with self.role("worker"):
            facts = list(DossierFact.objects.order_by("pk").values_list())
            return facts, sorted(MonthSum.objects.values_list(*sums))


@pytest.fixture
def counting(own_database: str, citizen: Actor, signer: Any, province: Any, role: Any) -> Counting:
    return Counting(citizen, signer, province, role)


def test_counted_by_events_is_counted_from_the_beginning(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, refused, asked = (counting.submit(key) for key in "abc")
    with acting(person=counting.citizen.person):
        record_filling(actor=counting.citizen, dossier_id=waiting.pk, typed=4, picked=1, prefilled=5,
                       signed_in_at=AT - timedelta(minutes=9), begun_at=AT - timedelta(minutes=5), at=AT)  # fmt: skip
    counting.count()
    counting.end(refused, "refuse", AT + timedelta(hours=1), reason="Không thuộc thẩm quyền")
    counting.end(asked, "supplement", AT + timedelta(hours=2), reason="Thiếu giấy tờ")
    counting.count()
    issued = counting.issue("d")
    counting.count()
    facts, sums = counting.kept()
    assert [row[0] for row in facts] == [waiting.pk, refused.pk, asked.pk, issued.pk]
    of = {row[0]: dict(zip([f.attname for f in DossierFact._meta.concrete_fields], row, strict=True)) for row in facts}
    assert [of[each.pk]["end_status"] for each in (waiting, refused, asked, issued)] == [None, 3, 5, 9]
    assert [of[each.pk]["on_time"] for each in (waiting, refused, asked, issued)] == [None, True, True, True]
    assert (of[waiting.pk]["typed"], of[waiting.pk]["minutes"], of[issued.pk]["typed"]) == (4, 9, None)
    assert (of[issued.pk]["electronic"], of[issued.pk]["working_minutes"]) == (True, 59)
    (whole,) = sums
    names = [f.name for f in MonthSum._meta.concrete_fields if f.name != "id"]
    known = dict(zip(names, whole, strict=True))
    assert known["month"] == NOVEMBER
    assert [known[n] for n in ("received", "ended", "rated", "on_time", "done", "electronic", "rounds", "filled")] == [
        4, 3, 3, 3, 1, 1, 1, 1,
    ]  # fmt: skip
    with counting.role("worker"):
        assert rebuild(batch=2) == 4
    assert counting.kept() == (facts, sums)
    with counting.role("worker"):
        assert await_uncounted(batch=2) == 0
        DossierFact.objects.filter(pk__in=[waiting.pk, issued.pk]).delete()  # as dossiers from before there were facts
        assert await_uncounted(batch=2) == 2
        assert count_waiting() == 2
    assert counting.kept() == (facts, sums)

    with acting(person=counting.citizen.person):  # the one that waited goes on: it has ended no more
        supplement_dossier(actor=counting.citizen, code=asked.code, papers=[], explanation="Đã gửi",
                           at=AT + timedelta(days=1))  # fmt: skip
    counting.count()
    after = counting.kept()
    assert dict(zip(names, after[1][0], strict=True))["ended"] == 2
    with counting.role("worker"):
        rebuild()
    assert counting.kept() == after
    _who_sees_what(counting, issued)
    _one_that_fails_holds_up_no_other(counting, monkeypatch, waiting, issued)


def test_reuse_is_measured_against_what_was_there_at_the_submission(counting: Counting) -> None:
    citizen, signer, province, day = counting.citizen, counting.signer, counting.province, timedelta(days=1)
    before = handed_in(citizen, signer, AT)
    kept = verified(before, citizen, province, AT + timedelta(hours=1))
    unused = handed_in(citizen, signer, AT + day, key="two")
    draft = begun(citizen, AT + 2 * day)
    take(draft, citizen, kept, AT + 2 * day)
    hand_in(draft, citizen, signer, AT + 2 * day)
    counting.count()
    official = receiver_of(province, before.receiving)
    with acting(agencies=official.agencies):
        revoke_kept(actor=official, kept_id=kept.pk, reason="Bản quét thiếu trang", at=AT + 3 * day)
    after = handed_in(citizen, signer, AT + 4 * day, key="three")
    counting.count()
    with counting.role("worker"):
        facts = list(DossierFact.objects.order_by("pk").values_list("pk", "papers_reusable", "papers_reused"))
    used = facts[2][0]
    assert facts == [(before.pk, False, False), (unused.pk, True, False), (used, True, True), (after.pk, False, False)]
    counted = counting.kept()
    with counting.role("worker"):
        rebuild(batch=3)
    assert counting.kept() == counted
    with acting(agencies=official.agencies):
        index = index_for(Asked(2026), TODAY)
        assert index is not None
        share = next(each for each in index.shares if each.indicator.id == "papers-reused")
        assert (share.part, share.whole, share.points) == (1, 2, Decimal("4.38"))
        assert [fact.dossier_id for fact in dossiers_behind(official, Asked(2026), "papers_reused")] == [used]


def _who_sees_what(counting: Counting, issued: Any) -> None:
    """Everyone reads the sums; the dossiers behind them are for the officials of their agencies."""
    year = Asked(2026)
    with acting():
        index = index_for(year, TODAY)
        assert index is not None
        assert {s.indicator.id: (s.part, s.whole) for s in index.shares}["on-time"] == (2, 2)
        assert {s.indicator.id: s.why for s in index.shares}["papers-reused"] == "nothing"
        assert [row.key for row in index_by(Asked(2026, agency=issued.responsible), "month", TODAY)][-1] == "2026-11"
        assert issued.responsible in [row.key for row in index_by(year, "agency", TODAY)]
        assert issued.procedure.code in keys_measured(year, "procedure")
        assert years_measured(TODAY) == [2026]
        other = index_for(Asked(2026, agency="H38.999"), TODAY)
        assert other is not None
        assert other.points is None
        assert index_for(Asked(2020), TODAY) is None
        assert not DossierFact.objects.exists()
    for sql in ("SELECT typed FROM measures_formfilling", "SELECT * FROM measures_waitingdossier",
                "UPDATE measures_monthsum SET on_time = 0", "DELETE FROM measures_dossierfact"):  # fmt: skip
        with pytest.raises(ProgrammingError), acting(), connection.cursor() as cursor:
            cursor.execute(sql)
    task, _ = open_step(issued)
    mine = official_of(issued, task, counting.province)
    with acting(agencies=mine.agencies):
        behind = [fact.dossier.code for fact in dossiers_behind(mine, year, "electronic")]
        assert behind == [issued.code]
        assert dossiers_behind(mine, year, "late").count() == 0
        with pytest.raises(KeyError):
            dossiers_behind(mine, year, "procedures_offered")
    with acting(agencies=["H38.999"]):
        assert not DossierFact.objects.exists()
    with acting(person=counting.citizen.person), pytest.raises(NotAllowed):
        dossiers_behind(counting.citizen, year, "ended")
    with pytest.raises(ProgrammingError), acting(person="000000000000"):
        FormFilling.objects.create(dossier_id=issued.pk, typed=1, picked=0, prefilled=0)


def _one_that_fails_holds_up_no_other(counting: Counting, patch: Any, broken: Any, other: Any) -> None:
    def fail(fact: Any, asked: Any, kept: Any) -> None:
        if fact.dossier_id == broken.pk:
            raise ValueError("a definition that is gone")
        whole(fact, asked, kept)

    whole = gathering._write_papers
    with counting.role("worker"), transaction.atomic():
        patch.setattr(gathering, "_write_papers", fail)
        for dossier in (broken, other):
            actions.count_again(dossier_id=dossier.pk)
        assert count_waiting() == 2
        assert count_waiting() == 0, "it waits for its next event"
        assert list(WaitingDossier.objects.values_list("dossier_id", "failed")) == [(broken.pk, True)]
        patch.undo()
        actions.count_again(dossier_id=broken.pk)
        assert count_waiting() == 1
        assert not WaitingDossier.objects.exists()


@pytest.mark.parametrize(("signed_in", "begun", "minutes"), [(-20, -10, 20), (-20, -30, None), (None, -10, None),
                                                              (-2000, -10, None)])  # fmt: skip
def test_minutes_are_those_of_one_sitting(
    db: None, citizen: Actor, signer: Any, signed_in: int | None, begun: int, minutes: int | None
) -> None:
    dossier = submitted(citizen, signer, AT)
    since = None if signed_in is None else AT + timedelta(minutes=signed_in)
    kept: list[Any] = []
    with acting(person=citizen.person), pytest.MonkeyPatch.context() as patch:
        patch.setattr(FormFilling.objects, "create", lambda **row: kept.append(row))
        record_filling(actor=citizen, dossier_id=dossier.pk, typed=1, picked=0, prefilled=0, signed_in_at=since,
                       begun_at=AT + timedelta(minutes=begun), at=AT)  # fmt: skip
    assert kept[0]["minutes"] == minutes
