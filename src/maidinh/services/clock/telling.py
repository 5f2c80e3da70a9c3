"""A whole explanation for people and for machines: paragraphs, rows and one JSON document.

Layer 4, pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.services.clock.explanation import Line, explain
from maidinh.services.clock.ledger import N_, Ledger
from maidinh.services.clock.reckoning import provisional, reckon
from maidinh.services.clock.wording import Say, amount, clock_time, line_in_words, unsettled_in_words

WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line for a page: day, words, article; `ends` where it is the last."""

    day: date
    text: str
    article: str
    checked: bool
    ends: bool


def rows(ledger: Ledger, say: Say, language: str) -> list[Row]:
    """Every line of the explanation in words; that the end may still move is said at the end."""
    told = [
        Row(
            line.day,
            line_in_words(line, say, language),
            line.article.text if line.article else "",
            line.article.checked if line.article else True,
            line.kind in ("due", "stands"),
        )
        for line in explain(ledger)
    ]
    last = told[-1]
    return [*told[:-1], replace(last, text=". ".join([last.text, *_unsettled(ledger, say)]))]


def paragraphs(ledger: Ledger, say: Say, language: str) -> list[str]:
    """The explanation for a terminal: the end first, then the way to it."""
    found = reckon(ledger)
    head = f"{say('Due')}: {clock_time(found.due, with_day=True)}" if found.due else say("The clock stands.")
    written = [head, f"{say('Time limit')}: {amount(ledger.budget, say)}", ""]
    for row in rows(ledger, say, language):
        weekday = say(WEEKDAYS[row.day.weekday()])
        article = f" [{row.article}{'' if row.checked else '; ' + say('not checked')}]" if row.article else ""
        written.append(f"{row.day:%d/%m/%Y} {weekday}: {row.text}{article}")
    return [*written, ""]


def _unsettled(ledger: Ledger, say: Say) -> list[str]:
    settled = ledger.counted_by.settled_until
    return [unsettled_in_words(settled, say)] if settled and provisional(ledger, reckon(ledger)) else []


def document(ledger: Ledger, pack: str, say: Say, language: str) -> dict[str, Any]:
    """The same for machines."""
    found = reckon(ledger)
    return {
        "start": ledger.start.isoformat(),
        "limit": _budget(ledger.budget),
        "calendar": ledger.counted_by.id,
        "pack": pack,
        "supplement": ledger.rule,
        "due": found.due.isoformat() if found.due else None,
        "stands_since": found.stands_since.isoformat() if found.stands_since else None,
        "left": _budget(found.left),
        "provisional": provisional(ledger, found),
        "steps": [_step(line, say, language) for line in explain(ledger)],
    }


def _step(line: Line, say: Say, language: str) -> dict[str, Any]:
    known = {
        "day": line.day.isoformat(),
        "kind": line.kind,
        "at": line.at.isoformat() if line.at else None,
        "count": line.count,
        "hours": round(line.worked.total_seconds() / 3600, 4) if line.worked is not None else None,
        "reason": line.reason,
        "name": line.name.in_language(language) if line.name else None,
        "event": line.entry.kind if line.entry else None,
        "note": (line.entry.note or None) if line.entry else None,
        "left": _budget(line.left),
        "end": line.end.isoformat() if line.end else None,
        "article": {"text": line.article.text, "checked": line.article.checked} if line.article else None,
        "text": line_in_words(line, say, language),
    }
    return {key: value for key, value in known.items() if value is not None}


def _budget(budget: Budget | None) -> dict[str, Any] | None:
    return None if budget is None else {"amount": budget.amount, "unit": budget.unit}
