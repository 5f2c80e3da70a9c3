"""The pages of supervision: facts reported, errors at their field with nothing lost, the rating beside the computed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from maidinh.governance.projects.actions.carrying import begin_building
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from tests.governance.projects.conftest import Carrying
from tests.governance.supervision.test_reporting import BENEFITS, CONDITIONS, COSTS, SCHEDULE

PAYMENT = {
    "form": "payment", "payment-year": "2026", "payment-source": "local-investment", "payment-kind": "build",
    "payment-amount": "400.000", "payment-paid_on-day": "10", "payment-paid_on-month": "11",
    "payment-paid_on-year": "2026", "payment-document": "UNC 12",
}  # fmt: skip


class Pages:
    """A building project and browsers, in English."""

    def __init__(self, carrying: Carrying, sign_in_as: Callable[[Any, Any], None]) -> None:
        self.carrying, self.sign_in_as = carrying, sign_in_as
        row = carrying.open(schedule=SCHEDULE, costs=COSTS, benefits=BENEFITS, total=1_000_000)
        row = carrying.approved(row, CONDITIONS)
        self.row: Project = carrying.do(begin_building, carrying.officer, project_id=row.pk)

    def browser(self, actor: Actor) -> Client:
        client = Client()
        self.sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    def at(self, path: str = "") -> str:
        return f"/projects/{self.row.code}/supervision{path}"


@pytest.fixture
def pages(
    db: None, official: Callable[..., Actor], at: datetime, sign_in_as: Callable[[Any, Any], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Pages:  # fmt: skip
    monkeypatch.setattr("maidinh.governance.projects.actions.preparing.pack_on", lambda day: f"law-of-{day.year}")
    return Pages(Carrying(official, at), sign_in_as)


def test_a_payment_is_entered_and_an_error_loses_nothing(pages: Pages) -> None:
    client = pages.browser(pages.carrying.officer)
    wrong = client.post(pages.at("/report"), PAYMENT | {"payment-amount": "many", "payment-note": "Đợt 1"})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'href="#payment-amount"' in text and "Enter the sum in whole dong" in text
    assert "Đợt 1" in text and 'value="UNC 12"' in text and 'value="many"' in text
    right = client.post(pages.at("/report"), PAYMENT)
    assert (right.status_code, right["Location"]) == (302, pages.at("?done=payment"))
    shown = client.get(right["Location"]).content.decode()
    assert "The payment is entered." in shown and "400.000" in shown


def test_a_payment_is_told_in_public_beside_the_baseline(pages: Pages) -> None:
    anyone = Client()
    anyone.cookies["django_language"] = "en"
    before = json.loads(anyone.get("/api/open/money.json").content)
    assert [(each["planned"], each["paid"]) for each in before["paid_by_year"]] == [(1_000_000, 0)]
    assert before["paid_recorded_at"] is None
    assert "No payment was recorded yet" in anyone.get("/open/money").content.decode()
    pages.browser(pages.carrying.officer).post(pages.at("/report"), PAYMENT)
    told = json.loads(anyone.get("/api/open/money.json").content)
    for dimension, key in (("year", "2026"), ("source", "local-investment"), ("agency", pages.row.owner)):
        (line,) = told[f"paid_by_{dimension}"]
        assert (line["key"], line["planned"], line["paid"], line["projects"]) == (key, 1_000_000, 400_000, 1)
        file = anyone.get(f"/open/money/paid-by-{dimension}.csv").content.decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(file)))[1][2:5] == ["1000000", "400000", "1"]
    assert told["paid_recorded_at"]
    html = anyone.get("/open/money").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Paid: 400.000 ₫ of 1.000.000 ₫" in html and "The last payment was recorded on" in html
    assert json.loads(anyone.get("/api/open/money.json?year=2031").content)["paid_by_year"] == []
    assert anyone.get("/open/money/paid-by-person.csv").status_code == 404


def test_the_officers_rating_stands_beside_the_computed_one(pages: Pages) -> None:
    client = pages.browser(pages.carrying.appraiser)
    empty = client.post(pages.at("/judge"), {"form": "rating", "rating-level": "low"})
    assert empty.status_code == 422 and 'href="#rating-reasons"' in empty.content.decode()
    client.post(pages.at("/judge"), {"form": "rating", "rating-level": "low", "rating-reasons": "Đã kiểm tra"})
    shown = client.get(pages.at()).content.decode()
    assert "The officer rates it otherwise than the facts do." in shown
    assert "computed then: high" in shown and "Đã kiểm tra" in shown
    listed = client.get("/supervision?level=high&late=conditions").content.decode()
    assert pages.row.code in listed and "the officer: low" in listed
    assert pages.row.code not in client.get("/supervision?late=reports").content.decode()


def test_contracts_milestones_and_reports_have_their_forms(pages: Pages) -> None:
    client = pages.browser(pages.carrying.officer)
    days = {f"milestone-{name}_on-{part}": value for name in ("began",) for part, value in
            (("day", "5"), ("month", "10"), ("year", "2026"))}  # fmt: skip
    assert (
        client.post(pages.at("/report"), {"form": "milestone", "milestone-milestone": "design"} | days).status_code
        == 302
    )
    wrong = client.post(pages.at("/report"), {"form": "contract", "contract-of": ""})
    assert wrong.status_code == 422 and 'href="#contract-contractor"' in wrong.content.decode()
    assert client.post(pages.at("/report"), {"form": "report", "report-kind": "benefits 2026"}).status_code == 422
    assert client.post(pages.at("/report"), {"form": "none"}).status_code == 422


def test_systems_in_use_say_their_age(client: Client, db: None) -> None:
    client.cookies["django_language"] = "en"
    shown = client.get("/architecture/use").content.decode()
    assert "No figures yet. They are counted once a day." in shown
