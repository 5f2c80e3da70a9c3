"""The roadmap in the browser: a planner's scenario, what is told at the field, the page that waits, the adoption."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from maidinh.channels.sessions import ACCOUNT
from maidinh.channels.web.roadmap_parts import _number
from maidinh.governance.roadmap.models import ScenarioRevision
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.infrastructure.identity.actions import sign_in
from tests.governance.roadmap.planning import Planning, portfolio


def browser(actor: Actor | None, at: datetime) -> Client:
    """Somebody's browser, in English."""
    client = Client()
    client.cookies["django_language"] = "en"
    if actor is not None:
        account = sign_in(issuer="tests", subject=actor.id, claims={"name": actor.name, "official_id": actor.id}, at=at)
        session = client.session
        session[ACCOUNT] = account.pk
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


@pytest.mark.slow
def test_a_planner_computes_what_another_adopts(
    own_database: str, official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    planning = Planning(official, signer, at)
    row = planning.open(portfolio(budgets=[]), checked=False)
    desk, here = browser(planning.planner, at), f"/roadmap/scenarios/{row.pk}"
    sent = {"seen": "1", "form": "table", "amount-2027-local-budget": "3.x", "amount-2028-local-budget": "5.000"}
    wrong = desk.post(f"{here}/money", sent)
    assert wrong.status_code == 422
    assert 'href="#amount-2027-local-budget"' in wrong.content.decode()
    assert 'value="5.000"' in wrong.content.decode()
    money = {f"amount-{year}-local-budget": "3.000.000.000" for year in (2027, 2028)}
    assert desk.post(f"{here}/money", {"seen": "1", "form": "table", **money}).status_code == 302
    stale = desk.post(f"{here}/money", {"seen": "1", "form": "table", "amount-2027-local-budget": "4.000.000.000"})
    assert "Somebody changed the scenario" in stale.content.decode()
    assert desk.post(f"{here}/compute").status_code == 302
    waiting = desk.get(here)
    assert waiting["Refresh"]
    assert "being computed" in waiting.content.decode()
    assert planning.compute() == 1
    computed = desk.get(here)
    assert "Refresh" not in computed
    assert "This is the best roadmap" in computed.content.decode()
    assert "Adopt this roadmap" not in computed.content.decode()
    with acting(agencies=planning.planner.agencies):
        revision = ScenarioRevision.objects.get(scenario=row, number=2)
    other = browser(planning.approver, at)
    assert "Adopt this roadmap" in other.get(here).content.decode()
    decided = {"revision": "2", "hash": revision.roadmap_hash, "decision": "12/QĐ-UBND"}
    assert "Say why you adopt it" in other.post(f"{here}/adopt", decided).content.decode()
    assert other.post(f"{here}/adopt", decided | {"text": "Phù hợp"}).status_code == 302
    public = browser(None, at).get("/roadmap").content.decode()
    assert "12/QĐ-UBND" in public
    assert "Beta" in public
    assert "What got no place" not in public
    _told_in_public(browser(None, at), revision)
    assert (
        desk.post("/roadmap/scenarios/new", {"name": "B", "start": "copy", "original": str(row.pk)}).status_code == 302
    )


def _told_in_public(anyone: Client, revision: ScenarioRevision) -> None:
    html = anyone.get("/open/money").content.decode()
    assert "12/QĐ-UBND" in html and "version 2" in html and "That was today." in html
    told = json.loads(anyone.get("/api/open/roadmap.json").content)["roadmap"]
    assert (told["version"], told["roadmap_hash"]) == (2, revision.roadmap_hash)
    spent = {each["key"]: each["build"] for each in told["by_year"]}
    assert sum(spent.values()) == 5 * 10**9 and set(spent) == {"2027", "2028"}
    file = anyone.get("/open/money/roadmap-by-year.csv").content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(file)))
    assert [int(row[3]) for row in table[1:]] == [spent["2027"], spent["2028"]] and table[1][6] == "2"
    assert anyone.get("/open/money/roadmap-by-tier.csv").status_code == 404


