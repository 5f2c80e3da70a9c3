"""Waivers as they are asked for, decided and ended, and what the database holds whatever the pages do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.utils import translation

from maidinh.governance.conformity.actions.waivers import (
    Finding,
    WaiverRefused,
    ask_waiver,
    decide_waiver,
    watch_waivers,
    withdraw_waiver,
)
from maidinh.governance.conformity.models import Waiver
from maidinh.governance.conformity.queries import waiver_terms, waivers_ending_for, waivers_for, waivers_on
from maidinh.governance.conformity.waiving import ASKED, ENDED, GRANTED, WITHDRAWN, WaiverTerms, holds
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.identity.queries import anonymous


class Asking:
    """An architect who asks and an approver who decides."""

    def __init__(self, official: Callable[..., Actor], signer: Any, at: datetime) -> None:
        self.at, self.signer = at, signer
        self.architect, self.approver = official("conformity.ask-waiver"), official("conformity.approve-rule")

    def ask(self, subject: str = "a", *, days: int = 90, **more: Any) -> Waiver:
        """Ask for a waiver."""
        first = self.at.date()
        what = {
            "finding": Finding("data.x", subject, subject, "1.0", "architecture-approver"), "justification": "Vì sao",
            "legal_ground": "Điều 1", "valid_from": first, "valid_until": first + timedelta(days=days), "at": self.at,
        }  # fmt: skip
        with acting(agencies=self.architect.agencies):
            return ask_waiver(actor=self.architect, **(what | more))

    def decide(self, row: Waiver, actor: Actor | None = None, **more: Any) -> Waiver:
        """Decide on it."""
        actor = actor or self.approver
        what = {"granted": True, "decision": "Đồng ý", "at": self.at, "signer": self.signer}
        with acting(agencies=actor.agencies):
            return decide_waiver(actor=actor, waiver_id=row.pk, **(what | more))


@pytest.fixture
def asking(db: None, official: Callable[..., Actor], signer: Any, at: datetime) -> Iterator[Asking]:
    with translation.override("en"):
        yield Asking(official, signer, at)


def on(day: date) -> list[int]:
    """The waivers that hold on a day, as anyone sees them."""
    return [row.pk for row in waivers_on(day)]


def test_a_waiver_holds_from_its_grant_to_its_last_day(asking: Asking) -> None:
    row = asking.ask()
    first, last = row.valid_from, row.valid_until
    assert on(first) == []
    asking.decide(row)
    assert on(first) == on(last) == [row.pk]
    assert on(first - timedelta(days=1)) == on(last + timedelta(days=1)) == []
    assert waivers_for(anonymous()).get().state == GRANTED
    entered = waivers_for(anonymous()).get()
    assert entered.entry is not None
    assert entered.receipt["content"]["valid_until"] == last.isoformat()


@pytest.mark.parametrize(
    ("granted", "ended", "expected"), [(0, None, (0, 9)), (3, None, (3, 9)), (0, 5, (0, 4)), (2, 2, None)]
)
def test_the_days_on_which_it_holds(granted: int, ended: int | None, expected: tuple[int, int] | None) -> None:
    first = date(2026, 3, 1)
    days = [first + timedelta(days=each) for each in range(-2, 12)]
    over = None if ended is None else first + timedelta(days=ended)
    held = [day for day in days if holds(first, first + timedelta(days=9), first + timedelta(days=granted), over, day)]
    wanted = range(expected[0], expected[1] + 1) if expected else range(0)
    assert held == [first + timedelta(days=each) for each in wanted]


@pytest.mark.parametrize(
    ("more", "field"),
    [({"justification": " \0"}, "justification"), ({"legal_ground": ""}, "legal_ground"),
     ({"valid_from": date(2020, 1, 1)}, "valid_from"), ({"valid_until": date(2026, 11, 18)}, "valid_until"),
     ({"days": 367}, "valid_until"), ({"justification": "x" * 4001}, "justification")],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(asking: Asking, more: dict[str, Any], field: str) -> None:
    with pytest.raises(WaiverRefused) as refusal:
        asking.ask(**more)
    assert field in {fault.field for fault in refusal.value.faults}
    asking.ask(days=366)


def test_a_finding_is_asked_for_once_at_a_time_and_decided_once(asking: Asking) -> None:
    row = asking.ask()
    with pytest.raises(WaiverRefused, match="asked for already"):
        asking.ask()
    asking.decide(row, granted=False)
    with pytest.raises(WaiverRefused, match="decided already"):
        asking.decide(row)
    asking.ask()


def test_another_person_of_the_role_decides(asking: Asking) -> None:
    row = asking.ask()
    both = replace(asking.architect, roles=asking.approver.roles, permissions=asking.approver.permissions)
    with pytest.raises(WaiverRefused, match="Somebody else"):
        asking.decide(row, actor=both)
    with pytest.raises(WaiverRefused, match="another role"):
        asking.decide(row, actor=replace(asking.approver, roles=frozenset({"appraiser"})))
    with pytest.raises(NotAllowed):
        asking.decide(row, actor=replace(asking.approver, permissions=frozenset()))
    with pytest.raises(WaiverRefused, match="Say why"):
        asking.decide(row, decision=" ")


def test_a_waiver_is_withdrawn_by_its_people_and_holds_no_more(asking: Asking) -> None:
    row = asking.decide(asking.ask())
    later = asking.at + timedelta(days=5)
    with acting(agencies=asking.architect.agencies):
        withdraw_waiver(actor=asking.architect, waiver_id=row.pk, reason="Đã thay", at=later)
    assert on((later - timedelta(days=1)).date()) == [row.pk]
    assert on(later.date()) == []
    assert waivers_for(anonymous()).get().state == WITHDRAWN
    again = "UPDATE conformity_waiver SET state = 'granted', ended_on = NULL WHERE id = %s"
    assert refused(asking.approver, again, row.pk)
    with acting(agencies=asking.approver.agencies), pytest.raises(WaiverRefused, match="ended already"):
        withdraw_waiver(actor=asking.approver, waiver_id=row.pk, reason="x", at=later)


def test_before_it_ends_its_people_are_told_once_and_then_it_ends(
    own_database: str, role: Any, official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    asking = Asking(official, signer, at)
    with transaction.atomic():
        row, other = asking.decide(asking.ask(days=60)), asking.decide(asking.ask("b", days=300))
        asking.ask("c", days=60)
    term = waiver_terms().on(at.date())
    assert term is not None
    told_from = at + timedelta(days=60 - term.remind_days)
    with role("worker"):
        assert watch_waivers(at=told_from - timedelta(days=1)) == []
        assert [each.pk for each in watch_waivers(at=told_from)] == [row.pk]
        assert watch_waivers(at=told_from + timedelta(hours=1)) == []
    with acting(agencies=asking.architect.agencies):
        for actor in (asking.architect, asking.approver):
            assert [each.pk for each in waivers_ending_for(actor)] == [row.pk]
        assert not waivers_ending_for(replace(asking.approver, id="somebody-else"))
    with role("worker"):
        assert watch_waivers(at=at + timedelta(days=61)) == []
        told = Event.objects.filter(name__startswith="conformity.waiver_end").order_by("pk")
        assert [(each.name, each.payload["waiver"]) for each in told] == [
            ("conformity.waiver_ending", row.pk), ("conformity.waiver_ended", row.pk),
        ]  # fmt: skip
        assert dict(Waiver.objects.values_list("pk", "state")) | {row.pk: ENDED, other.pk: GRANTED} == dict(
            Waiver.objects.values_list("pk", "state")
        )
    assert on(row.valid_until) == [row.pk, other.pk], "what held on a day in the past goes on to"


CHANGES = {
    "another text": "justification = 'x'", "a longer life": "valid_until = valid_until + 400",
    "another subject": "subject = ''", "no decision any more": "state = 'asked', decided_at = NULL",
    "another decider": "decided_by = 'x'",
}  # fmt: skip


def refused(actor: Actor | None, statement: str, *values: Any) -> bool:
    """Whether the database refuses it, or lets it change nothing."""
    try:
        with transaction.atomic():
            with acting(agencies=() if actor is None else actor.agencies), connection.cursor() as cursor:
                cursor.execute(statement, values)
                changed = cursor.rowcount
            transaction.set_rollback(True)
        return changed == 0
    except Error:
        return True


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_granted_never_changes(asking: Asking, change: str) -> None:
    row = asking.decide(asking.ask())
    assert refused(asking.approver, f"UPDATE conformity_waiver SET {change} WHERE id = %s", row.pk)
    assert refused(asking.approver, "DELETE FROM conformity_waiver WHERE id = %s", row.pk)


def test_the_database_holds_four_eyes_the_role_and_the_end(asking: Asking) -> None:
    row = asking.ask()
    grant = (
        "UPDATE conformity_waiver SET state = 'granted', decided_by = %s, decided_role = %s, decided_at = now()"
        " WHERE id = %s"
    )
    assert not refused(asking.approver, grant, asking.approver.id, row.role, row.pk)
    assert refused(asking.approver, grant, row.asked_by, row.role, row.pk)
    assert refused(asking.approver, grant, asking.approver.id, "appraiser", row.pk)
    assert refused(None, grant, asking.approver.id, row.role, row.pk)
    copy = (
        "INSERT INTO conformity_waiver (province, rule, subject, subject_name, version, justification, legal_ground,"
        " role, valid_from, valid_until, state, asked_by, asked_agency, asked_at, decision, ended_reason) SELECT"
        " province, rule, 'z', '', version, justification, legal_ground, role, valid_from, {until}, {state}, asked_by,"
        " {agency}, now(), '', '' FROM conformity_waiver WHERE id = %s"
    )
    usual = {"until": "valid_until", "state": "'asked'", "agency": "asked_agency"}
    assert not refused(asking.architect, copy.format(**usual), row.pk)
    for wrong in ({"until": "NULL"}, {"until": "valid_from"}, {"state": "'granted'"}, {"agency": "'H38.101'"}):
        assert refused(asking.architect, copy.format(**(usual | wrong)), row.pk), wrong


def test_what_is_only_asked_for_is_not_public(asking: Asking) -> None:
    row = asking.ask()
    assert not waivers_for(anonymous()).exists()
    with acting():
        assert not Waiver.objects.filter(pk=row.pk).exists()
    with acting(agencies=asking.approver.agencies):
        assert waivers_for(asking.approver).get().state == ASKED


def test_terms_follow_each_other() -> None:
    first = {"valid_from": "2020-01-01", "valid_to": "2020-12-31", "longest_days": 10, "remind_days": 2}
    second = {"valid_from": "2021-01-01", "longest_days": 20, "remind_days": 2}
    terms = WaiverTerms.model_validate({"terms": [second, first]})
    assert [(found.longest_days if (found := terms.on(date(year, 6, 1))) else None) for year in (2019, 2020, 2021)] == [
        None, 10, 20,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="must end before"):
        WaiverTerms.model_validate({"terms": [first | {"valid_to": None}, second]})
