"""Scenarios as they are revised, computed and adopted, and what the database holds whatever the pages do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.actions.adopting import adopt_roadmap
from maidinh.governance.roadmap.actions.planning import ScenarioChanged, ask_to_compute, pin_demand, revise_scenario
from maidinh.governance.roadmap.demands import demand_of
from maidinh.governance.roadmap.models import Adoption, ScenarioRevision
from maidinh.governance.roadmap.queries import adoptable_for, adopted, newest_revision, scenarios_for
from maidinh.governance.roadmap.rules import COMPUTED, DRAFT, RoadmapRefused
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.translog.models import Entry
from tests.governance.roadmap.planning import Planning, portfolio


@pytest.fixture
def planning(own_database: str, official: Callable[..., Actor], signer: Any, at: datetime) -> Iterator[Planning]:
    yield Planning(official, signer, at)


def as_planner(planning: Planning) -> Any:
    return acting(agencies=planning.planner.agencies, official=planning.planner.id)


def as_approver(planning: Planning) -> Any:
    return acting(agencies=planning.approver.agencies, official=planning.approver.id)


def adoption_of(planning: Planning, row: ScenarioRevision, actor: Actor | None = None) -> Adoption:
    who = actor or planning.approver
    with acting(agencies=who.agencies, official=who.id):
        row = ScenarioRevision.objects.get(pk=row.pk)
        return adopt_roadmap(actor=who, revision_id=row.pk, roadmap_hash=row.roadmap_hash, decision="12/QĐ-UBND",
                             text="Phù hợp", at=planning.at, signer=planning.signer)  # fmt: skip


@pytest.mark.slow
def test_the_way_from_a_scenario_to_the_roadmap(planning: Planning) -> None:
    row = planning.computed()
    with as_planner(planning):
        row.refresh_from_db()
        assert row.state == COMPUTED
        assert row.computed_from == row.portfolio_hash
        assert set(row.roadmap_form.starts) == {"alpha", "beta"}
    with pytest.raises(NotAllowed):
        adoption_of(planning, row, planning.planner)
    with as_approver(planning):
        assert adoptable_for(planning.approver) == [row]
    made = adoption_of(planning, row)
    with acting():
        assert not ScenarioRevision.objects.exclude(pk=row.pk).exists()
        assert adopted() is not None
        assert adopted()[1].starts == row.roadmap_form.starts
        assert not scenarios_for(planning.planner).exclude(pk=row.scenario_id).exists()
        assert Entry.objects.filter(pk=made.entry).exists()
    with as_planner(planning):
        named = set(Event.objects.filter(name__startswith="roadmap.").values_list("name", flat=True))
    assert named >= {"roadmap.computation_asked", "roadmap.computed", "roadmap.adopted"}
    with pytest.raises(RoadmapRefused, match="adopted already"):
        adoption_of(planning, row)


@pytest.mark.slow
def test_the_database_refuses_what_the_pages_never_do(planning: Planning) -> None:
    row, waiting = planning.computed(), planning.open(name="Phương án 2")
    with as_planner(planning):
        row.refresh_from_db()
        draft = newest_revision(waiting)
    columns = (
        "(province, revision_id, portfolio_hash, roadmap_hash, decision, text, adopted_by, agency, at, entry, receipt)"
    )
    insert = (
        f"INSERT INTO roadmap_adoption {columns} VALUES ('lao-cai', %s, %s, %s, '1', 'x', %s, %s, now(), %s, '{{}}')"
    )
    who, planner = planning.approver, planning.planner
    refused = [
        (as_planner, insert, [row.pk, row.portfolio_hash, row.roadmap_hash, planner.id, planner.agency, 1]),
        (as_approver, insert, [row.pk, row.portfolio_hash, "0" * 64, who.id, who.agency, 2]),
        (as_approver, insert, [row.pk, "0" * 64, row.roadmap_hash, who.id, who.agency, 3]),
        (as_approver, insert, [draft.pk, draft.portfolio_hash, "", who.id, who.agency, 4]),
        (as_approver, insert, [row.pk, row.portfolio_hash, row.roadmap_hash, "somebody", who.agency, 5]),
        (as_planner, "UPDATE roadmap_scenariorevision SET portfolio = '{}' WHERE id = %s", [row.pk]),
        (as_planner, "UPDATE roadmap_scenariorevision SET roadmap = '{}' WHERE id = %s", [row.pk]),
        (as_planner, "UPDATE roadmap_scenariorevision SET state = 'draft' WHERE id = %s", [row.pk]),
        (as_planner, "UPDATE roadmap_scenariorevision SET state = 'computed' WHERE id = %s", [draft.pk]),
        (as_planner, "DELETE FROM roadmap_scenariorevision WHERE id = %s", [row.pk]),
        (as_planner, "UPDATE roadmap_scenario SET name = 'x' WHERE id = %s", [waiting.pk]),
    ]
    for scope, statement, values in refused:
        with scope(planning), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    with acting():
        assert not Adoption.objects.exists()
        assert not ScenarioRevision.objects.exists()


@pytest.mark.slow
def test_a_change_is_a_revision_and_two_do_not_overwrite_each_other(planning: Planning) -> None:
    scenario = planning.open()
    with as_planner(planning):
        pinned = pin_demand(actor=planning.planner, scenario_id=scenario.pk, demand="beta", pinned=2028,
                            seen_revision=1, at=planning.at)  # fmt: skip
        assert (pinned.number, pinned.state, pinned.portfolio_form.demands[1].pinned) == (2, DRAFT, 2028)
        with pytest.raises(ScenarioChanged):
            revise_scenario(actor=planning.planner, scenario_id=scenario.pk, portfolio=portfolio(), seen_revision=1,
                            at=planning.at)  # fmt: skip
        with pytest.raises(RoadmapRefused, match="2031"):
            pin_demand(actor=planning.planner, scenario_id=scenario.pk, demand="beta", pinned=2031, seen_revision=2,
                       at=planning.at)  # fmt: skip
        broken = portfolio(budgets=[{"year": 2027, "source": "local-budget", "amount": -1}])
        revise_scenario(actor=planning.planner, scenario_id=scenario.pk, portfolio=broken, seen_revision=2,
                        at=planning.at)  # fmt: skip
        with pytest.raises(RoadmapRefused) as refused:
            ask_to_compute(actor=planning.planner, scenario_id=scenario.pk, at=planning.at)
    assert [each.field for each in refused.value.faults][:1] == ["budgets.0.amount"]
    with pytest.raises(RoadmapRefused):
        planning.open(broken, name="Từ tệp")
    with as_planner(planning):
        assert scenarios_for(planning.planner).filter(name="Từ tệp").count() == 0


def test_what_a_project_costs_counts_from_its_first_year() -> None:
    costs = [(2027, "build", 5), (2028, "build", 7), (2028, "run", 1), (2029, "run", 2)]
    form = Project.model_validate(
        {
            "id": "soil-watch", "title": {"vi": "Đất"}, "summary": {"vi": "Đất"}, "owner": "H38.5",
            "kind": "investment", "began_on": date(2026, 1, 1), "architecture": "1.0", "total": 12 * 10**9,
            "costs": [{"year": year, "source": "local-budget", "kind": kind, "amount": amount * 10**9}
                      for year, kind, amount in costs],
            "needs": ["other", "done"], "reuse": [{"platform": "lgsp", "decision": "use"}],
            "training": [{"id": "a", "agency": "H38.5", "subject": {"vi": "x"}, "people": 12,
                          "before": date(2027, 1, 1)}],
        }
    )  # fmt: skip
    demand = demand_of(form, known={"other"}, platforms={"lgsp"})
    assert [(each.after, each.kind, each.amount // 10**9) for each in demand.spend] == [
        (0, "build", 5), (1, "build", 7), (1, "run", 1), (2, "run", 2),
    ]  # fmt: skip
    assert (demand.duration, demand.needs, demand.platform, demand.trains) == (2, ["other"], "lgsp", 12)
