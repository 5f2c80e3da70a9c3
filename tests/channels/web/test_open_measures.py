"""The index in public: numbers with their formulas, no dossier; an official opens the dossiers behind a figure."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maidinh.services.measures.models import MonthSum
from maidinh.services.measures.telling import COLUMNS

NOTHING = {field.name: 0 for field in MonthSum._meta.concrete_fields if field.name not in ("id", "agency", "procedure")}


class Sums:
    """Sums of this month, as the database would answer them; the web role can't write any."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def are(self, **figures: int) -> None:
        known = {name: value for name, value in (NOTHING | figures).items() if name != "month"}
        month = f"{timezone.localdate():%Y-%m}"

        def sums(asked: Any, dimension: str | None) -> dict[str, dict[str, int]]:
            key = {None: "", "agency": "H38.101", "procedure": "2.000908", "month": month}[dimension]
            there = asked.agency in ("", "H38.101")
            return {key: dict(known)} if there else {}

        self.patch.setattr("maidinh.services.measures.queries._sums", sums)


@pytest.fixture
def sums(monkeypatch: pytest.MonkeyPatch) -> Sums:
    return Sums(monkeypatch)


def test_without_dossiers_there_is_no_data_and_no_grade(db: None, client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.get(reverse("open-measures"))
    told = page.content.decode()
    assert page.status_code == 200
    assert told.count("<h1") == 1
    assert "No data: there was nothing to count." in told
    assert "No data: nothing records it here yet." in told
    assert "could not be measured, so there is no grade." in told
    assert "More than 1 request for a supplement is overdue." in told
    assert "0 %" not in told.replace("100 %", "").replace("80 %", "").replace("90 %", "").replace("50 %", "")


def test_numbers_in_public_have_their_formula_and_no_dossier(db: None, client: Client, sums: Sums) -> None:
    sums.are(ended=4, rated=4, on_time=3, done=4, electronic=2, timed=4, working_minutes=960, rounds=1, filled=2,
             fields_typed=9, fields_prefilled=9)  # fmt: skip
    client.cookies["django_language"] = "en"
    told = client.get(reverse("open-measures"), {"by": "agency"}).content.decode()
    for known in ("3 / 4", "75 %", "15\u00a0/\u00a020", "Dossiers ended on time", "Quyết định 766/QĐ-TTg",
                  "4 working hours"):  # fmt: skip
        assert known in told
    assert reverse("measured-dossiers", kwargs={"figure": "late"}) not in told
    rows = list(csv.DictReader(io.StringIO(client.get(reverse("open-measures-file")).content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    on_time = {row["key"]: row for row in rows if row["indicator"] == "on-time"}
    assert set(on_time) >= {"", "H38.101"}
    assert [on_time[""][name] for name in ("part", "whole", "value", "points", "points_of", "why")] == [
        "3", "4", "75.0", "15.0", "20", "",
    ]  # fmt: skip
    why = {row["indicator"]: (row["value"], row["points"], row["why"]) for row in rows if not row["key"]}
    assert (why["papers-reused"], why["satisfied"]) == (("", "", "nothing"), ("", "", "unrecorded"))
    data = client.get(reverse("open-api-measures"), {"by": "month"}).json()
    assert data["index"]["grade"] is None
    assert data["by_month"][-1]["key"] == f"{timezone.localdate():%Y-%m}"
    assert data["asked"]["by"] == "month"
    other = client.get(reverse("open-api-measures"), {"agency": "H38.102"})
    assert other.status_code == 200


@pytest.mark.parametrize("wanted", [
    {"year": "20266"}, {"year": "x", "month": "13", "by": "citizen"}, {"month": "²"}, {"agency": "<b>" * 30},
    {"procedure": "'; --"},
])  # fmt: skip
def test_what_there_cannot_be_narrows_nothing_and_breaks_nothing(
    db: None, client: Client, wanted: dict[str, str]
) -> None:
    for name in ("open-measures", "open-measures-file", "open-api-measures"):
        answer = client.get(reverse(name), wanted)
        assert answer.status_code == 200
        assert b"<b><b>" not in answer.content or name == "open-api-measures"


def test_an_official_is_led_to_the_dossiers(
    db: None, client: Client, official: Any, sign_in_as: Any, sums: Sums
) -> None:
    sums.are(ended=4, rated=4, on_time=3)
    sign_in_as(client, official("dossier.process"))
    client.cookies["django_language"] = "en"
    address = reverse("measured-dossiers", kwargs={"figure": "late"})
    assert f'href="{address}?' in client.get(reverse("open-measures")).content.decode()
    page = client.get(address, {"month": "11", "agency": "H38.101", "procedure": "2.000908"})
    assert page.status_code == 200
    assert "Dossiers of your agencies: 0" in page.content.decode()
    assert client.get(reverse("measured-dossiers", kwargs={"figure": "procedures_offered"})).status_code == 404
