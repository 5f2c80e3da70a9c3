"""The ledger of a term: when it began, how long it is, and everything that stopped, moved or recomputed it.

Layer 4, pure. What the end of the term is, is never written down: it is derived from these lines (`reckoning`). What a
supplement does to the clock is a parameter of the rule pack; a step that isn't counted always pauses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Literal

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import SupplementRule
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.infrastructure.definitions.rule_packs import RulePack

Kind = Literal[
    "supplement_asked", "supplement_received", "suspended", "resumed", "extended", "calendar_changed", "limit_changed"
]

STOPS: Mapping[Kind, Kind] = {"supplement_asked": "supplement_received", "suspended": "resumed"}
GOES_ON: Mapping[Kind, Kind] = {end: begin for begin, end in STOPS.items()}


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    An extension has either the time that is added (`budget`) or the day to which the term is moved (`until`); a change
    of the calendar has the calendar that counts from then on, for the whole term. A change of the limit has the limit
    that held until then; the ledger's own is the latest. `ended` is the end before, where it was written down.
    """

    at: datetime
    kind: Kind
    note: str = ""
    article: LegalBasis | None = None
    budget: Budget | None = None
    until: date | None = None
    calendar: WorkingCalendar | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Ledger:
    """A term with its lines in the order of time.

    `grounds` are the articles by the parameter of the rule pack that they belong to, `article` that of the limit.
    """

    start: datetime
    budget: Budget
    calendar: WorkingCalendar
    rule: SupplementRule
    cutoff: bool = True
    entries: tuple[Entry, ...] = ()
    article: LegalBasis | None = None
    grounds: Mapping[str, LegalBasis] = field(default_factory=dict)

    @property
    def counted_by(self) -> WorkingCalendar:
        """The calendar that counts: the latest one named."""
        named = [entry.calendar for entry in self.entries if entry.calendar is not None]
        return named[-1] if named else self.calendar

    def before(self, number: int) -> Ledger:
        """The ledger as it was before this line (the first is 0)."""
        limits = [each.budget for each in self.entries[number:] if each.kind == "limit_changed" and each.budget]
        return replace(self, budget=[*limits, self.budget][0], entries=self.entries[:number])


@dataclass(frozen=True)
class Fault:
    """What does not fit in a ledger: at which line (None: at its head), what is wrong, and what to do."""

    entry: int | None
    says: str
    remedy: str
    values: Mapping[str, str] = field(default_factory=dict)


class Untenable(ValueError):
    """A ledger that can't be: `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"line {fault.entry}: {fault.says % fault.values}")


def counted_under(calendar: WorkingCalendar, pack: RulePack) -> WorkingCalendar:
    """The calendar with the last moment of the day that the rule pack sets (`dossier.cutoff`), where it sets one."""
    if not any(each.id == "dossier.cutoff" for each in pack.parameters):
        return calendar
    cutoff = time.fromisoformat(str(pack.value("dossier.cutoff")))
    return calendar if cutoff == calendar.cutoff else calendar.model_copy(update={"cutoff": cutoff})


def grounds_of(pack: RulePack) -> dict[str, LegalBasis]:
    """The article of each parameter of a rule pack."""
    return {
        each.id: LegalBasis(text=each.basis.text, checked=each.basis.checked and each.official)
        for each in pack.parameters
        if each.basis is not None
    }


def N_(text: str) -> str:  # noqa: N802 - the name by which message extraction knows it
    """Marks a sentence that is told, translated, by whoever shows it."""
    return text


def faults(ledger: Ledger) -> list[Fault]:
    """Everything in the order of the lines that can't be."""
    return list(_faults(ledger))


def _faults(ledger: Ledger) -> Iterator[Fault]:
    before, held = ledger.start, set[Kind]()
    for number, entry in enumerate(ledger.entries):
        if entry.at < before:
            said = N_("This event is earlier than the one before it, or than the start.")
            yield Fault(number, said, N_("Put the events in the order of time, none before the start."))
        before = max(before, entry.at)
        if entry.kind in STOPS:
            if entry.kind in held:
                said = N_("The clock stands for this reason already.")
                yield Fault(number, said, N_("Write down its end first, or leave this event out."))
            held.add(entry.kind)
        elif entry.kind in GOES_ON:
            if GOES_ON[entry.kind] not in held:
                said = N_("Nothing stands that could end here.")
                yield Fault(number, said, N_("Write down first when it began: supplement_asked, or suspended."))
            held.discard(GOES_ON[entry.kind])
        elif entry.kind == "extended":
            if (entry.budget is None) == (entry.until is None):
                said = N_("An extension has either a time that is added or a new day.")
                yield Fault(number, said, N_("Give amount and unit, or until; not both."))
            if held:
                said = N_("The clock stands, so the term has no end that could be moved.")
                yield Fault(number, said, N_("Extend the term after the clock has gone on."))
        elif entry.kind == "limit_changed":
            if entry.budget is None:
                said = N_("A change of the limit names no limit.")
                yield Fault(number, said, N_("Write down the limit that held until then."))
        elif entry.calendar is None:
            said = N_("A change of the calendar names no calendar.")
            yield Fault(number, said, N_("Give calendar, or the days in overrides."))
