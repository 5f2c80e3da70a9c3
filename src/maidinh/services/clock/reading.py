"""Reading a term from a YAML or JSON file, with the definitions' calendars and rule packs.

Layer 4. Files alone, no database. What can't be is told with its line and the remedy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.queries import calendar_at, read_calendars
from maidinh.infrastructure.calendars.rules import known_years
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import DefinitionError, Position, read_form, read_yaml
from maidinh.infrastructure.definitions.rule_packs import RulePack, read_rule_packs, rule_pack_at
from maidinh.services.clock.definition import Event, Term
from maidinh.services.clock.ledger import N_, Entry, Fault, Ledger, Untenable, counted_under, faults, grounds_of
from maidinh.services.clock.reckoning import reckon

FILE_LIMIT = 1024 * 1024  # bytes; a thousand events are a tenth of it


@dataclass(frozen=True)
class Told:
    """A fault at its line of the file; `place` is the field."""

    line: int
    place: str
    fault: Fault


class TermUnreadable(Exception):
    """A file whose term can't be counted; `told` says where and why, all of it at once."""

    def __init__(self, told: list[Told]) -> None:
        self.told = told
        super().__init__(f"{len(told)} faults")


@dataclass(frozen=True)
class Given:
    """A term read from a file, ready to be counted, with the rule pack that it follows."""

    ledger: Ledger
    pack: RulePack


def read_term(path: Path, definitions: Path | None = None) -> Given:
    """The term in a file. Raises DefinitionError, TermUnreadable."""
    content, lines = read_yaml(path, limit=FILE_LIMIT)
    try:
        term = Term.model_validate(content)
    except ValidationError as error:
        raise DefinitionError.of(path, lines, error) from None
    return _Reading(path, lines, definitions_root(definitions)).given(term)


