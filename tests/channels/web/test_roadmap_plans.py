"""The adopted roadmap's pictures, yearly plans and training in the browser: shown, taken along, recorded."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import docx
import pytest
from django.conf import settings
from django.test import Client
from openpyxl import load_workbook

from maidinh.channels.sessions import ACCOUNT
from maidinh.channels.web import roadmap_plans
from maidinh.governance.architecture.queries import current_version, declared_organisations
from maidinh.governance.projects.faults import shared_platforms
from maidinh.governance.projects.proposal import agency_codes
from maidinh.governance.projects.queries import declared_projects
from maidinh.governance.roadmap.actions.adopting import adopt_roadmap
from maidinh.governance.roadmap.actions.training import record_training
from maidinh.governance.roadmap.definition import Budget, Portfolio, Roadmap
from maidinh.governance.roadmap.models import ScenarioRevision, TrainingRecord
from maidinh.governance.roadmap.queries import portfolio_of_projects
from maidinh.governance.roadmap.rules import RoadmapRefused
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.identity.actions import sign_in
from tests.governance.roadmap.planning import Planning
from tests.governance.roadmap.small import PORTFOLIO

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


def browser(actor: Actor, at: datetime) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    account = sign_in(issuer="tests", subject=actor.id, claims={"name": actor.name, "official_id": actor.id}, at=at)
    session = client.session
    session[ACCOUNT] = account.pk
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


def test_without_an_adopted_roadmap_pages_say_so_and_files_are_not_there(
    official: Callable[..., Actor], at: datetime
) -> None:
    client = browser(official("training.record"), at)
    for address in ("timeline", "plans", "training"):
        answer = client.get(f"/roadmap/{address}")
        assert answer.status_code == 200 and "No roadmap is adopted yet" in answer.content.decode()
    for address in ("timeline/years.svg", "training.xlsx", "plans/H1/2027.xlsx"):
        assert client.get(f"/roadmap/{address}").status_code == 404
    assert Client().get("/roadmap/plans").status_code == 302


def test_an_officer_sees_the_plan_takes_it_along_and_records_a_training(
    official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = official("training.record")
    code, line = next((each.id, each.training[0]) for each in declared_projects().values() if each.training)
    monkeypatch.setattr(roadmap_plans, "known_projects", _of(officer, code))
    demand = PORTFOLIO.demands[0].model_copy(update={"id": code, "agency": officer.agency})
    content = PORTFOLIO.model_copy(update={"demands": [demand]})
    roadmap = Roadmap(portfolio="small", status="optimal", starts={code: 2026})
    monkeypatch.setattr(roadmap_plans, "adopted", lambda: (Portfolio.model_validate(content.model_dump()), roadmap))
    client = browser(officer, at)

    pictures = client.get("/roadmap/timeline").content.decode()
    assert pictures.count("<svg") >= 2 and "Shared data hub" in pictures and "style=" not in pictures
    csv = client.get("/roadmap/timeline/years.csv").content.decode("utf-8-sig")
    assert code in csv and "10,000,000,000" in csv
    assert client.get("/roadmap/timeline/plateaus.svg")["Content-Type"] == "image/svg+xml"
    assert client.get("/roadmap/timeline/plateaus.exe").status_code == 404

    assert f"/roadmap/plans/{officer.agency}/2027" in client.get("/roadmap/plans").content.decode()
    plan = client.get(f"/roadmap/plans/{officer.agency}/2027").content.decode()
    assert "Shared data hub" in plan and "6.000.000.000" in plan.replace(",", ".")
    sheet = load_workbook(io.BytesIO(client.get(f"/roadmap/plans/{officer.agency}/2027.xlsx").content)).active
    assert 6_000_000_000 in [cell.value for row in sheet.iter_rows() for cell in row]
    made = docx.Document(io.BytesIO(client.get(f"/roadmap/plans/{officer.agency}/2027.docx").content))
    assert any("6,000,000,000" in cell.text for row in made.tables[1].rows for cell in row.cells)
    for absent in (f"{officer.agency}/2090", "H00.9/2027", f"{officer.agency}/2027.pdf"):
        assert client.get(f"/roadmap/plans/{absent}").status_code == 404

    address = f"/roadmap/training/{code}/{line.id}"
    assert address in client.get("/roadmap/training").content.decode()
    day = {"held_on-day": "2", "held_on-month": "11", "held_on-year": "2026"}
    refused = client.post(address, {"people": "many", "evidence": "Record 12"} | day)
    assert refused.status_code == 422
    told = refused.content.decode()
    assert "error-summary" in told and "Record 12" in told and "many" in told
    later = client.post(address, {"people": "5"} | day | {"held_on-year": "2090"})
    assert later.status_code == 422 and not TrainingRecord.objects.exists()
    assert client.get("/roadmap/training/none/none").status_code == 404


def test_a_training_of_the_adopted_roadmap_is_recorded_once_it_was_held(
    official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    """The project names its agencies by short ids, as files do; the roadmap is computed from the projects there are."""
    planning = Planning(official, signer, at)
    codes = agency_codes(declared_organisations())
    agencies = {each.agency for each in declared_organisations().officials if "project-officer" in each.roles}
    project, line = next(
        (each, line) for each in declared_projects().values() for line in each.training
        if each.owner not in codes.values() and agencies & {codes[each.owner], codes[line.agency]}
    )  # fmt: skip
    concerned = {codes[project.owner], codes[line.agency]}
    officer = official("training.record", min(concerned & agencies))
    with acting(agencies=planning.planner.agencies, official=planning.planner.id):
        found = portfolio_of_projects(planning.planner, id="all", title=Text(vi="Lộ trình"), first_year=2026, years=6)
        assert {each.agency for each in found.demands} <= set(found.agencies) <= set(codes.values())
        version = current_version()
        assert version is not None and set(found.standing) == shared_platforms(version.model)
        assert all(each.platform in {None, *found.standing} for each in found.demands)
    sources = {each.source for demand in found.demands for each in demand.spend}
    money = [Budget(year=year, source=each, amount=10**11) for each in sources for year in found.years]
    revision = planning.computed(found.model_copy(update={"budgets": money}))
    with acting(agencies=planning.approver.agencies, official=planning.approver.id):
        row = ScenarioRevision.objects.get(pk=revision.pk)
        adopt_roadmap(actor=planning.approver, revision_id=row.pk, roadmap_hash=row.roadmap_hash, decision="1/QĐ-UBND",
                      text="Phù hợp", at=at, signer=signer)  # fmt: skip
    assert project.id in row.roadmap_form.starts, row.roadmap_form.left_out
    client, address = browser(officer, at), f"/roadmap/training/{project.id}/{line.id}"
    assert address in client.get("/roadmap/training").content.decode()
    day = {"held_on-day": "2", "held_on-month": "11", "held_on-year": "2026"}
    answer = client.post(address, {"people": str(line.people), "evidence": "Biên bản 12"} | day)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "The training is recorded." in page and address in page
    with acting(agencies=officer.agencies, official=officer.id):
        kept = TrainingRecord.objects.get()
    assert (kept.people, kept.agency, kept.evidence) == (line.people, officer.agency, "Biên bản 12")
    assert client.get(address).content.decode().count(f"0 / {line.people}") == 1  # none is still to learn
    with pytest.raises(RoadmapRefused, match="another agency"):
        record_training(actor=replace(officer, agencies=("H38.9",)), project=project.id, training=line.id, people=1,
                        held_on=date(2026, 11, 2), evidence="", at=at)  # fmt: skip


def _of(officer: Actor, code: str) -> Callable[[Any], Any]:
    """The declared projects, as if the officer's agency owned that one."""
    known = roadmap_plans.known_projects
    return lambda actor: {
        each: project.model_copy(update={"owner": officer.agency}) if each == code else project
        for each, project in known(actor).items()
    }
