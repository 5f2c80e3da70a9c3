"""Publishing events and delivering them to their receivers. Layer 7."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from maidinh.infrastructure.database.rows import add_lines
from maidinh.infrastructure.events.definition import EVENTS
from maidinh.infrastructure.events.models import Delivery, Event

Receiver = Callable[[dict[str, Any], datetime], None]
ATTEMPTS = 12
PAUSE = timedelta(seconds=2)  # doubled with each failure: the last try comes after more than an hour

_receivers: dict[str, list[tuple[str, Receiver]]] = {}
_log = structlog.get_logger(__name__)


def publish(*, name: str, payload: dict[str, Any], at: datetime, agency: str = "") -> None:
    """Write an event in the caller's transaction. ValueError for an undeclared event or a wrong payload."""
    publish_all(name=name, told=[(payload, agency)], at=at)


def publish_all(*, name: str, told: Sequence[tuple[dict[str, Any], str]], at: datetime) -> None:
    """Write an event for each payload and its agency, in their order and with one statement."""
    for payload, _ in told:
        _refuse_undeclared(name, payload)
    lines = [(name, json.dumps(payload), at, agency) for payload, agency in told]
    add_lines("events_event", ("name", "payload", "at", "agency"), lines)


def _refuse_undeclared(name: str, payload: dict[str, Any]) -> None:
    if name not in EVENTS:
        raise ValueError(f"{name} is no declared event")
    if set(payload) != set(EVENTS[name][1]):
        raise ValueError(f"{name} carries {', '.join(EVENTS[name][1])}; found {', '.join(payload)}")


def receive(name: str) -> Callable[[Receiver], Receiver]:
    """Make the decorated function a receiver of this event; it must bear being called twice."""

    def register(receiver: Receiver) -> Receiver:
        if name not in EVENTS:
            raise ValueError(f"{name} is no declared event")
        entry = (f"{receiver.__module__}.{receiver.__qualname__}", receiver)
        _receivers.setdefault(name, []).append(entry)
        return receiver

    return register


def deliver_events(*, at: datetime, batch: int = 50) -> int:
    """Deliver waiting events to their receivers; returns how many are done with.

    A receiver that fails is tried again after a pause that doubles; after the last try the event stays undone and says
    so, for `maidinh doctor` to tell.
    """
    with transaction.atomic():
        waiting = Event.objects.select_for_update(skip_locked=True).filter(
            Q(next_try_at__isnull=True) | Q(next_try_at__lte=at), done_at__isnull=True, given_up_at__isnull=True
        )
        done = 0
        for event in waiting.order_by("id")[:batch]:
            tries = [_deliver(event, name, receiver, at) for name, receiver in _receivers.get(event.name, [])]
            failures = max((tried.attempts for tried in tries if tried.delivered_at is None), default=0)
            if not failures:
                event.done_at, done = at, done + 1
            elif failures >= ATTEMPTS:
                event.given_up_at = at
            else:
                event.next_try_at = at + PAUSE * 2 ** (failures - 1)
            event.save(update_fields=["done_at", "next_try_at", "given_up_at"])
        return done


def _deliver(event: Event, name: str, receiver: Receiver, at: datetime) -> Delivery:
    delivery, _ = Delivery.objects.get_or_create(event=event, receiver=name)
    if delivery.delivered_at is not None:
        return delivery
    delivery.attempts += 1
    try:
        with transaction.atomic():
            receiver(event.payload, event.at)
        delivery.delivered_at = at
    except Exception as error:  # a receiver's fault must not stop the others; it is kept and tried again
        delivery.last_error = f"{type(error).__name__}: {error}"[:500]
        _log.warning("event not delivered", name=event.name, receiver=name, attempts=delivery.attempts, error=error)
    delivery.save()
    return delivery
