"""Findings as the worker keeps them, what people decide on them, and what the database holds whatever anybody does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, transaction
from django.utils import translation

from maidinh.governance.observation.actions import watching
from maidinh.governance.observation.actions.counting import STRETCH
from maidinh.governance.observation.actions.deciding import DecisionRefused, decide_finding
from maidinh.governance.observation.models import Finding, FindingDecision, Tally, Watch
from maidinh.governance.observation.queries import (
    counts,
    decisions_on,
    findings_for,
    findings_open_count,
    observation_terms,
)
from maidinh.governance.observation.rules import (
    ASK,
    CLOSE,
    EXCEPT,
    EXCEPTION_OVER,
    PROJECT_OVER,
    PROPOSE,
    REFUSE,
    SEEN_AGAIN,
)
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.identity.queries import anonymous
from maidinh.services.procedures.reading import read_procedures
from tests.governance.observation.traffic import called, findings, watched

TRIED = ("undeclared", "tourism>land-interface")
LAND = "1.012784"
OTHERS = [  # served, all but the certificate of land
    each.code for each in read_procedures(definitions_root() / "provinces" / "lao-cai") if each.code != LAND
]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


class Deciding:
    """People who decide on the findings of a province."""

    def __init__(self, official: Callable[..., Actor], at: datetime) -> None:
        self.at = at
        self.architect, self.approver = official("architecture.draft"), official("architecture.approve")

    def decide(self, finding: Finding, decision: str, who: Actor | None = None, **more: Any) -> FindingDecision:
        """Decide on a finding."""
        actor = who or self.architect
        what = {"reason": "Vì sao", "at": self.at} | more
        with translation.override("en"), acting(agencies=actor.agencies):
            return decide_finding(actor=actor, finding_id=finding.pk, decision=decision, **what)

    def state(self, finding: Finding) -> str:
        """In which state it is now, and that it is seen."""
        with acting(agencies=self.architect.agencies):
            row = findings_for(self.architect).get(pk=finding.pk)
            return row.state if row.gone_at is None else f"{row.state}, gone"


@pytest.fixture
def deciding(own_database: str, official: Callable[..., Actor], at: datetime) -> Deciding:
    return Deciding(official, at)


def test_traffic_is_counted_once_and_told_once(at: datetime, role: Any, official: Callable[..., Actor]) -> None:
    refused: dict[str, Any] = {"outcome": "refused", "reason": "no_contract"}
    called("one-stop", "population-interface", at, times=4, path="/persons/*")
    called("tourism", "land-interface", at, times=3, **refused)
    first = watched(at + timedelta(seconds=5))
    assert TRIED in {(each.kind, each.subject) for each in first}
    kept = findings()
    assert (kept[TRIED].count, kept[TRIED].first_seen_at, kept[TRIED].owner) == (3, at, "H38.8")
    assert kept.keys() == {TRIED}
    assert watched(at + timedelta(seconds=10)) == []
    later = at + STRETCH * 2
    called("tourism", "land-interface", later, **refused)
    for moment in (later, later + timedelta(seconds=5), later + STRETCH * 2, later + STRETCH * 4):
        assert watched(moment) == []  # what lies behind the mark is settled and not asked for again
    assert findings()[TRIED].count == 4
    with role("worker"):
        assert Watch.objects.get().settled_until > later
        assert {(each.settled, each.recent) for each in Tally.objects.filter(outcome="refused")} == {(4, 0)}
        events = Event.objects.filter(name="observation.found")
        assert events.count() == len(first)
        assert events.get(payload__finding=kept[TRIED].pk).agency == "H38.8"
    assert sum(each.count for each in counts()) == len(kept)
    with acting():
        assert list(findings_for(anonymous())) == [] == list(Finding.objects.all())
    integrator = official("connection.withdraw")
    with acting(agencies=integrator.agencies):
        assert findings_open_count(integrator) == len(kept)


def test_what_nobody_proved_makes_no_counts_of_its_own(at: datetime, role: Any) -> None:
    for number in range(5):
        called("tourism", "land-interface", at, outcome="refused", authenticated=False, method=f"X{number}")
    watched(at)
    with role("worker"):
        assert [(each.method, each.recent) for each in Tally.objects.all()] == [("OTHER", 5)]
    assert findings(kind="undeclared").keys() == {("undeclared", "outside>land-interface")}


def test_gone_is_marked_and_what_returns_is_open_again(deciding: Deciding, at: datetime) -> None:
    row = _found(at)
    deciding.decide(row, CLOSE)
    assert deciding.state(row) == "closed"
    assert watched(at + timedelta(minutes=1)) == []
    assert deciding.state(row) == "closed, gone"
    assert watched(at + timedelta(minutes=2), OTHERS) == []  # closed today: it rests
    assert deciding.state(row) == "closed"
    assert [each.pk for each in watched(at + timedelta(days=1), OTHERS)] == [row.pk]
    assert deciding.state(row) == "open"


def _found(at: datetime) -> Finding:
    """The finding of a procedure that is declared and not served."""
    (row,) = watched(at, OTHERS)
    return row


def test_what_was_decided_ends_when_it_no_longer_holds(deciding: Deciding, at: datetime) -> None:
    called("tourism", "land-interface", at, outcome="refused")
    watched(at)
    row = findings()[TRIED]
    deciding.decide(row, CLOSE)
    watched(at + timedelta(days=2))
    assert deciding.state(row) == "closed"
    again = at + timedelta(days=2)
    called("tourism", "land-interface", again, outcome="refused")
    assert [each.pk for each in watched(again) if each.pk == row.pk]
    deciding.at = again
    deciding.decide(row, ASK, until=again.date() + timedelta(days=9))
    deciding.decide(row, EXCEPT, deciding.approver)
    watched(again + timedelta(days=9))
    assert deciding.state(row) == "excepted"
    watched(again + timedelta(days=10))
    assert deciding.state(row) == "open"
    with acting(agencies=deciding.architect.agencies):
        reasons = [each.reason for each in decisions_on(deciding.architect, row) if not each.by]
    assert reasons == [EXCEPTION_OVER, SEEN_AGAIN]
    assert PROJECT_OVER not in reasons


def test_no_project_declared_what_nobody_declared(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "projects_declaring", lambda: {"tourism": "tourism-2026"})
    called("tourism", "land-interface", at, outcome="refused")
    watched(at)
    assert findings()[TRIED].project == "", "that a project changed the caller declares no connection"


def test_one_asks_and_another_answers(deciding: Deciding, at: datetime, official: Callable[..., Actor]) -> None:
    row = _found(at)
    longest = observation_terms().on(at.date()).longest_exception_days
    today = at.date()
    for until in (None, today, today + timedelta(days=longest + 1)):
        with pytest.raises(DecisionRefused) as refusal:
            deciding.decide(row, ASK, until=until)
        assert [fault.field for fault in refusal.value.faults] == ["until"]
    for decision, more, field in (
        (CLOSE, {"reason": " \0"}, "reason"),
        (PROPOSE, {}, "project"),
        ("x", {}, "decision"),
    ):
        with pytest.raises(DecisionRefused) as refusal:
            deciding.decide(row, decision, **more)
        assert [fault.field for fault in refusal.value.faults] == [field]
    with pytest.raises(NotAllowed):
        deciding.decide(row, CLOSE, official("dossier.sign"))
    deciding.decide(row, ASK, until=today + timedelta(days=longest))
    both = replace(deciding.architect, permissions=deciding.approver.permissions | deciding.architect.permissions)
    with pytest.raises(DecisionRefused, match="Somebody else must decide"):
        deciding.decide(row, EXCEPT, both)
    with pytest.raises(DecisionRefused, match="in the meantime"):
        deciding.decide(row, CLOSE)
    deciding.decide(row, REFUSE, deciding.approver)
    assert deciding.state(row) == "open"
    deciding.decide(row, PROPOSE, project="one-stop-2027")
    assert deciding.state(row) == "proposed"


def test_the_database_holds_it_whatever_anybody_does(deciding: Deciding, at: datetime, role: Any) -> None:
    row = _found(at)
    agency, until = deciding.architect.agency, at.date() + timedelta(days=9)
    ask = {"decision": ASK, "until": until, "by": "a"}
    made: dict[str, Any] = {"finding_id": row.pk, "reason": "x", "agency": agency, "at": at}
    wrong: list[dict[str, Any]] = [
        {"decision": EXCEPT, "until": until, "by": "b"},  # nobody asked
        {"decision": ASK, "by": "a"},
        {"decision": ASK, "by": "a", "until": at.date() - timedelta(days=9)},
        {"decision": PROPOSE, "by": "a"},
        {"decision": CLOSE, "by": ""},
        {"decision": CLOSE, "by": "a", "agency": "H38.999"},
        {"decision": "reopen", "by": "a"},
    ]
    with acting(agencies=[agency]):
        for each in wrong:
            with pytest.raises(Error), transaction.atomic():
                FindingDecision.objects.create(**(made | each))
        asked = FindingDecision.objects.create(**(made | ask))
        answer = made | {"decision": EXCEPT, "until": until, "answers": asked}
        for more in ({"by": "a"}, {"by": "b", "until": until + timedelta(days=1)}):
            with pytest.raises(Error), transaction.atomic():
                FindingDecision.objects.create(**(answer | more))
        FindingDecision.objects.create(**answer, by="b")
        for act in (
            lambda: Finding.objects.filter(pk=row.pk).update(state="closed"),
            lambda: FindingDecision.objects.filter(pk=asked.pk).update(reason="y"),
            lambda: FindingDecision.objects.filter(pk=asked.pk).delete(),
        ):
            with pytest.raises(Error), transaction.atomic():
                act()
    for who in ("worker", "owner"):
        with role(who), pytest.raises(Error):
            Finding.objects.filter(pk=row.pk).update(state="closed")
    with role("worker"), pytest.raises(Error):
        FindingDecision.objects.create(**(made | {"decision": CLOSE, "by": "a"}))
    assert deciding.state(row) == "excepted"
