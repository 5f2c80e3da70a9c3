"""Events reach each receiver at least once; what fails is tried again, then kept and said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maidinh.infrastructure.database.rows import added_together
from maidinh.infrastructure.events import actions
from maidinh.infrastructure.events.actions import ATTEMPTS, PAUSE, deliver_events, publish
from maidinh.infrastructure.events.models import Delivery, Event

NAME = "connection.undeclared"
PAYLOAD = {"client": "a", "service": "b", "reason": "c"}


class Receiver:
    """Fails so many times, then takes the event."""

    def __init__(self, failures: int) -> None:
        self.failures, self.calls = failures, 0

    def __call__(self, payload: dict[str, Any], at: datetime) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise RuntimeError("not now")


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Receiver]]:
    found = {"steady": Receiver(0), "shaky": Receiver(2)}
    monkeypatch.setattr(actions, "_receivers", {NAME: list(found.items())})
    yield found


@pytest.fixture
def worker(own_database: str, role: Any) -> Iterator[None]:
    with role("worker"):
        yield


def drain(at: datetime) -> None:
    Event.objects.exclude(name=NAME).update(done_at=at)


def test_a_receiver_that_recovers_gets_its_event_and_the_other_only_once(worker, receivers, at) -> None:
    drain(at)
    publish(name=NAME, payload=PAYLOAD, at=at)
    assert deliver_events(at=at) == 0
    assert deliver_events(at=at) == 0, "not before the pause is over"
    assert receivers["shaky"].calls == 1
    assert deliver_events(at=at + PAUSE) == 0
    assert deliver_events(at=at + PAUSE * 4) == 1
    assert (receivers["steady"].calls, receivers["shaky"].calls) == (1, 3)
    assert Event.objects.get(name=NAME).done_at is not None
    assert deliver_events(at=at + timedelta(days=1)) == 0


def test_what_never_succeeds_is_given_up_and_stays_visible(worker, receivers, at) -> None:
    drain(at)
    receivers["shaky"].failures = 10_000
    publish(name=NAME, payload=PAYLOAD, at=at)
    for day in range(ATTEMPTS + 3):
        deliver_events(at=at + timedelta(days=day))
    event = Event.objects.get(name=NAME)
    assert (event.done_at, event.given_up_at is not None) == (None, True)
    failed = Delivery.objects.get(event=event, receiver="shaky")
    assert (failed.attempts, failed.last_error) == (ATTEMPTS, "RuntimeError: not now")
    assert receivers["steady"].calls == 1


def test_one_event_that_fails_keeps_no_other_waiting(worker, receivers, at) -> None:
    drain(at)
    receivers["shaky"].failures = 1
    publish(name=NAME, payload=PAYLOAD, at=at)
    publish(name=NAME, payload=PAYLOAD, at=at)
    assert deliver_events(at=at) == 1
    assert Event.objects.filter(name=NAME, done_at__isnull=False).count() == 1


@pytest.mark.parametrize(("name", "payload"), [("dossier.vanished", PAYLOAD), (NAME, {"client": "a"})])
def test_an_undeclared_event_is_refused(db, at, name: str, payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"declared|carries"):
        publish(name=name, payload=payload, at=at)


def test_what_is_added_together_is_one_statement_in_order_and_nothing_after_a_fault(worker, at) -> None:
    drain(at)
    before = Event.objects.count()
    with CaptureQueriesContext(connection) as seen, added_together():
        for number in range(3):
            with added_together():  # the outermost one writes
                publish(name=NAME, payload=PAYLOAD | {"reason": str(number)}, at=at)
    assert len(seen) == 1
    written = Event.objects.order_by("-id")[:3]
    assert [each.payload["reason"] for each in written] == ["2", "1", "0"]
    with pytest.raises(RuntimeError), added_together():
        publish(name=NAME, payload=PAYLOAD, at=at)
        raise RuntimeError
    with added_together():
        pass
    assert Event.objects.count() == before + 3
