"""Reports of an approved project: who may write them, that nothing is changed, what the database itself holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maidinh.config.measuring import service_figures
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.actions.carrying import begin_building
from maidinh.governance.projects.models import Event, Project
from maidinh.governance.supervision import queries
from maidinh.governance.supervision.actions.judging import rate_project
from maidinh.governance.supervision.actions.reporting import (
    record_contract,
    report_disbursement,
    report_milestone,
    write_report,
)
from maidinh.governance.supervision.actions.watching import watch_supervision
from maidinh.governance.supervision.measures import Counted
from maidinh.governance.supervision.models import Disbursement, MilestoneReport, OfficerRating, PhaseMeasure
from maidinh.governance.supervision.rules import SupervisionRefused
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from tests.governance.projects.conftest import Carrying

SCHEDULE = [{"id": "design", "title": {"vi": "Thiết kế"}, "begins": "2026-10-01", "ends": "2026-10-31"}]
COSTS = [{"year": 2026, "source": "local-investment", "kind": "build", "amount": 1_000_000}]
BENEFITS = [{"id": "time", "title": {"vi": "Đúng hạn"}, "unit": {"vi": "%"}, "baseline": 80, "target": 95,
             "by": "2027-12-31", "measure": "dossiers-on-time", "procedure": "1.1"}]  # fmt: skip
CONTRACT = {"number": "01/HĐ", "contractor": "Công ty A", "value": 900_000, "signed_on": date(2026, 11, 1),
            "ends_on": date(2027, 3, 1)}  # fmt: skip
PAID = {"year": 2026, "source": "local-investment", "amount": 400_000, "paid_on": date(2026, 11, 10)}
CONDITIONS = [{"id": "c1", "text": "Nâng cấp độ an toàn", "until": "2026-11-10"}]


@pytest.fixture
def building(carrying: Carrying) -> Project:
    row = carrying.open(schedule=SCHEDULE, costs=COSTS, benefits=BENEFITS, total=1_000_000)
    return carrying.do(begin_building, carrying.officer, project_id=carrying.approved(row, CONDITIONS).pk)


def known(carrying: Carrying, row: Project) -> queries.Supervised:
    with acting(agencies=carrying.officer.agencies, person=carrying.officer.id):
        return queries.supervised(Project.objects.select_related("baseline").get(pk=row.pk), carrying.at)


def test_facts_come_from_reports_and_make_the_risk(carrying: Carrying, building: Project) -> None:
    what = {"project_id": building.pk}
    carrying.do(
        report_milestone, carrying.officer, milestone="design", began_on=date(2026, 10, 5), ended_on=None, **what
    )
    carrying.do(report_disbursement, carrying.officer, **PAID, **what)
    carrying.do(record_contract, carrying.officer, **(CONTRACT | {"value": 1_200_000}), **what)
    found = known(carrying, building)
    assert {each.code: each.level for each in found.rating.causes} == {
        "milestones": "medium", "behind": "high", "contract": "high", "conditions": "medium",
    }  # fmt: skip
    assert (found.progress.paid, found.progress.planned, found.facts.contracts) == (400_000, 1_000_000, 1_200_000)


def test_a_correction_takes_the_place_of_what_it_corrects(carrying: Carrying, building: Project) -> None:
    what = {"project_id": building.pk}
    first = carrying.do(report_disbursement, carrying.officer, **PAID, **what)
    mended = PAID | {"amount": 300_000, "note": "Nhập nhầm"}
    second = carrying.do(report_disbursement, carrying.officer, **mended, corrects=first.pk, **what)
    assert known(carrying, building).progress.paid == 300_000
    with pytest.raises(SupervisionRefused, match="corrected this in the meantime"):
        carrying.do(report_disbursement, carrying.officer, **mended, corrects=first.pk, **what)
    with pytest.raises(SupervisionRefused, match="Say why"):
        carrying.do(report_disbursement, carrying.officer, **(PAID | {"amount": 0}), corrects=second.pk, **what)
    taken_back = PAID | {"amount": 0, "note": "Không chi"}
    carrying.do(report_disbursement, carrying.officer, **taken_back, corrects=second.pk, **what)
    assert known(carrying, building).progress.paid == 0


def test_an_amendment_gives_the_contract_its_value_and_end(carrying: Carrying, building: Project) -> None:
    what = {"project_id": building.pk}
    first = carrying.do(record_contract, carrying.officer, **CONTRACT, **what)
    more = CONTRACT | {"number": "01/PL", "value": 950_000, "ends_on": date(2027, 6, 1)}
    carrying.do(record_contract, carrying.officer, **more, amends=first.pk, **what)
    mended = CONTRACT | {"contractor": "Công ty B"}
    carrying.do(record_contract, carrying.officer, **mended, corrects=first.pk, **what)
    (contract,) = known(carrying, building).contracts
    assert (contract.record.contractor, contract.value, contract.ends_on) == ("Công ty B", 950_000, date(2027, 6, 1))


@pytest.mark.parametrize(
    ("action", "what", "field"),
    [
        (report_milestone, {"milestone": "none", "began_on": date(2026, 10, 5), "ended_on": None}, "milestone"),
        (report_milestone, {"milestone": "design", "began_on": None, "ended_on": None}, "began_on"),
        (report_milestone, {"milestone": "design", "began_on": date(2027, 1, 1), "ended_on": None}, "began_on"),
        (report_disbursement, PAID | {"amount": -1}, "amount"),
        (report_disbursement, PAID | {"amount": 0}, "amount"),
        (report_disbursement, PAID | {"amount": 10**18}, "amount"),
        (report_disbursement, PAID | {"source": "none"}, "source"),
        (report_disbursement, PAID | {"year": 2020}, "year"),
        (report_disbursement, PAID | {"paid_on": date(2027, 1, 1)}, "paid_on"),
        (record_contract, CONTRACT | {"contractor": " "}, "contractor"),
        (record_contract, CONTRACT | {"ends_on": date(2026, 1, 1)}, "ends_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    action: Callable[..., Any], what: dict[str, Any], field: str, carrying: Carrying, building: Project
) -> None:
    with pytest.raises(SupervisionRefused) as refused:
        carrying.do(action, carrying.officer, project_id=building.pk, **what)
    assert [each.field for each in refused.value.faults] == [field]


def test_only_the_owner_reports_and_only_another_rates(
    carrying: Carrying, building: Project, official: Callable[..., Actor]
) -> None:
    with pytest.raises(SupervisionRefused, match="another agency"):
        carrying.do(report_disbursement, carrying.stranger, project_id=building.pk, **PAID)
    with pytest.raises(NotAllowed):
        carrying.do(report_disbursement, carrying.appraiser, project_id=building.pk, **PAID)
    with pytest.raises(NotAllowed):
        carrying.do(rate_project, carrying.officer, project_id=building.pk, level="low", reasons="Tốt")
    made = carrying.do(rate_project, carrying.appraiser, project_id=building.pk, level="low", reasons="Sắp xong")
    assert (made.level, made.computed) == ("low", "high")
    assert known(carrying, building).differs


def test_nothing_is_reported_before_the_approval(carrying: Carrying) -> None:
    row = carrying.appraised()
    with pytest.raises(SupervisionRefused, match="approved"):
        carrying.do(report_disbursement, carrying.officer, project_id=row.pk, **PAID)
    with pytest.raises(Error, match="only of a project that was approved"):
        _insert(carrying.officer, row)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"agency": "H38.2"}, "owner reports"),
        ({"by": ""}, "somebody reports"),
        ({"amount": 0}, "supervision_money_is_paid"),
    ],
)
def test_the_database_holds_who_reports(more: dict[str, Any], what: str, carrying: Carrying, building: Project) -> None:
    actor = carrying.appraiser if "agency" in more else carrying.officer
    with pytest.raises(Error, match=what):
        _insert(actor, building, **more)


def test_the_database_knows_the_approved_milestones_and_who_wrote(carrying: Carrying, building: Project) -> None:
    about = {"project_id": building.pk, "by": carrying.officer.id, "at": carrying.at}
    with acting(agencies=carrying.officer.agencies, person=carrying.officer.id):
        with pytest.raises(Error, match="no such milestone"), transaction.atomic():
            MilestoneReport.objects.create(milestone="none", began_on=carrying.at.date(), agency="H38.5", **about)
        with pytest.raises(Error, match="does not judge it"), transaction.atomic():
            OfficerRating.objects.create(level="low", computed="low", reasons="Tốt", agency="H38.5", **about)


@pytest.mark.parametrize("statement", ["UPDATE {} SET amount = 1", "DELETE FROM {}"])
def test_no_report_is_changed(statement: str, carrying: Carrying, building: Project) -> None:
    made = _insert(carrying.officer, building)
    with acting(agencies=carrying.officer.agencies), pytest.raises(Error), transaction.atomic():
        connection.cursor().execute(statement.format("supervision_disbursement"))
    assert Disbursement.objects.get(pk=made.pk).amount == 5


def test_a_correction_stays_within_its_project(carrying: Carrying, building: Project) -> None:
    other = carrying.approved(carrying.open("other-2026"))
    made = _insert(carrying.officer, building)
    with pytest.raises(Error, match="about the same thing"):
        _insert(carrying.officer, other, supersedes_id=made.pk)


def test_reports_after_completion_have_their_writers(carrying: Carrying) -> None:
    row = carrying.completed(carrying.open(benefits=BENEFITS))
    what = {"project_id": row.pk, "text": "Đã xong"}
    carrying.do(write_report, carrying.officer, kind="completion", period=0, results={"time": 96.5}, **what)
    with pytest.raises(NotAllowed):
        carrying.do(write_report, carrying.officer, kind="evaluation", period=0, **what)
    carrying.do(write_report, carrying.appraiser, kind="evaluation", period=0, **what)
    with pytest.raises(SupervisionRefused, match="has not ended"):
        carrying.do(write_report, carrying.officer, kind="benefits", period=2026, **what)
    with pytest.raises(SupervisionRefused, match="no such benefit"):
        carrying.do(write_report, carrying.officer, kind="completion", period=0, results={"none": 1}, **what)
    assert {each.term.id for each in known(carrying, row).due if each.written} == {"completion", "evaluation"}


@pytest.mark.slow
def test_once_a_day_figures_are_kept_and_who_holds_it_is_told(
    own_database: str, official: Callable[..., Actor], role: Callable[..., Any], at: datetime
) -> None:
    carrying = Carrying(official, at)
    row = carrying.approved(carrying.open(benefits=BENEFITS), CONDITIONS)

    def running(since: datetime, until: datetime) -> list[Counted]:
        assert until - since == timedelta(days=30)
        return [Counted("dossiers-on-time", "1.1", 96, 100)]

    with role("worker"):
        assert watch_supervision(at=at, running=running) > 0
        assert watch_supervision(at=at, running=running) == 0
        watch_supervision(at=at + timedelta(days=1), running=running)
        assert [*service_figures(at - timedelta(days=30), at)] == []
    with acting(agencies=carrying.officer.agencies):
        told = Event.objects.filter(project=row, kind="condition-overdue").values_list("details", flat=True)
        assert list(told) == [{"condition": "c1", "until": "2026-11-10"}]
        (benefit,) = queries.benefits_of(Project.objects.select_related("baseline").get(pk=row.pk))
        assert benefit.value is not None
        tomorrow = at.date() + timedelta(days=1)
        assert (benefit.value.figure, benefit.value.as_of, benefit.reached) == (96.0, tomorrow, True)
        assert PhaseMeasure.objects.filter(measure="exchanges", subject="").exists()


def test_unused_and_overdue_systems_are_found_by_their_traffic(
    carrying: Carrying, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = current_version()
    systems = list(queries.systems_by_identifier(version).values())
    first = next(each for each in version.model.elements if each.id == systems[0])
    costly = first.model_copy(update={"cost": {"build": [], "run": [{"year": 2026, "amount": 7}]}})
    costly = type(first).model_validate(
        first.model_dump(by_alias=True) | {"cost": {"run": [{"year": 2026, "amount": 7}]}, "state": "live"}
    )
    model = version.model.model_copy(update={"elements": [costly]})
    found = queries.use.unused(model, {}, connected=frozenset(systems), on=date(2026, 11, 18))
    assert [(each.element.id, each.paid) for each in found] == [(first.id, 7)]
    assert queries.use.unused(model, {first.id: 1}, connected=frozenset(systems), on=date(2026, 11, 18)) == []
    assert queries.use.unused(model, {}, connected=frozenset(), on=date(2026, 11, 18)) == []
    resting = type(first).model_validate(first.model_dump(by_alias=True) | {"dates": {"retired": "2026-11-01"}})
    model = version.model.model_copy(update={"elements": [resting]})
    past = queries.use.past_retirement(model, {first.id: 3}, on=date(2026, 11, 18))
    assert [(each.element.id, each.exchanges, each.since) for each in past] == [(first.id, 3, date(2026, 11, 1))]
    assert queries.use.past_retirement(model, {first.id: 3}, on=date(2026, 10, 31)) == []


def _insert(actor: Actor, row: Project, **more: Any) -> Disbursement:
    what = {"project_id": row.pk, "by": actor.id, "agency": actor.agency, "at": row.updated_at, "year": 2026,
            "source": "local-investment", "amount": 5, "paid_on": row.updated_at.date()}  # fmt: skip
    with acting(agencies=actor.agencies, person=actor.id), transaction.atomic():
        return Disbursement.objects.create(**(what | more))