class _Reading:
    """What is collected while one file is put together."""

    def __init__(self, path: Path, lines: dict[Position, int], root: Path) -> None:
        self.path, self.lines, self.root = path, lines, root
        self.told: list[Told] = []

    def given(self, term: Term) -> Given:
        calendar = self._calendar(term.calendar, term.start.date(), ("calendar",))
        pack = self._pack(term)
        if calendar is None or pack is None:
            raise TermUnreadable(self.told)
        entries, known = [], counted_under(calendar, pack)
        for number, event in enumerate(term.events):
            entry = self._entry(number, event, known)
            if entry.calendar is not None:
                entry = replace(entry, calendar=counted_under(entry.calendar, pack))
            known = entry.calendar or known
            entries.append(entry)
        rule = term.supplement or ("restart" if pack.value("dossier.supplement-rule") == "restart" else "pause")
        ledger = Ledger(
            _moment(term.start, calendar), Budget(amount=term.amount, unit=term.unit), counted_under(calendar, pack),
            rule, term.cutoff, tuple(entries), _article(term.article), grounds_of(pack),
        )  # fmt: skip
        known_faults = {each.place.split(".")[1] for each in self.told if each.place.startswith("events.")}
        for fault in faults(ledger):
            if str(fault.entry) not in known_faults:
                self._tell(fault, ("events", fault.entry or 0))
        if not self.told:
            self._try(ledger)
        if self.told:
            raise TermUnreadable(self.told)
        return Given(ledger, pack)

    def _try(self, ledger: Ledger) -> None:
        first, last = known_years(ledger.counted_by)
        try:
            end = reckon(ledger).last_due
            if not (first <= ledger.start.year and end.year <= last):
                said = N_("The days off are known from %(first)s to %(last)s alone, and the term leaves these years.")
                values = {"first": str(first), "last": str(last)}
                self._tell(Fault(None, said, N_("Give another start, or a shorter limit."), values), ("start",))
        except Untenable as error:
            self._tell(error.fault, ("events", error.fault.entry or 0))
        except (ValueError, OverflowError):
            said = N_("The term can't be counted to its end: the calendar knows no working days that far.")
            self._tell(Fault(None, said, N_("Give a shorter limit, or a calendar with working days.")), ("amount",))

    def _entry(self, number: int, event: Event, known: WorkingCalendar) -> Entry:
        place: Position = ("events", number)
        changed = None
        if event.kind == "calendar_changed":
            changed = self._calendar(event.calendar, None, (*place, "calendar")) if event.calendar else None
            if event.overrides:
                base = changed or known
                days = {each.day for each in event.overrides}
                kept = [each for each in base.overrides if each.day not in days]
                changed = base.model_copy(update={"overrides": [*kept, *event.overrides]})
        elif event.calendar or event.overrides:
            self._misplaced(place, "calendar" if event.calendar else "overrides", "calendar_changed")
        if event.kind != "extended":
            for name in ("amount", "unit", "until"):
                if getattr(event, name) is not None:
                    self._misplaced(place, name, "extended")
        elif (event.amount is None) != (event.unit is None):
            said = N_("An extension by an amount needs its unit, and a unit its amount.")
            self._tell(Fault(number, said, N_("Write both, for instance amount: 5 and unit: working_day.")), place)
        budget = None
        if event.amount is not None and event.unit is not None:
            budget = Budget(amount=event.amount, unit=event.unit)
        return Entry(
            _moment(event.at, known), event.kind, event.note, _article(event.article), budget, event.until, changed
        )  # fmt: skip

    def _calendar(self, name: str | None, day: date | None, place: Position) -> WorkingCalendar | None:
        if name is not None and name.endswith((".yaml", ".yml", ".json")):
            return read_form(self.path.parent / name, WorkingCalendar)
        if name is not None:
            found = {each.id: each for each in read_calendars(self.root / "national")}
            if name not in found:
                said = N_("There is no working calendar %(name)s.")
                remedy = N_("Name one of these, or a file beside this one: %(names)s.")
                self._tell(Fault(None, said, remedy, {"name": name, "names": ", ".join(sorted(found))}), place)
            return found.get(name)
        try:
            return calendar_at(day or date.min, self.root)
        except LookupError:
            said = N_("No working calendar is in force on %(day)s.")
            self._tell(Fault(None, said, N_("Name one with calendar."), {"day": str(day)}), ("start",))
            return None

    def _pack(self, term: Term) -> RulePack | None:
        packs = read_rule_packs(self.root / "national")
        if term.pack is not None:
            found = {each.id: each for each in packs}
            if term.pack not in found:
                said, remedy = N_("There is no rule pack %(name)s."), N_("Name one of these: %(names)s.")
                values = {"name": term.pack, "names": ", ".join(sorted(found))}
                self._tell(Fault(None, said, remedy, values), ("pack",))
            return found.get(term.pack)
        day = term.as_of or term.start.date()
        try:
            return rule_pack_at(packs, day)
        except LookupError:
            said = N_("No rule pack is in force on %(day)s.")
            place: Position = ("as_of",) if term.as_of else ("start",)
            self._tell(Fault(None, said, N_("Name one with pack."), {"day": str(day)}), place)
            return None

    def _misplaced(self, place: Position, name: str, kind: str) -> None:
        said, remedy = N_("%(name)s belongs to an event of the kind %(kind)s."), N_("Leave it out, or change the kind.")
        number = place[1]
        fault = Fault(number if isinstance(number, int) else None, said, remedy, {"name": name, "kind": kind})
        self._tell(fault, (*place, name))

    def _tell(self, fault: Fault, place: Position) -> None:
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        self.told.append(Told(self.lines.get(known, 1), ".".join(str(part) for part in place), fault))


def _moment(at: datetime, calendar: WorkingCalendar) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(calendar.timezone))


def _article(given: str | LegalBasis | None) -> LegalBasis | None:
    return LegalBasis(text=given) if isinstance(given, str) else given
