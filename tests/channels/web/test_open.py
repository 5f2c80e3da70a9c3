"""The public register: one for all readers, what is not public is not told, figures add up, filters are hostile."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maidinh.channels.web.open_words import money_words
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from tests.channels.web.appraised import Bench, page

CODE = "soil-watch-2026"
PLANNED: dict[str, Any] = {
    "total": 5_200_000_000,
    "costs": [
        {"year": 2027, "source": "local-investment", "kind": "build", "amount": 5_200_000_000},
        {"year": 2028, "source": "local-regular", "kind": "run", "amount": 300_000_000},
    ],
    "schedule": [{"id": "build", "title": {"vi": "Xây dựng"}, "begins": "2027-01-05", "ends": "2027-09-30"}],
}  # fmt: skip


@pytest.fixture
def public(
    sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor], at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:  # fmt: skip
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Bench(sign_in_as, official, at)


@pytest.fixture
def anyone() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def data(client: Client, address: str) -> Any:
    return json.loads(client.get(address).content)


def approved(public: Bench) -> Project:
    row = public.verdict(public.begin(**PLANNED)).project
    public.approve(row)
    return row


def test_what_is_prepared_is_told_to_nobody_and_what_is_handed_in_to_everyone(public: Bench, anyone: Client) -> None:
    row = public.open()
    for address in ("/open", "/open/money", "/api/open/projects.json", "/open/projects.csv"):
        assert CODE not in page(anyone, address)
        assert CODE not in page(public.of(public.officer), address)  # nor to its owner: the register is one for all
    for address in (f"/open/projects/{CODE}", f"/open/{CODE}", f"/api/open/projects/{CODE}.json"):
        assert anyone.get(address).status_code == 404
    public.begin(row)
    assert CODE in page(anyone, "/open") and data(anyone, "/api/open/projects.json")["count"] == 1
    assert anyone.get(f"/open/{CODE}")["Location"] == f"/open/projects/{CODE}"


def test_asked_and_approved_money_stand_apart_and_agree_with_the_project(public: Bench, anyone: Client) -> None:
    begun = public.begin(**PLANNED)
    costs = sum(each.amount for each in begun.project.project.costs)
    assert costs > 0
    before = data(anyone, "/api/open/money.json")
    row = public.verdict(begun).project
    public.approve(row)
    after = data(anyone, "/api/open/money.json")
    for dimension in ("by_year", "by_source", "by_agency"):
        for found, part, other in ((before, "asked", "approved"), (after, "approved", "asked")):
            assert sum(each[part] for each in found[dimension]) == costs
            assert sum(each[other] for each in found[dimension]) == 0
    html = page(anyone, "/open/money")
    assert html.count("<svg") >= 3 and "style=" not in "".join(re.findall(r"<svg.*?</svg>", html, re.S))
    table = list(csv.reader(io.StringIO(page(anyone, "/open/money/by-year.csv").lstrip("\ufeff"))))
    assert sum(int(each[2]) for each in table[1:]) == costs
    assert "Figures as of" in html


def test_a_verdict_can_be_checked_and_nobody_is_named(public: Bench, anyone: Client) -> None:
    row = approved(public)
    verdict = row.verdicts.get()
    html = re.sub(r"<wbr>", "", page(anyone, f"/open/projects/{CODE}"))
    told = data(anyone, f"/api/open/projects/{CODE}.json")["project"]
    assert verdict.project_hash in html and f"entry {verdict.entry} of the log" in html and "15/QĐ-UBND" in html
    assert told["verdicts"][0]["project_hash"] == verdict.project_hash and told["log_entry"] == verdict.entry
    assert told["decision"] == "15/QĐ-UBND" and told["baseline"]["total"] == told["total"] == row.project.total
    everything = html + json.dumps(told) + page(anyone, "/open") + page(anyone, "/open/projects.csv")
    for person in (public.officer, public.appraiser, public.approver):
        assert person.id not in everything


def test_a_late_stage_is_told_as_on_the_projects_own_page(
    public: Bench, anyone: Client, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    from maidinh.governance.projects.actions.carrying import begin_building

    row = approved(public)
    public.do(begin_building, public.officer, project_id=row.pk)
    for year, late in ((at.year, False), (at.year + 20, True)):
        monkeypatch.setattr("django.utils.timezone.now", lambda year=year: at.replace(year=year))
        own, open_ = page(anyone, f"/projects/{CODE}"), page(anyone, f"/open/projects/{CODE}")
        assert ("should have ended by now" in own) == late == ("Yes: late by" in open_)
        assert (CODE in page(anyone, "/open?late=1")) == late


def test_words_without_diacritics_and_each_filter_find(public: Bench, anyone: Client) -> None:
    row = public.begin(**PLANNED).project
    line = row.project.costs[0]
    title = row.title["vi"].split()[0]
    finding = (
        f"q={title}", f"q={CODE}", f"agency={row.owner}", f"year={line.year}", f"source={line.source}", "state=asked",
        "state=appraising", f"agency={row.owner}&year={line.year}&source={line.source}&page=99",
    )  # fmt: skip
    for query in finding:
        assert f'data-project="{CODE}"' in page(anyone, f"/open?{query}"), query
    missing = ("q=khongcogi", "agency=H38.1", "year=1999", "source=oda-loans", "state=approved", "late=1")
    for query in missing:
        assert f'data-project="{CODE}"' not in page(anyone, f"/open?{query}"), query


HOSTILE = (
    "year=%00", "year=99999999999999999999", "year=-1", "agency=%27%3B--", "source=%3Cscript%3Ealert(1)%3C/script%3E",
    "q=%3Cscript%3Ealert(1)%3C/script%3E", "state=__class__", "page=-1", "page=" + "9" * 5000, "page=abc",
    "q=" + "a%CC%81" * 3000, "q=%F0%9F%92%A9%EF%BF%BF", "agency=mine", "late=%00", "q=%ED%A0%80",
)  # fmt: skip


def test_hostile_filters_break_nothing(public: Bench, anyone: Client) -> None:
    public.begin(**PLANNED)
    for query in HOSTILE:
        for path in ("/open", "/open/money", "/open/projects.csv", "/api/open/projects.json", "/api/open/money.json",
                     "/open/money/by-agency.csv"):  # fmt: skip
            answer = anyone.get(f"{path}?{query}")
            assert answer.status_code == 200, (path, query)
            assert b"<script>alert" not in answer.content


def test_formulas_contacts_and_markup_in_what_somebody_wrote_do_no_harm(public: Bench, anyone: Client) -> None:
    texts = {
        "title": {"vi": '=HYPERLINK("http://x.example")'},
        "summary": {"vi": "Gọi 0912 345 678 <b>ngay</b>, máy chủ 10.1.2.3, thư ai@coquan.example"},
    }
    public.begin(**texts)
    table = list(csv.reader(io.StringIO(page(anyone, "/open/projects.csv").lstrip("\ufeff"))))
    assert not [cell for row in table for cell in row if cell[:1] in "=+-@" and cell]
    for address in ("/open", f"/open/projects/{CODE}", "/api/open/projects.json"):
        text = anyone.get(address).content.decode()
        for trace in ("0912 345 678", "10.1.2.3", "ai@coquan.example"):
            assert trace not in text, (address, trace)
    assert "<b>ngay" not in anyone.get("/open").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_projects(public: Bench, anyone: Client) -> None:
    addresses = ("/open", "/open/money", "/open/projects.csv", "/api/open/projects.json")

    def counted() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                anyone.get(address)
            counts.append(len(asked))
        return counts

    public.begin(**PLANNED)
    anyone.get("/open")
    one = counted()
    for number in range(3):
        public.begin(code=f"soil-watch-{number}-2026")
    assert counted() == one and max(one) < 25


def test_money_in_the_words_of_people() -> None:
    said = {5_200_000_000: "5,2", 740_000_000: "740", 1_250_000_000_000: "1.250", 999_999_999: "1.000"}
    for amount, figure in said.items():
        assert money_words(amount).split("\N{NO-BREAK SPACE}")[0] == figure
    assert unescape(money_words(950)).startswith("950")


def test_what_was_paid_is_told_beside_what_was_to_be_paid(public: Bench, anyone: Client) -> None:
    public.begin(**PLANNED)
    assert "Paid, beside what was to be paid" not in page(anyone, f"/open/projects/{CODE}")
    public.approve(public.verdict(Project.objects.get(code=CODE).appraisals.get()).project)
    html = page(anyone, f"/open/projects/{CODE}")
    assert "Paid, beside what was to be paid" in html and "0 ₫ paid of" in html.replace("\N{NO-BREAK SPACE}", " ")
