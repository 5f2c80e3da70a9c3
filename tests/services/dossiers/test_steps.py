"""The way of a dossier: each step by its own official, once, in order, with what the law asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.services.dossiers.actions.steps import (
    FeeUnpaid,
    NotYours,
    ReasonMissing,
    ResultMissing,
    SupplementsUsedUp,
    TaskClosed,
    TaskTaken,
    claim_task,
    complete_task,
    locked_task,
    record_payment,
)
from maidinh.services.dossiers.actions.submission import NotNow, request_withdrawal, supplement_dossier
from maidinh.services.dossiers.models import Dossier, Status, Task
from maidinh.services.dossiers.queries import open_task_of, worklist_for
from maidinh.services.dossiers.rules import NoSuchOutcome
from tests.services.dossiers.conftest import JOINT, LICENCE, SAME_DAY

DIGEST = "0" * 64


class Counter:
    """Officials doing the open task of one dossier, an hour apart."""

    def __init__(self, dossier: Dossier, province: Any, official: Any, at: Any) -> None:
        self.code, self.province, self.official, self.at = dossier.code, province, official, at

    def actor(self, task: Task) -> Any:
        from maidinh.infrastructure.identity import queries

        for person in self.province.organisations.officials:
            if person.agency == task.agency and task.role in person.roles:
                return queries.actor_of_official(queries.official(person.id))
        raise LookupError(task.role)

    def open(self) -> Task:
        dossier = Dossier.objects.get(code=self.code)
        task = open_task_of(dossier)
        assert task is not None
        return task

    def everyone(self) -> Any:
        return acting(agencies=[agency.code for agency in self.province.organisations.agencies])

    def do(self, outcome: str, actor: Any = None, **more: Any) -> Dossier:
        with self.everyone():
            task = self.open()
            actor = actor or self.actor(task)
        self.at += timedelta(hours=1)
        with acting(agencies=actor.agencies):
            return complete_task(actor=actor, task_id=task.pk, outcome=outcome, at=self.at, **more)

    def pay(self, receipt: str = "BL-1") -> Dossier:
        with self.everyone():
            dossier = Dossier.objects.get(code=self.code)
        cashier = self.official("fee.record", dossier.receiving)
        with acting(agencies=cashier.agencies):
            return record_payment(actor=cashier, code=self.code, receipt_number=receipt, at=self.at)


@pytest.fixture
def counter(submit: Any, province: Any, official: Any, at: Any) -> Any:
    def begin(procedure: str = LICENCE) -> Counter:
        return Counter(submit(procedure, key=f"counter-{procedure}").dossier, province, official, at)

    return begin


def test_a_licence_goes_through_fee_field_check_and_signature(counter) -> None:
    at_counter = counter(LICENCE)
    assert at_counter.do("accept").status == Status.PAYMENT
    with pytest.raises(FeeUnpaid):
        at_counter.do("pass")
    assert at_counter.pay().status == Status.IN_PROCESS
    assert at_counter.do("pass").status == Status.IN_PROCESS
    told = changes_told(at_counter)
    assert at_counter.do("confirm", findings="as declared").status == Status.IN_PROCESS
    assert changes_told(at_counter) == told, "no news where the status is the same"
    with pytest.raises(ResultMissing):
        at_counter.do("sign")
    done = at_counter.do("sign", result_digest=DIGEST)
    assert (done.status, done.finished_at) == (Status.DONE, at_counter.at)
    returned = at_counter.do("return")
    assert (returned.status, returned.returned_at) == (Status.RETURNED, at_counter.at)
    with at_counter.everyone():
        assert open_task_of(returned) is None


def test_a_joint_procedure_brings_in_the_other_agency_when_its_step_opens(counter) -> None:
    at_counter = counter(JOINT)
    before = at_counter.do("accept")
    guest = next(step for step in before.procedure.procedure.steps if step.kind == "consultation")
    assert guest.agency not in before.agencies
    with acting(agencies=[guest.agency]):
        assert not Dossier.objects.filter(code=before.code).exists()
    while at_counter_step(at_counter) != guest.id:
        step = next(s for s in before.procedure.procedure.steps if s.id == at_counter_step(at_counter))
        at_counter.do(step.outcomes[0].id)
    with acting(agencies=[guest.agency]):
        assert Dossier.objects.get(code=before.code).code == before.code


def changes_told(at_counter: Counter) -> int:
    with at_counter.everyone():
        return Event.objects.filter(name="dossier.status_changed", payload__code=at_counter.code).count()


def at_counter_step(at_counter: Counter) -> str:
    with at_counter.everyone():
        return at_counter.open().step


def test_a_refusal_at_intake_needs_its_reason_and_ends(counter) -> None:
    at_counter = counter(SAME_DAY)
    with pytest.raises(ReasonMissing):
        at_counter.do("refuse")
    assert at_counter.do("refuse", reason="not this agency's book").status == Status.NOT_ACCEPTED
    with at_counter.everyone():
        assert not Task.objects.filter(dossier__code=at_counter.code, closed_at__isnull=True).exists()


def test_a_supplement_restarts_the_clock_and_is_asked_for_once(counter, citizen) -> None:
    at_counter = counter(LICENCE)
    accepted = at_counter.do("accept")
    at_counter.pay()
    waiting = at_counter.do("supplement", reason="the drawing lacks the section")
    assert waiting.status == Status.SUPPLEMENT
    at_counter.at += timedelta(days=2)
    with acting(person=citizen.person):
        after = supplement_dossier(actor=citizen, code=at_counter.code, papers=[], explanation="here", at=at_counter.at)
    assert after.status == Status.IN_PROCESS
    assert after.due_at > accepted.due_at
    assert at_counter_step(at_counter) == "appraisal"
    with pytest.raises(SupplementsUsedUp):
        at_counter.do("supplement", reason="and another thing")


def test_the_same_outcome_twice_changes_nothing_and_another_is_refused(counter) -> None:
    at_counter = counter(SAME_DAY)
    with at_counter.everyone():
        task = at_counter.open()
        actor = at_counter.actor(task)
    first = at_counter.do("accept")
    with acting(agencies=actor.agencies):
        again = complete_task(actor=actor, task_id=task.pk, outcome="accept", at=at_counter.at)
        assert again.status == first.status
        with pytest.raises(TaskClosed):
            complete_task(actor=actor, task_id=task.pk, outcome="refuse", reason="no", at=at_counter.at)


def test_a_task_taken_by_one_is_not_taken_by_another(counter, at) -> None:
    at_counter = counter(SAME_DAY)
    with at_counter.everyone():
        task = at_counter.open()
        actor = at_counter.actor(task)
    from dataclasses import replace

    colleague = replace(actor, id="lc.other")
    with acting(agencies=actor.agencies):
        assert claim_task(actor=actor, task_id=task.pk, at=at).claimed_by == actor.id
        assert claim_task(actor=actor, task_id=task.pk, at=at).claimed_at == at
        with pytest.raises(TaskTaken):
            claim_task(actor=colleague, task_id=task.pk, at=at)
        with pytest.raises(TaskTaken):
            complete_task(actor=colleague, task_id=task.pk, outcome="accept", at=at)


def test_another_agency_and_another_role_are_kept_out(counter, official, province, at) -> None:
    at_counter = counter(LICENCE)
    with at_counter.everyone():
        task = at_counter.open()
    stranger = next(
        official("dossier.accept", agency.code)
        for agency in province.organisations.agencies
        if agency.kind == "commune" and agency.code != task.agency
    )
    with acting(agencies=stranger.agencies):
        assert task.pk not in worklist_for(stranger).values_list("pk", flat=True)
        with pytest.raises(NotYours):
            complete_task(actor=stranger, task_id=task.pk, outcome="accept", at=at)
    specialist = official("dossier.process", task.agency)
    with acting(agencies=specialist.agencies), pytest.raises((NotYours, NotAllowed)):
        complete_task(actor=specialist, task_id=task.pk, outcome="accept", at=at)


def test_a_step_ends_only_in_one_of_its_own_ways(counter) -> None:
    with pytest.raises(NoSuchOutcome):
        counter(LICENCE).do("sign")


def test_a_withdrawn_dossier_is_stopped_by_the_official(counter, citizen) -> None:
    at_counter = counter(SAME_DAY)
    at_counter.do("accept")
    with acting(person=citizen.person):
        request_withdrawal(actor=citizen, code=at_counter.code, reason="found it", at=at_counter.at)
    stopped = at_counter.do("withdrawn")
    assert stopped.status == Status.STOPPED


def test_a_withdrawal_while_a_supplement_is_awaited_ends_the_suspension(counter, citizen) -> None:
    at_counter = counter(LICENCE)
    accepted = at_counter.do("accept")
    at_counter.pay()
    at_counter.do("supplement", reason="the drawing lacks the section")
    at_counter.at += timedelta(days=3)
    with acting(person=citizen.person):
        after = request_withdrawal(actor=citizen, code=at_counter.code, reason="later", at=at_counter.at)
    with at_counter.everyone():
        assert after.clock.order_by("serial").last().at == at_counter.at
    assert after.due_at > accepted.due_at
    assert at_counter.do("withdrawn").status == Status.STOPPED


def test_a_signed_result_is_not_withdrawn_any_more(counter, citizen) -> None:
    at_counter = counter(SAME_DAY)
    at_counter.do("accept")
    while at_counter_step(at_counter) != "signature":
        with at_counter.everyone():
            step = next(
                s for s in Dossier.objects.get(code=at_counter.code).procedure.procedure.steps
                if s.id == at_counter.open().step
            )  # fmt: skip
        at_counter.do(step.outcomes[0].id)
    at_counter.do("sign", result_digest=DIGEST)
    with acting(person=citizen.person), pytest.raises(NotNow):
        request_withdrawal(actor=citizen, code=at_counter.code, reason="later", at=at_counter.at)


def test_the_database_refuses_what_the_engine_never_does(counter) -> None:
    """Constraints carry the invariants: no second open task, no process before acceptance, history is kept."""
    from django.db import IntegrityError, connection, transaction
    from django.db.utils import DatabaseError

    at_counter = counter(LICENCE)
    for statement, error in (
        ("INSERT INTO dossiers_task (dossier_id, step, role, agency, opened_at, claimed_by, closed_by, outcome, reason,"
         " findings) SELECT id, 'x', 'x', receiving, now(), '', '', '', '', '' FROM dossiers_dossier", IntegrityError),
        ("UPDATE dossiers_dossier SET status = 9", IntegrityError),
        ("UPDATE dossiers_dossier SET status = 11", IntegrityError),
        ("UPDATE dossiers_dossierevent SET reason = 'other'", DatabaseError),
        ("DELETE FROM dossiers_dossier", DatabaseError),
    ):  # fmt: skip
        with at_counter.everyone(), pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_task_under_lock_reads_as_the_query_sets_say(counter) -> None:
    at_counter = counter(LICENCE)
    at_counter.do("accept")
    with at_counter.everyone():
        kept = at_counter.open()
        locked = locked_task(kept.pk)
        plain = Dossier.objects.get(pk=kept.dossier_id)
        assert values_of(locked) == values_of(Task.objects.get(pk=kept.pk))
        assert values_of(locked.dossier, without={"receipt", "tracking_secret"}) == values_of(
            plain, without={"receipt", "tracking_secret"}
        )
        assert locked.dossier.procedure.procedure == plain.procedure.procedure
        assert locked.dossier.get_deferred_fields() == {"receipt", "tracking_secret"}


def values_of(row: Any, without: set[str] = frozenset()) -> dict[str, Any]:
    return {f.name: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in without}
