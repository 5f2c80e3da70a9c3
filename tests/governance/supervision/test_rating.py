"""The risk of a project by its facts, its reports by their days, figures of what runs: pure rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from maidinh.governance.modelling.definition import Cost
from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.definition import Phase
from maidinh.governance.supervision import queries
from maidinh.governance.supervision.definition import SupervisionTerms, read_supervision_terms
from maidinh.governance.supervision.evaluation import due_reports
from maidinh.governance.supervision.measures import Counted, Value, cost_per_dossier, met, reached, summed, value_of
from maidinh.governance.supervision.progress import Happened, Paid, against_baseline
from maidinh.governance.supervision.rating import Condition, Facts, LateMilestone, rate
from maidinh.infrastructure.definitions.locating import definitions_root

ON = date(2027, 7, 2)


@pytest.fixture(scope="module")
def terms() -> SupervisionTerms:
    return read_supervision_terms(Path(definitions_root(None)) / "national")


def approved(**more: object) -> Project:
    return Project.model_validate({
        "id": "one-2026", "title": {"vi": "Một"}, "summary": {"vi": "Một"}, "owner": "H38.5", "kind": "investment",
        "began_on": date(2026, 10, 1), "architecture": "1.0", "total": 1200,
        "costs": [
            {"year": 2026, "source": "local-investment", "kind": "build", "amount": 400},
            {"year": 2027, "source": "local-investment", "kind": "build", "amount": 730},
            {"year": 2027, "source": "local-regular", "kind": "run", "amount": 70},
        ],
        "schedule": [
            {"id": "design", "title": {"vi": "Thiết kế"}, "begins": date(2026, 11, 1), "ends": date(2027, 1, 31)},
            {"id": "build", "title": {"vi": "Xây dựng"}, "begins": date(2027, 2, 1), "ends": date(2027, 6, 30)},
            {"id": "trial", "title": {"vi": "Chạy thử"}, "begins": date(2027, 7, 1), "ends": date(2027, 9, 30)},
        ],
    } | more)  # fmt: skip


def test_what_happened_is_held_against_the_baseline() -> None:
    happened = {"design": Happened(date(2026, 11, 1), date(2027, 2, 10)), "build": Happened(date(2027, 2, 11))}
    paid = [Paid(2026, "local-investment", "build", 300), Paid(2027, "oda-loan", "build", 50),
            Paid(2027, "local-regular", "run", 9)]  # fmt: skip
    found = against_baseline(approved(), approved(total=1300), happened, paid, on=ON)
    assert [line.late_days for line in found.milestones] == [10, 2, 1]
    assert [(each.year, each.source, each.planned, each.paid) for each in found.money] == [
        (2026, "local-investment", 400, 300), (2027, "local-investment", 730, 0), (2027, "oda-loan", 0, 50),
    ]  # fmt: skip
    assert (found.planned, found.paid, found.above) == (1130, 350, 50)
    assert found.expected == 400 + 730 * 182 // 365
    assert found.changed == ("total",)


def test_a_milestone_in_time_is_not_late() -> None:
    happened = {"design": Happened(date(2026, 11, 1), date(2027, 1, 31))}
    found = against_baseline(approved(), approved(), happened, [], on=date(2027, 2, 1))
    assert found.late == ()


@pytest.mark.parametrize(
    ("facts", "code", "level"),
    [
        ({"late": (LateMilestone("one", 1),)}, "milestones", "medium"),
        ({"late": (LateMilestone("one", 1), LateMilestone("two", 60))}, "milestones", "high"),
        ({"expected": 100, "paid": 75}, "behind", "medium"),
        ({"expected": 100, "paid": 50}, "behind", "high"),
        ({"above": 1, "approved_sum": 1000}, "above", "medium"),
        ({"above": 100, "approved_sum": 1000}, "above", "high"),
        ({"contracts": 1001, "approved_sum": 1000}, "contract", "medium"),
        ({"contracts": 1050, "approved_sum": 1000}, "contract", "high"),
        ({"unmet": (Condition("c", "C", date(2027, 7, 1)),)}, "conditions", "medium"),
        ({"unmet": (Condition("c", "C", date(2027, 6, 2)),)}, "conditions", "high"),
        ({"exception_until": date(2027, 8, 31)}, "exception", "medium"),
        ({"exception_until": date(2027, 7, 17)}, "exception", "high"),
        ({"last_heard_on": date(2027, 5, 18)}, "silent", "medium"),
        ({"last_heard_on": date(2027, 3, 4)}, "silent", "high"),
        ({"drift": 1}, "drift", "medium"),
        ({"drift": 3}, "drift", "high"),
    ],
)
def test_each_fact_is_a_cause_from_its_threshold_on(
    facts: dict[str, object], code: str, level: str, terms: SupervisionTerms
) -> None:
    found = rate(Facts(ON, running=True, **facts), terms.on(ON).risk)  # type: ignore[arg-type, union-attr]
    assert [(each.code, each.level) for each in found.causes] == [(code, level)]
    assert found.level == level


def test_below_every_threshold_the_risk_is_low(terms: SupervisionTerms) -> None:
    quiet = Facts(ON, running=True, expected=100, paid=76, contracts=1000, approved_sum=1000,
                  unmet=(Condition("c", "C", ON),), exception_until=date(2027, 9, 1),
                  last_heard_on=date(2027, 5, 19))  # fmt: skip
    assert rate(quiet, terms.on(ON).risk).level == "low"  # type: ignore[union-attr]
    assert rate(quiet, terms.on(ON).risk).causes == ()  # type: ignore[union-attr]


def test_what_is_not_being_built_is_neither_silent_nor_behind(terms: SupervisionTerms) -> None:
    done = Facts(ON, running=False, expected=100, paid=0, last_heard_on=date(2026, 1, 1))
    assert rate(done, terms.on(ON).risk).level == "low"  # type: ignore[union-attr]


def test_reports_are_due_by_the_days_of_the_law(terms: SupervisionTerms) -> None:
    assert due_reports(None, (), terms, on=ON) == []
    found = due_reports(date(2027, 3, 1), {("completion", 0)}, terms, on=ON)
    assert [(each.term.id, each.period, each.due_on, each.written) for each in found] == [
        ("completion", 0, date(2027, 3, 21), True), ("forwarding", 0, date(2027, 3, 31), False),
        ("evaluation", 0, date(2027, 8, 28), False), ("benefits", 2027, date(2028, 1, 31), False),
    ]  # fmt: skip
    assert [each.term.id for each in found if each.overdue(ON)] == ["forwarding"]
    later = due_reports(date(2027, 3, 1), (), terms, on=date(2040, 1, 1))
    assert [each.period for each in later if each.term.id == "benefits"] == [2027, 2028, 2029, 2030, 2031]


def test_a_project_of_before_the_decree_owes_no_report(terms: SupervisionTerms) -> None:
    assert due_reports(date(2026, 6, 30), (), terms, on=ON) == []


@pytest.mark.parametrize("name", ["milestone_late_days", "exception_ends_days"])
def test_thresholds_the_wrong_way_round_are_refused(name: str) -> None:
    path = Path(definitions_root(None)) / "national" / "supervision.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    risk = content["terms"][0]["risk"]
    risk[name] = {"medium": risk[name]["high"], "high": risk[name]["medium"]}
    with pytest.raises(ValueError, match=name):
        SupervisionTerms.model_validate(content)


def test_figures_are_summed_for_the_province_and_told_as_shares() -> None:
    found = summed([Counted("dossiers-on-time", "1.1", 3, 4), Counted("dossiers-on-time", "1.2", 1, 4)])
    assert (found["dossiers-on-time", ""].part, found["dossiers-on-time", ""].whole) == (4, 8)
    assert value_of(3, 4, as_of=ON, days=30).figure == 75.0
    assert value_of(0, 0, as_of=ON, days=30).figure is None


def test_cost_for_each_dossier_is_that_of_the_days_counted() -> None:
    assert cost_per_dossier(365_000, Value(10.0, ON, 30)).figure == 3000  # type: ignore[union-attr]
    assert cost_per_dossier(365_000, Value(0.0, ON, 30)).figure is None  # type: ignore[union-attr]


def test_a_target_is_reached_in_its_own_direction() -> None:
    assert reached(10, 5, 4)
    assert not reached(10, 5, 6)
    assert reached(5, 10, 10)


def test_the_target_of_a_phase_is_met_by_more_and_that_of_a_cost_by_less() -> None:
    assert met("dossiers-online", 70, 70) and not met("dossiers-online", 70, 69.9)
    assert met("cost-per-dossier", 50_000, 49_000) and not met("cost-per-dossier", 50_000, 51_000)


def test_the_targets_of_a_phase_are_held_against_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    element = SimpleNamespace(id="hub", cost=Cost.model_validate({"run": [{"year": 2027, "amount": 365_000}]}))
    known = {("dossiers-on-time", ""): Value(96.0, ON, 30), ("exchanges", "hub"): Value(4.0, ON, 30),
             ("dossiers-received", "1.1"): Value(10.0, ON, 30)}  # fmt: skip
    monkeypatch.setattr(queries, "newest_measures", lambda: known)
    monkeypatch.setattr(queries, "current_version", lambda: SimpleNamespace(model=SimpleNamespace(elements=[element])))
    targets = [
        {"id": str(number), "title": {"vi": "T"}, "measure": measure, "target": target}
        for number, (measure, target) in enumerate((
            ("dossiers-on-time", 95), ("exchanges/hub", 5), ("cost-per-dossier/hub/1.1", 3000),
            ("cost-per-dossier/hub/1.2", 3000), ("dossiers-online", 70),
        ))
    ]  # fmt: skip
    phase = Phase.model_validate({"id": "p", "title": {"vi": "P"}, "begins": ON, "ends": ON, "targets": targets})
    ((_phase, outcomes),) = queries.phase_results([phase])
    assert [each.reached for each in outcomes] == [True, False, True, None, None]
    assert outcomes[2].value is not None and outcomes[2].value.figure == 3000
