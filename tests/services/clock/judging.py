"""A case as a ledger for the engine, and whether the engine says what the case expects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import Budget, Override, WorkingCalendar
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.services.clock.explanation import explain
from maidinh.services.clock.ledger import Entry, Ledger
from maidinh.services.clock.reckoning import reckon
from tests.services.clock.naive import MORNING

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = calendar_at(date(2026, 6, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def ledger_of(case: dict[str, Any]) -> Ledger:
    changed = calendar_of(case)
    entries = [entry_of(event) for event in case.get("events", [])]
    if "changed" in case:
        entries.append(Entry(at(case["changed"]), "calendar_changed", calendar=changed))
    return Ledger(
        at(case["start"]), Budget(amount=case["amount"], unit=case["unit"]),
        CALENDAR if "changed" in case else changed, case.get("rule", "restart"), case.get("cutoff", True),
        tuple(sorted(entries, key=lambda entry: entry.at)),
    )  # fmt: skip


def calendar_of(case: dict[str, Any]) -> WorkingCalendar:
    """Ours, with the days that the case changes."""
    morning = [{"opens": MORNING[0], "closes": MORNING[1]}]
    told = {
        **{day: {"working": False} for day in case.get("off", [])},
        **{day: {"working": True} for day in case.get("worked", [])},
        **{day: {"working": True, "hours": morning} for day in case.get("mornings", [])},
    }
    new = [Override.model_validate({"day": day, "source": "a notice", **what}) for day, what in told.items()]
    kept = [each for each in CALENDAR.overrides if f"{each.day}" not in told]
    return CALENDAR.model_copy(update={"overrides": [*kept, *new]})


def entry_of(event: list[Any]) -> Entry:
    when, kind, *more = event
    if kind == "until":
        return Entry(at(when), "extended", until=date.fromisoformat(more[0]))
    if kind == "longer":
        return Entry(at(when), "extended", budget=Budget(amount=more[0], unit=more[1]))
    return Entry(at(when), kind)


def disagreement(case: dict[str, Any]) -> str:
    """What the engine says instead of what is expected; nothing where both agree."""
    ledger = ledger_of(case)
    found = reckon(ledger)
    last = explain(ledger)[-1]
    if case["due"] is None:
        said = [found.left.amount, found.left.unit] if found.left else None
        fits = found.due is None and said == case["left"] and last.kind == "stands"
        return "" if fits else f"stands with {said}, due {found.due}"
    fits = found.due == at(case["due"]) and last.kind == "due" and last.at == found.due
    return "" if fits else f"due {found.due}"
