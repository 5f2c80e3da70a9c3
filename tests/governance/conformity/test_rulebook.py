"""A rule of the province: written by one person, put into force by another, its versions kept by the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.conformity.actions.rulebook import (
    ExamplesFailed,
    RuleRefused,
    decide_rule,
    end_rule,
    propose_rule,
    take_back_rule,
)
from maidinh.governance.conformity.definition import Rule
from maidinh.governance.conformity.models import RuleVersion
from maidinh.governance.conformity.queries import Appraised, report_on, rule_versions_for, rules_of_files, rules_on
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.identity.queries import anonymous
from tests.governance.conformity.own import EXAMPLES, rule_finding, rule_named
from tests.governance.conformity.test_waivers import refused

NAME = "ownership.named"


class Writing:
    """An architect who writes and an approver who decides."""

    def __init__(self, official: Callable[..., Actor], signer: Any, at: datetime) -> None:
        self.at, self.signer = at, signer
        self.architect, self.approver = official("conformity.write-rule"), official("conformity.approve-rule")

    def propose(self, rule: Rule | None = None, actor: Actor | None = None) -> RuleVersion:
        """Propose a rule."""
        actor = actor or self.architect
        with acting(agencies=actor.agencies):
            return propose_rule(actor=actor, rule=rule or rule_named(NAME), at=self.at)

    def decide(self, row: RuleVersion, actor: Actor | None = None, **more: Any) -> RuleVersion:
        """Decide on it."""
        actor = actor or self.approver
        what = {"approved": True, "decision": "Cần", "at": self.at, "signer": self.signer}
        with acting(agencies=actor.agencies):
            return decide_rule(actor=actor, version_id=row.pk, **(what | more))


@pytest.fixture
def writing(db: None, official: Callable[..., Actor], signer: Any, at: datetime) -> Iterator[Writing]:
    with translation.override("en"):
        yield Writing(official, signer, at)


def test_a_rule_is_checked_once_another_person_put_it_into_force(writing: Writing) -> None:
    today = writing.at.date()
    row = writing.propose()
    assert NAME not in rules_on(today)
    assert not rule_versions_for(anonymous()).exists()
    writing.decide(row)
    assert NAME in rules_on(today)
    assert NAME not in rules_on(today - timedelta(days=1)), "a rule is not checked before it was put into force"
    assert rule_versions_for(anonymous()).get().entry is not None


def test_a_new_version_follows_the_one_before(writing: Writing) -> None:
    writing.decide(writing.propose())
    with pytest.raises(RuleRefused, match="says the same"):
        writing.propose()
    writing.at += timedelta(days=3)
    second = writing.decide(writing.propose(rule_named(NAME, severity="advice")))
    today = writing.at.date()
    assert second.number == 2
    assert rules_on(today)[NAME].severity == "advice"
    assert rules_on(today - timedelta(days=1))[NAME].severity == "error"


def test_a_rule_ends_after_a_day_and_its_text_stays(writing: Writing) -> None:
    row = writing.decide(writing.propose())
    last = writing.at.date() + timedelta(days=5)
    with acting(agencies=writing.approver.agencies):
        with pytest.raises(RuleRefused, match="Say why"):
            end_rule(actor=writing.approver, version_id=row.pk, last_day=last, reason="", at=writing.at)
        end_rule(actor=writing.approver, version_id=row.pk, last_day=last, reason="Đã có luật", at=writing.at)
        with pytest.raises(RuleRefused, match="end is set already"):
            end_rule(actor=writing.approver, version_id=row.pk, last_day=last, reason="x", at=writing.at)
    assert NAME in rules_on(last)
    assert NAME not in rules_on(last + timedelta(days=1))


def test_nobody_puts_their_own_rule_into_force(writing: Writing) -> None:
    row = writing.propose()
    both = replace(writing.architect, permissions=writing.approver.permissions)
    with pytest.raises(RuleRefused, match="Somebody else"):
        writing.decide(row, actor=both)
    with pytest.raises(NotAllowed):
        writing.decide(row, actor=writing.architect)
    with pytest.raises(RuleRefused, match="waits for another person already"):
        writing.propose(rule_named(NAME, severity="advice"))
    with acting(agencies=writing.architect.agencies):
        other = replace(writing.architect, id="somebody-else")
        with pytest.raises(RuleRefused, match="Only who wrote it"):
            take_back_rule(actor=other, version_id=row.pk, at=writing.at)
        take_back_rule(actor=writing.architect, version_id=row.pk, at=writing.at)
    assert writing.propose(rule_named(NAME, severity="advice")).number == 2


def test_a_rule_whose_examples_come_out_otherwise_is_not_kept(writing: Writing) -> None:
    wrong = [EXAMPLES[0], EXAMPLES[1] | {"fails": ["b"]}]
    with pytest.raises(ExamplesFailed) as refusal:
        writing.propose(rule_named(NAME, examples=wrong))
    assert [(each.expected, each.found) for each in refusal.value.results] == [(("b",), ("a",))]
    loop = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS subject FROM n WHERE i < 0"
    with pytest.raises(ExamplesFailed, match="loops"):
        writing.propose(rule_named(NAME, select=loop))
    assert not RuleVersion.objects.exists()


def test_a_rule_of_the_definitions_is_not_written_over(writing: Writing) -> None:
    taken = next(iter(rules_of_files()))
    with pytest.raises(RuleRefused, match="has this id already"):
        writing.propose(rule_named(taken))


def test_a_rule_of_the_province_is_part_of_the_verdict(writing: Writing) -> None:
    version = current_version()
    element, day = version.model.elements[0].id, writing.at.date()
    appraised = Appraised(("version", version.hash), version.model)
    before = report_on(appraised, framework=None, day=day)
    assert report_on(appraised, framework=None, day=day) is before, "the same is not checked twice"
    writing.decide(writing.propose(rule_finding("model.marked", element)))
    after = report_on(appraised, framework=None, day=day)
    assert [each.subject for each in after.findings if each.rule == "model.marked"] == [element]
    assert after.rule_hash != before.rule_hash


@pytest.mark.parametrize(
    "change",
    ["content = '{}'", "state = 'proposed', decided_at = NULL, decided_by = NULL, in_force_from = NULL",
     "in_force_from = in_force_from - 1", "decided_by = 'x'", "state = 'refused', in_force_from = NULL"],
)  # fmt: skip
def test_what_is_in_force_never_changes(writing: Writing, change: str) -> None:
    row = writing.decide(writing.propose())
    assert refused(writing.approver, f"UPDATE conformity_ruleversion SET {change} WHERE id = %s", row.pk)
    assert refused(writing.approver, "DELETE FROM conformity_ruleversion WHERE id = %s", row.pk)


def test_the_database_holds_four_eyes(writing: Writing) -> None:
    row = writing.propose()
    approve = (
        "UPDATE conformity_ruleversion SET state = 'approved', decided_by = %s, decided_at = now(),"
        " in_force_from = current_date WHERE id = %s"
    )
    assert not refused(writing.approver, approve, "somebody-else", row.pk)
    assert refused(writing.approver, approve, row.written_by, row.pk)
    assert refused(None, approve, "somebody-else", row.pk)
