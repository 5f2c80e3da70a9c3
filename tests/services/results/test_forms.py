"""Which forms are due, what they say, and numbers that follow one another without a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.results.actions import Installation, issue_due_forms, prepare_slip
from maidinh.services.results.forms import Defect, Extension, form_number, forms_due, slip_of
from maidinh.services.results.gathering import told_of
from maidinh.services.results.models import FormCounter, IssuedForm
from maidinh.services.results.queries import forms_for_applicant, forms_of, slip_as_issued
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

HERE = Installation("http://127.0.0.1:8000", "lao-cai", 60, sample=True, place="Lào Cai")
DAY = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    return submitted(citizen, signer, at, kind="licence")


def end_step(dossier: Any, outcome: str, province: Any, at: datetime, reason: str = "") -> None:
    task, _ = open_step(dossier)
    actor = official_of(dossier, task, province)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=task.pk, outcome=outcome, at=at, reason=reason)
        dossier.refresh_from_db()


def numbers(dossier: Any) -> list[tuple[str, int]]:
    with acting(agencies=dossier.agencies):
        return [(form.form, form.number) for form in forms_of(dossier)]


def test_a_submitted_dossier_has_no_form_yet(dossier: Any, at: datetime) -> None:
    with acting(agencies=dossier.agencies):
        assert issue_due_forms(dossier=dossier, at=at) == []


def test_each_form_gets_its_number_once_and_the_next_the_next(
    dossier: Any, citizen: Actor, signer: Any, province: Any, at: datetime
) -> None:
    another = submitted(citizen, signer, at, kind="licence", key="two")
    for one in (dossier, another):
        end_step(one, "accept", province, at + timedelta(minutes=5))
        for _ in range(2):
            with acting(agencies=one.agencies):
                issue_due_forms(dossier=one, at=at)
    assert numbers(dossier) == [("01", 1), ("06", 1)]
    assert numbers(another) == [("01", 2), ("06", 2)]


def test_the_receipt_names_who_accepted_even_at_the_moment_of_submission(
    dossier: Any, province: Any, at: datetime
) -> None:
    task, _ = open_step(dossier)
    end_step(dossier, "accept", province, dossier.submitted_at)
    with acting(agencies=dossier.agencies):
        receipt = next(form for form in issue_due_forms(dossier=dossier, at=at) if form.form == "01")
    assert slip_as_issued(receipt).official == official_of(dossier, task, province).name


def test_a_number_is_not_lost_when_giving_it_fails(dossier: Any, province: Any, at: datetime) -> None:
    end_step(dossier, "accept", province, at + timedelta(minutes=5))

    class Lost(Exception):
        pass

    with pytest.raises(Lost), acting(agencies=dossier.agencies):
        issue_due_forms(dossier=dossier, at=at)
        raise Lost
    assert numbers(dossier) == []
    with acting(agencies=dossier.agencies):
        assert [form.number for form in issue_due_forms(dossier=dossier, at=at)] == [1, 1]


def test_the_database_lets_nobody_skip_or_repeat_a_number(dossier: Any, province: Any, at: datetime) -> None:
    end_step(dossier, "accept", province, at + timedelta(minutes=5))
    with acting(agencies=dossier.agencies):
        issue_due_forms(dossier=dossier, at=at)
        for statement in (
            "UPDATE results_formcounter SET last = last + 2",
            "UPDATE results_formcounter SET last = 0",
            "UPDATE results_issuedform SET number = 9",
            "DELETE FROM results_issuedform",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert FormCounter.objects.filter(form="01").get().last == 1
    with acting(), connection.cursor() as cursor:  # a visitor counts nothing
        cursor.execute("UPDATE results_formcounter SET last = last + 1")
        assert cursor.rowcount == 0


def test_the_promise_stays_as_it_was_told_when_the_date_moves(dossier: Any, province: Any, at: datetime) -> None:
    end_step(dossier, "accept", province, at + timedelta(minutes=5))
    with acting(agencies=dossier.agencies):
        issued = issue_due_forms(dossier=dossier, at=at)[0]
        told = dict(slip_as_issued(issued).facts)["Hẹn trả kết quả"]
        type(dossier).objects.filter(pk=dossier.pk).update(due_at=dossier.due_at + timedelta(days=30))
        assert dict(slip_as_issued(IssuedForm.objects.get(pk=issued.pk)).facts)["Hẹn trả kết quả"] == told


def test_every_request_for_a_supplement_has_its_own_form(dossier: Any, province: Any, at: datetime) -> None:
    end_step(dossier, "supplement", province, at + timedelta(hours=2), "- Thiếu <bản vẽ>\n- Thiếu chữ ký")
    with acting(agencies=dossier.agencies):
        issue_due_forms(dossier=dossier, at=at)
        form = next(form for form in forms_of(dossier) if form.form == "02")
        assert slip_as_issued(form).points == ("Thiếu <bản vẽ>", "Thiếu chữ ký")
        assert [each.form for each in forms_for_applicant(dossier)] == ["02"]
        named = replace(told_of(dossier), defects=(Defect(1, "Bản vẽ", "thiếu mặt cắt"), Defect(2, "", "khác")))
        due = next(due for due in forms_due(named) if due.form == "02")
        assert slip_of(named, due).points == ("Bản vẽ: thiếu mặt cắt",)


def test_the_apology_tells_the_old_and_the_new_date(dossier: Any, province: Any, at: datetime) -> None:
    end_step(dossier, "accept", province, at + timedelta(minutes=5))
    leader = province.official_with("dossier.sign", dossier.responsible)
    moved = Extension("7", DAY, DAY, DAY + timedelta(days=3), "Chờ ý kiến", dossier.responsible, leader.id)
    with acting(agencies=dossier.agencies):
        told = replace(told_of(dossier), extensions=(moved,), people={leader.id: leader.name})
        due = next(due for due in forms_due(told) if due.form == "04")
        slip = slip_of(told, due)
        made = prepare_slip(dossier=dossier, slip=slip, installation=HERE, at=DAY)
    assert dict(slip.facts)["Hẹn lại ngày trả kết quả"].endswith("04/12/2026")
    text = PdfReader(BytesIO(made)).pages[0].extract_text()
    assert "xin lỗi" in text
    assert leader.name in text
    assert "Lào Cai, ngày 01 tháng 12 năm 2026" in text
    width, height = (float(PdfReader(BytesIO(made)).pages[0].mediabox[place]) for place in (2, 3))
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (148, 210), "A5"


def test_the_control_slip_follows_the_dossier(dossier: Any, province: Any, at: datetime) -> None:
    end_step(dossier, "accept", province, at + timedelta(minutes=5))
    with acting(agencies=dossier.agencies):
        issue_due_forms(dossier=dossier, at=at)
    advanced_to(dossier, "signature", province, at)
    with acting(agencies=dossier.agencies):
        form = next(form for form in forms_of(dossier) if form.form == "06")
        slip = slip_as_issued(form)
        made = prepare_slip(dossier=dossier, slip=slip, installation=HERE, at=at)
    assert len(slip.rows) > 3
    assert slip.rows[0][3], "who did the first step"
    assert slip.rows[0][8] == "Đúng hạn"
    assert slip.rows[-1][8] == "Đang giải quyết"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert "Mẫu số 06" in text
    assert form_number(form.number, form.year, "06") in text


@pytest.mark.parametrize(("outcome", "form"), [("refuse", "03")])
def test_a_dossier_that_ended_says_why(dossier: Any, province: Any, at: datetime, outcome: str, form: str) -> None:
    end_step(dossier, outcome, province, at + timedelta(minutes=5), "Không thuộc thẩm quyền")
    with acting(agencies=dossier.agencies):
        issued = issue_due_forms(dossier=dossier, at=at)
    assert [each.form for each in issued] == [form]
    assert slip_as_issued(issued[0]).points == ("Không thuộc thẩm quyền",)
