"""The nation's rule book: its examples, an architecture without fault, and faults put into it one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from maidinh.governance.architecture.definition import INCOMPLETE, ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.conformity.checking import Checker, check
from maidinh.governance.conformity.definition import Rule
from maidinh.governance.conformity.examples import tried
from maidinh.governance.conformity.reading import Surroundings, read_rules, read_surroundings, rule_files
from maidinh.governance.conformity.report import Report
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.identity.reading import read_roles
from maidinh.infrastructure.organisations.reading import read_organisations
from tests.governance.conformity.clean import DAYS, Content, built, content
from tests.governance.conformity.faults_of_contents import FAULTS_OF_CONTENTS
from tests.governance.conformity.faults_of_running import FAULTS_OF_RUNNING
from tests.governance.conformity.faults_of_structure import FAULTS_OF_FILES, FAULTS_OF_STRUCTURE
from tests.governance.conformity.tampering import NOW, Fault
from tests.governance.small import FRAMEWORKS

pytestmark = pytest.mark.slow

NATION = definitions_root() / "national"
FAULTS = (*FAULTS_OF_CONTENTS, *FAULTS_OF_RUNNING, *FAULTS_OF_STRUCTURE)
TODAY = date(2026, 11, 26)


@cache
def rules() -> dict[str, Rule]:
    return read_rules(NATION)


@cache
def around() -> Surroundings:
    return read_surroundings(NATION)


@cache
def checker(framework: str, day: date) -> Checker:
    """One that holds the clean architecture, and any edited one after it."""
    return Checker(
        built(content(framework)), rules(), as_of=day, framework=around().frameworks[framework], shelf=around().shelf
    )


def report_on(said: Content, framework: str, day: date | None = None) -> Report:
    return check(
        built(said), rules(), as_of=day or DAYS[framework], framework=around().frameworks[framework],
        shelf=around().shelf,
    )  # fmt: skip


def found(report: Report) -> set[str]:
    return {f"{each.rule} {each.subject}".strip() for each in report.findings}


def books() -> list[Path]:
    return rule_files(NATION)


def test_the_book_has_the_rules_that_were_asked_for() -> None:
    assert len(rules()) >= 70
    assert sum(each.holds("2026-1425", TODAY) for each in rules().values()) >= 60


@pytest.mark.parametrize("book", books(), ids=lambda book: book.stem)
def test_every_example_says_what_its_rule_says(book: Path) -> None:
    results = [result for rule in read_rules(book).values() for result in tried(rule, around())]
    assert results
    assert [f"{each.rule}: {each.example.named('vi')}: {each.text}" for each in results if not each.ok] == []


def test_every_rule_speaks_both_languages_and_names_its_ground() -> None:
    roles = {role.id for role in read_roles(NATION).roles}
    for rule in rules().values():
        assert all(each.en for each in (rule.title, rule.explanation, rule.message, rule.remedy)), rule.id
        assert rule.legal_basis, rule.id
        assert rule.waivable_by is None or rule.waivable_by in roles, rule.id
        assert (rule.valid_to or date.max) > (rule.valid_from or date.min), rule.id
        assert set(rule.frameworks) <= around().frameworks.keys(), rule.id


@pytest.mark.parametrize("framework", DAYS)
def test_nothing_is_found_in_the_clean_architecture(framework: str) -> None:
    report = report_on(content(framework), framework)
    assert len(report.rules) > 100
    assert report.refused_rules == ()
    assert [f"{each.rule} {each.subject}" for each in report.findings] == []
    assert report.verdict == "conforms"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_is_caught_and_nothing_else_is(fault: Fault) -> None:
    said = content(fault.framework)
    fault.done(said)
    report = checker(fault.framework, fault.day or DAYS[fault.framework]).edited(built(said))
    assert report.refused_rules == ()
    assert found(report) == set(fault.found)


@pytest.mark.parametrize("fault", FAULTS_OF_FILES, ids=lambda fault: fault.name.replace(" ", "-"))
def test_what_no_version_can_be_made_of_is_caught_too(fault: Fault) -> None:
    said = content(fault.framework)
    fault.done(said)
    with pytest.raises(ValueError):
        built(said)
    model = ArchitectureVersion.model_validate(said, context={INCOMPLETE: True})
    report = check(
        model, rules(), as_of=DAYS[NOW], framework=around().frameworks[fault.framework], shelf=around().shelf
    )
    assert found(report) == set(fault.found)


def test_every_rule_has_a_fault_that_it_catches() -> None:
    assert {each.split()[0] for fault in (*FAULTS, *FAULTS_OF_FILES) for each in fault.found} == rules().keys()


@pytest.mark.parametrize("fault", FAULTS[:: len(FAULTS) // 12], ids=lambda fault: fault.name.replace(" ", "-"))
def test_neither_order_nor_ids_matter(fault: Fault) -> None:
    said = content(fault.framework)
    fault.done(said)
    plain = report_on(said, fault.framework, fault.day)
    turned = said | {part: said[part][::-1] for part in ("elements", "relations", "principles", "views")}
    assert report_on(turned, fault.framework, fault.day).findings == plain.findings
    renamed = report_on(_renamed(said), fault.framework, fault.day)
    # a finding that tells of several things names the first by id: which one that is may change
    assert Counter(each.rule for each in renamed.findings) == Counter(each.rule for each in plain.findings)


@pytest.mark.parametrize(
    ("province", "version", "true", "silent"),
    [
        ("lao-cai", "1.0", {"technology.at-its-end archive", "framework.data DB-USER"}, {"reuse.one-per-province"}),
        ("ninh-thuan", "1.0", {"service.no-system satisfaction", "technology.no-plan"}, {"data.direct-access"}),
        ("vinh-phuc", "1.0", {"framework.portals PS-SSO", "roadmap.gap-without-work gap-portal-technology"}, set()),
        ("vinh-phuc", "2.0", {"connection.past-the-platform traffic-cameras", "framework.expired"}, {"zone.unknown"}),
    ],
)
def test_what_is_true_of_the_provinces_is_found(province: str, version: str, true: set[str], silent: set[str]) -> None:
    root = definitions_root() / "provinces" / province
    held = read_surroundings(NATION, root)
    model = resolve(read_versions(root), version, FRAMEWORKS)
    report = check(
        model, rules(), as_of=TODAY, framework=held.frameworks[model.framework], shelf=held.shelf,
        organisations=read_organisations(root),
    )  # fmt: skip
    assert report.refused_rules == ()
    assert true <= found(report)
    silenced = {"model.dangling", "ownership.unknown-agency", "data.one-master", "life-cycle.needs-retired", *silent}
    assert not silenced & {each.rule for each in report.findings}
    assert len(report.findings) < 120  # a person can read them


def test_a_model_that_says_nothing_of_a_subject_is_not_blamed_for_it() -> None:
    """What another tool sends: plain ArchiMate, no owners, zones, levels, contracts or costs."""
    kinds = (
        "business-actor",
        "business-process",
        "application-component",
        "application-interface",
        "data-object",
        "node",
    )
    elements = [{"id": kind, "kind": kind, "name": {"en": kind}} for kind in kinds]
    pairs = list(_pairs(kinds))
    relations = [{"id": f"r{n}", "kind": "serving", "from": one, "to": other} for n, (one, other) in enumerate(pairs)]
    model = built(content(NOW)).model_validate(
        content(NOW) | {"elements": elements, "relations": relations, "principles": [], "views": []}
    )
    report = check(model, rules(), as_of=DAYS[NOW], framework=around().frameworks[NOW], shelf=around().shelf)
    assert found(report) == {"framework.not-mapped"}  # which only a province's own architecture has to be


def _pairs(kinds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return iter(zip(kinds[1:], kinds[:-1], strict=True))


def _new(id_: str) -> str:
    return f"{id_[::-1]}-x"


def _renamed(said: Content) -> Content:
    ids = {each["id"] for each in (*said["elements"], *said["relations"])}

    def renamed(value: Any) -> Any:
        return _new(value) if value in ids else value

    elements = [each | {"id": _new(each["id"])} for each in said["elements"]]
    relations = [
        each | {"id": _new(each["id"]), "from": renamed(each["from"]), "to": renamed(each["to"])}
        for each in said["relations"]
    ]
    views = [
        each
        | {"id": _new(each["id"]), "nodes": [node | {"element": renamed(node["element"])} for node in each["nodes"]]}
        for each in said["views"]
    ]
    return said | {"elements": elements, "relations": relations, "views": views}
