"""Declared against observed, and the verdict on each connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from maidinh.governance.conformity.rules import (
    OUTSIDE,
    Connection,
    Flow,
    Observation,
    compare,
    declared_flows,
    observations,
)
from tests.governance import small

AT = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    client: str
    service: str
    outcome: str = "allowed"
    authenticated: bool = True
    count: int = 1
    last_at: datetime = AT


def test_verdicts() -> None:
    later = AT + timedelta(minutes=1)
    found = compare(
        [Flow("a", "x"), Flow("b", "x")],
        [
            Observation("a", "x", True, 3, AT), Observation("a", "x", False, 1, later),
            Observation("c", "x", False, 2, AT),
        ],
    )  # fmt: skip
    assert found == [
        Connection("c", "x", False, 0, 2, AT, "undeclared"),
        Connection("a", "x", True, 3, 1, later, "used"),
        Connection("b", "x", True, 0, 0, None, "unused"),
    ]


def test_declared_connection_that_was_only_refused_is_not_used() -> None:
    assert compare([Flow("a", "x")], [Observation("a", "x", False, 5, AT)])[0].verdict == "unused"


def test_undeclared_connection_that_got_through_is_still_undeclared() -> None:
    (found,) = compare([], [Observation("a", "x", True, 1, AT)])
    assert (found.verdict, found.allowed) == ("undeclared", 1)


def test_only_contracts_in_force_declare_a_connection() -> None:
    assert declared_flows(small.architecture(), small.INSTANCE, AT) == [Flow("one-stop", "persons")]
    over = small.with_contract(valid_to=date(2026, 11, 17))
    assert declared_flows(over, small.INSTANCE, AT) == []


def test_what_the_exchange_saw_is_put_between_elements() -> None:
    found = observations(
        small.architecture(),
        small.INSTANCE,
        [
            Seen(small.PORTAL, small.SERVICE),
            Seen(small.OTHER, small.SERVICE, "refused"),
            Seen(small.PORTAL, small.SERVICE, "refused", authenticated=False),
            Seen("VN-H99/GOV/H99.9/nobody", small.SERVICE, "refused"),
            Seen(small.PORTAL, f"{small.REGISTER}/nothing", "refused"),
            Seen(small.PORTAL, small.SERVICE, "failed"),
        ],
    )
    assert [(each.source, each.target, each.allowed) for each in found] == [
        ("one-stop", "persons", True), ("other", "persons", False), (OUTSIDE, "persons", False),
        (OUTSIDE, "persons", False), ("one-stop", OUTSIDE, False), ("one-stop", "persons", True),
    ]  # fmt: skip
