"""From the leader's signature to a document that anyone can verify: all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.keys.client import SignerUnavailableError
from maidinh.services.dossiers.actions.steps import NoResult, NotYours, ReasonMissing, TaskClosed, complete_task
from maidinh.services.results.actions import Installation, Slip, issue_result, prepare_result, prepare_slip
from maidinh.services.results.models import PublishedResult, Result
from maidinh.services.results.queries import (
    document_of,
    public_line,
    published_by_code,
    published_by_digest,
    result_for,
    validate_pdf,
)
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    return submitted(citizen, signer, at)


@pytest.fixture
def task(dossier: Any, province: Any, at: datetime) -> Any:
    return advanced_to(dossier, "signature", province, at)


@pytest.fixture
def leader(dossier: Any, task: Any, province: Any) -> Actor:
    return official_of(dossier, task, province)


@pytest.fixture
def issue(leader: Actor, task: Any, signer: Any, at: datetime) -> Callable[..., Result]:
    def act(**changed: Any) -> Result:
        parts = {"actor": leader, "task_id": task.pk, "outcome": "sign", "at": at + timedelta(hours=1)}
        with acting(agencies=leader.agencies):
            return issue_result(**parts | {"signer": signer, "installation": HERE} | changed)

    return act


def test_a_signed_result_can_be_verified_by_anyone(issue: Any, dossier: Any, leader: Actor, at: datetime) -> None:
    result = issue()
    with acting(agencies=leader.agencies):
        content, line = document_of(result), public_line(result)
    digest = hashlib.sha256(content).hexdigest()
    with acting():
        assert published_by_digest(digest) == line
        assert published_by_code(line.verification_code.lower().replace("-", "")) == line
        assert published_by_code("0000-0000-0000-0000") is None
        assert not Result.objects.exists(), "the result itself is not for everyone"
    verdict = validate_pdf(content, at=at + timedelta(hours=2))
    assert verdict.good
    assert verdict.signer == leader.name
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert line.verification_code in text
    assert result.number in text
    assert "MẪU - SAMPLE" in text
    assert "DỰ THẢO" not in text
    assert dossier.applicant_name in text


def test_signing_moves_the_dossier_on_and_enters_the_log(issue: Any, dossier: Any, leader: Actor) -> None:
    result = issue()
    _, step = open_step(dossier)
    assert dossier.status == 9
    assert step.kind == "handover"
    assert result.receipt["content"]["digest"] == result.document_id
    assert result.receipt["promise"]
    assert dossier.applicant_name not in str(result.receipt["leaf"])


def test_the_public_line_holds_nothing_of_the_person(issue: Any, dossier: Any) -> None:
    issue()
    with acting(), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM results_publishedresult r")
        told = cursor.fetchone()[0]
    assert dossier.applicant not in told
    assert dossier.applicant_name not in told


def test_signing_twice_signs_once(issue: Any, leader: Actor) -> None:
    first, again = issue(), issue(at=datetime(2026, 11, 19, 3).astimezone())
    assert first == again
    with acting(agencies=leader.agencies):
        assert Result.objects.count() == 1


def test_the_applicant_and_the_agency_read_it_and_another_agency_does_not(
    issue: Any, dossier: Any, leader: Actor, citizen: Actor, official: Any, province: Any
) -> None:
    result = issue()
    with acting(person=citizen.person):
        assert result_for(citizen, dossier.code) == result
    with acting(agencies=leader.agencies):
        assert result_for(leader, dossier.code) == result
    other = next(
        person
        for person in province.organisations.officials
        if person.agency not in dossier.agencies and "specialist" in person.roles
    )
    stranger = official("dossier.process", other.agency)
    with acting(agencies=stranger.agencies):
        assert result_for(stranger, dossier.code) is None
        assert not Result.objects.exists()


def test_nobody_but_a_leader_signs(issue: Any, official: Any, dossier: Any) -> None:
    with pytest.raises(NotAllowed):
        issue(actor=official("dossier.process"))


def test_when_the_signer_does_not_answer_nothing_is_kept(issue: Any, dossier: Any, leader: Actor, task: Any) -> None:
    class Gone:
        def certificate(self, key: str) -> str:
            raise SignerUnavailableError("no answer")

        def sign(self, key: str, message: bytes) -> bytes:
            raise AssertionError("nothing is promised")

        def sign_digest(self, key: str, digest: bytes, *, algorithm: str = "sha256") -> bytes:
            raise AssertionError("nothing is signed")

    with pytest.raises(SignerUnavailableError):
        issue(signer=Gone())
    still, step = open_step(dossier)
    assert still.pk == task.pk
    assert step.kind == "signature"
    assert not still.claimed_by
    with acting(agencies=leader.agencies):
        assert not Result.objects.exists()
        assert not PublishedResult.objects.exists()


def test_a_result_sent_back_needs_a_reason_and_is_not_signed(
    issue: Any, dossier: Any, leader: Actor, task: Any, at: datetime
) -> None:
    procedure = dossier.procedure.procedure
    step = next(step for step in procedure.steps if step.id == task.step)
    back = next(outcome for outcome in step.outcomes if outcome.reason)
    with acting(agencies=leader.agencies):
        with pytest.raises(ReasonMissing):
            complete_task(actor=leader, task_id=task.pk, outcome=back.id, at=at)
        complete_task(actor=leader, task_id=task.pk, outcome=back.id, reason="Sai tên", at=at)
    with pytest.raises(TaskClosed):
        issue()


class Unasked:
    """A signer that nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name}: nothing may be signed")


