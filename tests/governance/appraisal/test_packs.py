"""The packs of the law: which one holds, which papers it asks for, and that their numbers are those that were read."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from maidinh.governance.appraisal.definition import GRADES
from maidinh.governance.appraisal.packs import WORDING, pack_on, read_packs
from maidinh.governance.appraisal.papers import required_papers
from maidinh.governance.conformity.definition import GROUPS
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.reading import DefinitionError
from tests.governance.appraisal.written import NATIONAL, PACK, content, packs, rules


def project(**changes: Any) -> Project:
    return Project.model_validate(content() | {"group": None, "design_steps": None} | changes)


@pytest.mark.parametrize(
    ("day", "pack"),
    [("2020-01-01", "2020-nd73"), ("2024-07-09", "2020-nd73"), ("2024-07-10", "2024-nd82"),
     ("2026-02-28", "2024-nd82"), ("2026-03-01", "2026-nd45"), ("2026-06-30", "2026-nd45"), ("2026-07-01", PACK),
     ("2030-01-01", PACK)],
)  # fmt: skip
def test_a_project_keeps_the_law_of_the_day_on_which_it_began(day: str, pack: str) -> None:
    assert pack_on(packs(), date.fromisoformat(day)).id == pack


def test_before_the_first_pack_no_law_is_made_up() -> None:
    with pytest.raises(LookupError, match="2019-12-31"):
        pack_on(packs(), date(2019, 12, 31))


@pytest.mark.parametrize(
    ("changes", "papers"),
    [
        ({}, ["submission", "economic-technical-report", "policy-decision", "verification-report"]),
        ({"total": 20_000_000_000}, ["submission", "economic-technical-report", "policy-decision",
                                     "verification-report"]),
        ({"total": 20_000_000_001}, ["submission", "feasibility-report", "policy-decision", "verification-report"]),
        ({"design_steps": 2}, ["submission", "feasibility-report", "policy-decision", "verification-report"]),
        ({"kind": "purchase"}, ["submission", "economic-technical-report", "policy-decision", "verification-report"]),
        ({"kind": "service"}, ["submission", "lease-plan"]),
    ],
)  # fmt: skip
def test_the_papers_of_the_law_in_force(changes: dict[str, Any], papers: list[str]) -> None:
    assert [each.paper.id for each in required_papers(packs()[PACK], project(**changes))] == papers


@pytest.mark.parametrize(
    ("amount", "source", "papers"),
    [
        (200_000_000, "local-regular", ["submission"]),
        (200_000_001, "local-regular", ["submission", "outline-estimate"]),
        (15_000_000_000, "local-regular", ["submission", "outline-estimate"]),
        (15_000_000_001, "local-regular", ["submission"]),
        (15_000_000_000, "local-investment", ["submission", "economic-technical-report"]),
        (15_000_000_001, "local-investment", ["submission", "feasibility-report"]),
    ],
)
def test_the_papers_of_the_old_law_depend_on_source_and_amount(amount: int, source: str, papers: list[str]) -> None:
    costs = [{"year": 2022, "source": source, "kind": "build", "amount": amount}]
    asked = required_papers(packs()["2020-nd73"], project(total=amount, costs=costs))
    assert [each.paper.id for each in asked] == papers


def test_a_paper_counts_with_its_number_or_its_file() -> None:
    said = project(papers=[{"kind": "submission"}, {"kind": "policy-decision", "file": "a.pdf"}])
    given = {each.paper.id: each.given is not None for each in required_papers(packs()[PACK], said)}
    assert (given["submission"], given["policy-decision"]) == (False, True)


@pytest.mark.parametrize(
    ("total", "group"),
    [(89_999_999_999, "C"), (90_000_000_000, "B"), (1_599_999_999_999, "B"), (1_600_000_000_000, "A")],
)
def test_the_group_goes_by_the_amount(total: int, group: str) -> None:
    assert packs()[PACK].group_of(project(total=total)) == group


@pytest.mark.parametrize(
    ("term", "group_a", "others"),
    [("appraisal", 30, 20), ("forward", 2, 2), ("design", 15, 10), ("decision", 5, 3), ("lease-plan", 20, 20),
     ("lease-specialist", 10, 10), ("lease-supplement", 3, 3), ("lease-approval", 3, 3)],
)  # fmt: skip
def test_the_terms_are_those_of_the_law(term: str, group_a: int, others: int) -> None:
    found = packs()[PACK].term(term)
    assert found.budget("A") == Budget(amount=group_a, unit="working_day")
    assert found.budget("B") == found.budget("C") == Budget(amount=others, unit="working_day")
    assert found.budget(None).amount == min(group_a, others)


def test_which_terms_run_depends_on_the_kind() -> None:
    investment = [each.id for each in packs()[PACK].terms_of(project())]
    service = [each.id for each in packs()[PACK].terms_of(project(kind="service"))]
    assert investment == ["appraisal", "forward", "design", "decision", "completion-report"]
    assert service == ["lease-plan", "lease-specialist", "lease-supplement", "lease-approval", "completion-report"]


@pytest.mark.parametrize("pack", packs().values(), ids=lambda each: each.id)
def test_a_pack_is_whole(pack: Any) -> None:
    assert {each.id for each in pack.results} == set(GRADES)
    assert [each.id for each in pack.control_points][:4] == ["proposal", "preparation", "appraisal", "approval"]
    assert len(pack.exceptions.fields) == 8
    groups = {group for each in pack.requirements for group in each.rules}
    assert groups <= set(GROUPS)
    assert groups >= {each.group for each in rules().values()} - {"house"}, "each rule counts somewhere"
    for each in (*pack.requirements, *pack.papers, *pack.terms, *pack.exemptions):
        assert each.basis, each.id
    for each in pack.requirements:
        assert each.title.en, each.id


def test_two_packs_of_one_day_and_a_check_without_words_are_refused(tmp_path: Path) -> None:
    shutil.copytree(NATIONAL / "appraisal", tmp_path / "appraisal")
    later = tmp_path / "appraisal/2026-nd224.yaml"
    later.write_text(later.read_text("utf-8").replace("2026-07-01", "2026-06-01"), "utf-8")
    words = tmp_path / "appraisal" / WORDING
    words.write_text(words.read_text("utf-8").replace("\n  masters:", "\n  others:"), "utf-8")
    with pytest.raises(DefinitionError) as refused:
        read_packs(tmp_path)
    assert {each.place for each in refused.value.problems} == {"valid_from", "checks"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("part_of: appraisal", "part_of: nothing", "isn't there"),
        ("check: figures", "check: guessing", "expected one of"),
        ("control_points: [preparation, appraisal]", "control_points: [lunch]", "unknown control points"),
        ("binds: false", "binds: true", "only the appraiser"),
        ("id: undetermined", "id: perhaps", "Input should be"),
    ],
)
def test_a_pack_that_does_not_hold_together_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    shutil.copytree(NATIONAL / "appraisal", tmp_path / "appraisal")
    path = tmp_path / "appraisal/2026-nd224.yaml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError, match=says):
        read_packs(tmp_path)