def test_a_deadline_of_law_is_given_in_the_form(
    db: None, official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    planning = Planning(official, signer, at)
    row = planning.open()
    desk, here = browser(planning.planner, at), f"/roadmap/scenarios/{row.pk}/demands"
    sent = {"seen": "1"} | {f"{name}-{n}": value for n in (0, 1) for name, value in (("value", "4"), ("tier", "2"))}
    law = {"mandate-0": "Quyết định 1/QĐ-UBND, điều 2", "checked-0": "yes"}
    wrong = desk.post(here, sent | law)
    told = wrong.content.decode()
    assert wrong.status_code == 422 and 'href="#deadline-0"' in told and "the last year that the law allows" in told
    assert 'value="Quyết định 1/QĐ-UBND, điều 2"' in told
    assert desk.post(here, sent | law | {"mandate-0": "x" * 301, "deadline-0": "2027"}).status_code == 422
    assert desk.post(here, sent | law | {"deadline-0": "2027"}).status_code == 302
    with acting(agencies=planning.planner.agencies, official=planning.planner.id):
        first, second = ScenarioRevision.objects.get(scenario=row, number=2).portfolio_form.demands
    assert first.deadline == 2027 and first.mandate == LegalBasis(text=law["mandate-0"], checked=True)
    assert (second.deadline, second.mandate) == (None, None)
    shown = desk.get(here).content.decode()
    assert 'value="Quyết định 1/QĐ-UBND, điều 2"' in shown and shown.count(" checked") == 1
    unread = sent | law | {"seen": "2", "deadline-0": "2027"}
    del unread["checked-0"]
    assert desk.post(here, unread).status_code == 302
    with acting(agencies=planning.planner.agencies, official=planning.planner.id):
        mandate = ScenarioRevision.objects.get(scenario=row, number=3).portfolio_form.demands[0].mandate
    assert mandate is not None and not mandate.checked


def test_what_the_more_urgent_give_up_is_chosen_in_words(
    db: None, official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    planning = Planning(official, signer, at)
    row = planning.open()
    desk, here = browser(planning.planner, at), f"/roadmap/scenarios/{row.pk}/demands"
    sent = {f"{name}-{n}": value for n in (0, 1) for name, value in (("value", "4"), ("tier", "2"))}
    form = desk.get(here).content.decode()
    assert "very little: no more than the accuracy of the computation, 1 %" in form and "at most 0,5 %" in form
    wrong = desk.post(here, sent | {"seen": "1", "concession": "0.7"})
    assert wrong.status_code == 422 and 'href="#concession"' in wrong.content.decode()
    for number, (chosen, kept) in enumerate((("0.02", 0.02), ("0", 0.0), ("", None)), 1):
        assert desk.post(here, sent | {"seen": str(number), "concession": chosen}).status_code == 302
        with acting(agencies=planning.planner.agencies, official=planning.planner.id):
            portfolio = ScenarioRevision.objects.get(scenario=row, number=number + 1).portfolio_form
        assert portfolio.weights.concession == kept
        assert f'<option value="{chosen}" selected' in desk.get(here).content.decode()


@pytest.mark.slow
def test_a_scenario_is_taken_in_from_a_file_or_refused_with_its_row(
    own_database: str, official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    planning = Planning(official, signer, at)
    desk, row = browser(planning.planner, at), planning.open()
    here = f"/roadmap/scenarios/{row.pk}/portfolio"
    for form in ("yaml", "xlsx"):
        taken = desk.get(f"{here}.{form}").content
        begun = _sent(desk, f"away.{form}", taken, name=f"Từ {form}")
        assert begun.status_code == 302
        with acting(agencies=planning.planner.agencies, official=planning.planner.id):
            made = ScenarioRevision.objects.get(scenario__name=f"Từ {form}")
            assert made.portfolio_form == portfolio()
            short = ScenarioRevision.objects.count()
    wrong = portfolio(agencies=["skhcn"]).model_dump(mode="json", exclude_defaults=True)
    wrong["demands"][0] |= {"agency": "skhcn", "needs": ["gone"]}
    wrong["demands"][1] |= {"agency": "skhcn", "deadline": 2020}
    refused = _sent(desk, "wrong.yaml", yaml.safe_dump(wrong, allow_unicode=True).encode())
    told = refused.content.decode()
    assert refused.status_code == 422
    assert "demands.0.needs.0" in told and "gone" in told
    assert "demands.1.deadline" in told
    assert "no agency" not in told  # its short id is known
    lines = yaml.safe_dump(wrong, allow_unicode=True).splitlines()
    assert f"Line {1 + next(n for n, each in enumerate(lines) if each.strip() == '- gone')}, demands.0.needs.0" in told
    strange = portfolio(agencies=["zz"]).model_dump(mode="json", exclude_defaults=True)
    strange["demands"][1] |= {"agency": "zz"}
    refused = _sent(desk, "strange.yaml", yaml.safe_dump(strange, allow_unicode=True).encode())
    assert refused.status_code == 422 and "demands.1.agency: is zz, which is no agency" in refused.content.decode()
    broken = load_workbook(io.BytesIO(desk.get(f"{here}.xlsx").content))
    sheet = next(each for each in broken.worksheets if any(cell.value == 3 * 10**9 for cell in _cells(each)))
    cell = next(each for each in _cells(sheet) if each.value == 3 * 10**9)
    cell.value = 3
    written = io.BytesIO()
    broken.save(written)
    told = _sent(desk, "less.xlsx", written.getvalue()).content.decode()
    assert f"{sheet.title}, {cell.coordinate}: is 3 dong" in told
    cell.value = "ba tỷ"
    written = io.BytesIO()
    broken.save(written)
    told = _sent(desk, "wrong.xlsx", written.getvalue()).content.decode()
    assert sheet.title in told and "ba tỷ" in told and cell.coordinate in told
    for name, content in (("x.pdf", b"%PDF"), ("x.xlsx", b"no workbook"), ("x.yaml", b"- [")):
        assert _sent(desk, name, content).status_code == 422
    with acting(agencies=planning.planner.agencies, official=planning.planner.id):
        assert ScenarioRevision.objects.count() == short


def _sent(desk: Client, file: str, content: bytes, **typed: str) -> Any:
    sent = {"name": "Từ tệp", "start": "file", "file": SimpleUploadedFile(file, content)}
    return desk.post("/roadmap/scenarios/new", sent | typed)


def _cells(sheet: Any) -> list[Any]:
    return [cell for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("10", 10), ("10,5", 10.5), ("10.5", 10.5), ("1.000", 1000), ("-1", None), ("x", None), ("", None)]
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed: str, number: float | None) -> None:
    assert _number(typed) == number