def test_an_outcome_that_issues_no_result_signs_nothing(issue: Any, dossier: Any, task: Any, leader: Actor) -> None:
    step = next(step for step in dossier.procedure.procedure.steps if step.id == task.step)
    for outcome in (o.id for o in step.outcomes if o.id != "sign"):
        with pytest.raises(NoResult):
            issue(outcome=outcome, signer=Unasked())
    still, _ = open_step(dossier)
    assert still.pk == task.pk
    assert not still.claimed_by


def test_only_a_signature_step_issues_a_result(dossier: Any, province: Any, at: datetime) -> None:
    task = advanced_to(dossier, "appraisal", province, at)
    both = official_of(dossier, task, province)
    both = replace(both, permissions=both.permissions | {"dossier.sign"})
    step = next(step for step in dossier.procedure.procedure.steps if step.id == task.step)
    for outcome in step.outcomes:
        with acting(agencies=both.agencies), pytest.raises(NoResult):
            issue_result(actor=both, task_id=task.pk, outcome=outcome.id, at=at + timedelta(hours=1),
                         signer=Unasked(), installation=HERE)  # fmt: skip


def test_who_examined_it_is_refused_before_anything_is_signed(
    dossier: Any, province: Any, signer: Any, at: datetime
) -> None:
    task = advanced_to(dossier, "appraisal", province, at)
    both = official_of(dossier, task, province)
    both = replace(both, permissions=both.permissions | {"dossier.sign"}, roles=both.roles | {"leader"})
    step = next(step for step in dossier.procedure.procedure.steps if step.id == task.step)
    with acting(agencies=both.agencies):
        complete_task(actor=both, task_id=task.pk, outcome=step.outcomes[0].id, at=at + timedelta(minutes=30))
    signature, _ = open_step(dossier)
    with acting(agencies=both.agencies), pytest.raises(NotYours, match="examined"):
        issue_result(actor=both, task_id=signature.pk, outcome="sign", at=at + timedelta(hours=1),
                     signer=Unasked(), installation=HERE)  # fmt: skip


def test_a_result_is_never_changed(issue: Any, leader: Actor) -> None:
    result = issue()
    with acting(agencies=leader.agencies):
        for statement in (
            "UPDATE results_result SET number = 'x' WHERE id = %s",
            "DELETE FROM results_result WHERE id = %s",
            "UPDATE results_publishedresult SET digest = 'x' WHERE id = %s",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [result.pk])


def test_a_draft_says_that_it_is_not_signed(dossier: Any, leader: Actor, at: datetime) -> None:
    with acting(agencies=dossier.agencies):
        draft = prepare_result(dossier=dossier, installation=HERE, at=at, signatory=leader.id)
    text = PdfReader(BytesIO(draft)).pages[0].extract_text()
    assert "DỰ THẢO, CHƯA KÝ" in text
    assert leader.name in text
    assert validate_pdf(draft, at=at).problems == ("unsigned",)


@pytest.mark.parametrize("form", ["01", "02", "03", "05"])
def test_every_form_can_be_set(dossier: Any, at: datetime, form: str) -> None:
    slip = Slip(
        form,
        "Phiếu thử",
        "Trung tâm",
        "Lý Thị Mai",
        (("Nhận hồ sơ", "09:30"),),
        "Lý do",
        ("Thiếu #bản vẽ", "Thiếu *đơn*"),
    )
    with acting(agencies=dossier.agencies):
        made = prepare_slip(dossier=dossier, slip=slip, installation=HERE, at=at)
    text = PdfReader(BytesIO(made)).pages[0].extract_text()
    assert f"Mẫu số {form}" in text
    assert "Thiếu #bản vẽ" in text
    assert dossier.code in text
