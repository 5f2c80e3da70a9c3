"""What is wrong in a project is said at its field, with a remedy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from maidinh.governance.projects.faults import Fault, faults
from tests.governance.projects.written import content, known, project

TODAY = date(2026, 11, 27)


def found(*, others: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    around = known() if others is None else known(others=others)
    wrong = faults(project(**changes), around, today=TODAY)
    return {each.field: each.says % each.values for each in wrong if each.remedy % each.values}


def with_item(part: str, number: int, **fields: Any) -> dict[str, Any]:
    items = [dict(each) for each in content()[part]]
    items[number] |= fields
    return {part: items}


def test_nothing_is_wrong_in_a_good_project() -> None:
    assert faults(project(), known(), today=TODAY) == []


def test_costs_that_do_not_add_up_are_told_with_what_is_missing() -> None:
    told = found(total=1_600_000_000)
    assert list(told) == ["total"]
    assert "1,600,000,000" in told["total"]
    assert "1,500,000,000" in told["total"]
    assert "100,000,000" in told["total"]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        (with_item("costs", 2, amount=0), "costs.2.amount", "is 0."),
        (with_item("costs", 2, amount=90), "costs.2.amount", "is 90 dong, which can't be."),
        (with_item("costs", 2, amount=9 * 10**15), "costs.2.amount", "is 9,000,000,000,000,000 dong, which can't be."),
        (with_item("costs", 1, year=2031), "costs.1.year", "is 2031, but the schedule runs from 2026 to 2027."),
        (with_item("costs", 2, year=2025), "costs.2.year", "is 2025, but the schedule runs from 2026 to 2027."),
        (with_item("costs", 0, source="gift"), "costs.0.source", "is gift, which is no source of money."),
        (
            with_item("costs", 2, component="nothing"),
            "costs.2.component",
            "is nothing, which is no component of the architecture.",
        ),
        (
            with_item("schedule", 1, ends="2026-05-05"),
            "schedule.build.ends",
            "is 2026-05-05, before it begins (2027-01-01).",
        ),
        (
            with_item("schedule", 1, begins="2026-12-01"),
            "schedule.build.begins",
            "is 2026-12-01, but design, which comes first, ends 2026-12-31.",
        ),
        (
            with_item("schedule", 0, begins="2026-05-31"),
            "schedule.design.begins",
            "is 2026-05-31, before the project began (2026-06-01).",
        ),
        (
            with_item("schedule", 2, after=["nowhere"]),
            "schedule.trial.after",
            "names nowhere, which is no stretch of the schedule.",
        ),
        (
            with_item("schedule", 0, after=["trial"]),
            "schedule.design.after",
            "leads round in a circle: design → trial.",
        ),
        (with_item("schedule", 1, id="design"), "schedule.design", "stands more than once."),
        (
            with_item("benefits", 0, by="2026-06-30"),
            "benefits.time.by",
            "is 2026-06-30, before the project begins to build (2026-07-01).",
        ),
        (with_item("benefits", 0, target=12.5), "benefits.time.target", "is 12.5, the same as before the project."),
        (with_item("benefits", 0, measure="tea"), "benefits.time.measure", "is tea, which is no figure of the system."),
        (
            with_item("benefits", 0, procedure="1.1"),
            "benefits.time.measure",
            "is missing, but a system or a procedure is named.",
        ),
        (
            with_item("benefits", 0, measure="exchanges", system="nowhere"),
            "benefits.time.system",
            "is nowhere, which is not in the architecture.",
        ),
        (
            with_item("benefits", 0, measure="dossiers-online", procedure="9.9"),
            "benefits.time.procedure",
            "is 9.9, which is no procedure of the province.",
        ),
        (
            with_item("benefits", 0, measure="exchanges", procedure="1.1"),
            "benefits.time.procedure",
            "is 1.1, but this figure is not taken of that.",
        ),
        (
            with_item("benefits", 0, measure="cost-per-dossier"),
            "benefits.time.system",
            "is missing: this figure is that of one system.",
        ),
        (
            with_item("training", 0, before="2026-01-01"),
            "training.officers.before",
            "is 2026-01-01, before the project begins to build (2026-07-01).",
        ),
        (
            with_item("training", 0, agency="H99.9"),
            "training.officers.agency",
            "is H99.9, which is no agency of the province.",
        ),
        ({"owner": "nobody"}, "owner", "is nobody, which is no agency of the province."),
        ({"began_on": "2026-11-28"}, "began_on", "is 2026-11-28, which is still to come (today is 2026-11-27)."),
        ({"architecture": "8.0"}, "architecture", "is 8.0, but the change is held against version 9.0."),
        ({"procedures": ["9.9"]}, "procedures.0", "is 9.9, which is no procedure of the province."),
        (
            with_item("reuse", 0, platform="nothing"),
            "reuse.nothing.platform",
            "is nothing, which is no shared platform.",
        ),
        (with_item("reuse", 0, reason=None), "reuse.register.reason", "is missing: the project builds its own."),
        ({"needs": ["other-2030"]}, "needs.0", "is other-2030, which is no project."),
        ({"needs": ["petitions-2027"]}, "needs.0", "is the project itself."),
        (
            with_item("papers", 0, dated="2027-01-01"),
            "papers.0.dated",
            "is 2027-01-01, which is still to come (today is 2026-11-27).",
        ),
    ],
)
def test_at_its_field(changes: dict[str, Any], field: str, says: str) -> None:
    assert found(**changes)[field].startswith(says.removesuffix("."))


def test_projects_that_wait_for_each_other() -> None:
    told = found(others={"network-2026": ["centre-2026"], "centre-2026": ["petitions-2027"]})
    assert told == {"needs.0": "leads round in a circle: petitions-2027 → network-2026 → centre-2026 → petitions-2027."}


def test_a_ring_of_other_projects_is_theirs() -> None:
    assert found(others={"network-2026": ["centre-2026"], "centre-2026": ["network-2026"]}) == {}


def test_what_cannot_be_changed_stands_with_the_rest() -> None:
    told = found(total=1, **with_item("changes", 2, item="nowhere"))
    assert {"total", "changes.nowhere"} <= set(told)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"action": "change", "section": "elements", "item": "other", "set": {"owner": "H99.9"}},
         "its owner H99.9 is no agency"),
        ({"action": "change", "section": "elements", "item": "other", "set": {"owner": None}},
         "a subsystem of the exchange needs an owner"),
        ({"action": "change", "section": "elements", "item": "persons",
          "set": {"interface.methods": [{"method": "GET", "path": "/other"}]}},
         "relation f1: persons does not offer GET /persons/*"),
        ({"action": "change", "section": "elements", "item": "other",
          "set": {"owner": "H99.2", "subsystem": "register"}},
         "subsystem register of H99.2 stands more than once"),
        ({"action": "change", "section": "relations", "item": "f1", "set": {"contract.valid_to": "2019-01-01"}},
         "its contract ends before it begins"),
        ({"action": "change", "section": "relations", "item": "f1", "set": {"to": "other"}},
         "a contract leads to an interface, which other is not"),
    ],
)  # fmt: skip
def test_what_no_longer_fits_together_is_told_at_the_change(change: dict[str, Any], says: str) -> None:
    wrong = faults(project(changes=[change], costs=[], total=0), known(), today=TODAY)
    assert [each.values.get("reason") for each in wrong] == [says]
    assert wrong[0].field in (f"changes.{change['item']}", "changes")


def test_wholes_that_would_be_their_own_parts() -> None:
    ties = [
        {"action": "add", "section": "relations", "item": item,
         "value": {"id": item, "kind": "composition", "from": whole, "to": part}}
        for item, whole, part in (("c1", "one-stop", "other"), ("c2", "other", "one-stop"))
    ]  # fmt: skip
    wrong = faults(project(changes=ties, costs=[], total=0), known(), today=TODAY)
    assert len(wrong) == 1
    assert "part of itself by composition" in wrong[0].values["reason"]


def test_papers_and_statements_that_no_pack_knows() -> None:
    wrong = faults(project(), known(requirements={"ipv6"}, papers={"submission"}), today=TODAY)
    assert [each.field for each in wrong] == ["statements.standards", "papers.0.kind"]


def test_a_code_that_nobody_knows_here_is_not_looked_at() -> None:
    around = known(sources=None, procedures=None, platforms=None)
    assert faults(project(procedures=["9.9"]), around, today=TODAY) == []


def test_a_fault_tells_its_place_and_remedy() -> None:
    fault = Fault("costs.0.amount", "is %(amount)s.", {"amount": "0"}, "Take it out.", place="Kinh phí, D3")
    assert str(fault) == "Kinh phí, D3: costs.0.amount: is 0. Take it out."
    assert fault.as_json() == {
        "field": "costs.0.amount", "says": "is 0.", "remedy": "Take it out.", "place": "Kinh phí, D3",
    }  # fmt: skip
