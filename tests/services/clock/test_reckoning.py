"""What holds for every ledger: stopping never shortens, filing later never ends earlier, the last line is the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maidinh.infrastructure.calendars.definition import Budget, Override
from maidinh.infrastructure.calendars.rules import HOUR, working_time
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.rule_packs import read_rule_packs
from maidinh.services.clock.explanation import explain
from maidinh.services.clock.ledger import Entry, Ledger, Untenable, counted_under, faults
from maidinh.services.clock.reckoning import reckon
from tests.services.clock.judging import CALENDAR, HANOI, at

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(HANOI))
WAITS = st.timedeltas(timedelta(), timedelta(days=25))
DAYS = st.builds(
    Budget, amount=st.integers(0, 40), unit=st.sampled_from(["working_day", "calendar_day", "working_hour"])
)
LIMITS = DAYS | st.builds(Budget, amount=st.integers(1, 6), unit=st.just("month"))
RULES = st.sampled_from(["pause", "restart"])
PAIRS = st.sampled_from([("supplement_asked", "supplement_received"), ("suspended", "resumed")])


@st.composite
def ledgers(draw: st.DrawFn, limits: st.SearchStrategy[Budget] = LIMITS) -> Ledger:
    start = draw(MOMENTS)
    moment, entries = start, []
    for _ in range(draw(st.integers(0, 4))):
        begin, end = draw(PAIRS)
        moment += draw(WAITS)
        entries.append(Entry(moment, begin))
        moment += draw(WAITS)
        entries.append(Entry(moment, end))
    return Ledger(start, draw(limits), CALENDAR, draw(RULES), draw(st.booleans()), tuple(entries))


def stopped(ledger: Ledger, since: datetime, until: datetime) -> Ledger:
    more = (Entry(since, "suspended"), Entry(until, "resumed"))
    return replace(ledger, entries=(*ledger.entries, *more))


def after(ledger: Ledger, wait: timedelta) -> datetime:
    return (ledger.entries[-1].at if ledger.entries else ledger.start) + wait


@given(ledgers(), WAITS, WAITS)
def test_stopping_the_clock_never_shortens_the_term(ledger: Ledger, wait: timedelta, stood: timedelta) -> None:
    since = after(ledger, wait)
    before, later = reckon(ledger).due, reckon(stopped(ledger, since, since + stood)).due
    assert before is not None and later is not None
    assert later >= before


@given(ledgers(DAYS), WAITS, WAITS)
def test_what_is_left_when_the_clock_stops_is_left_when_it_goes_on(
    ledger: Ledger, wait: timedelta, stood: timedelta
) -> None:
    since = after(ledger, wait)
    standing = reckon(replace(ledger, entries=(*ledger.entries, Entry(since, "suspended"))))
    assert standing.due is None and standing.left is not None
    assert reckon(stopped(ledger, since, since + stood)).stretches[-1].budget == standing.left
    assert standing.left.amount <= reckon(ledger).stretches[-1].budget.amount


@given(ledgers(), WAITS, WAITS, WAITS)
def test_one_stop_and_two_that_follow_each_other_are_the_same(
    ledger: Ledger, wait: timedelta, first: timedelta, second: timedelta
) -> None:
    since = after(ledger, wait)
    whole = stopped(ledger, since, since + first + second)
    parts = stopped(stopped(ledger, since, since + first), since + first, since + first + second)
    assert reckon(parts).due == reckon(whole).due


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), LIMITS, RULES, st.booleans())
def test_who_files_later_is_due_no_earlier(
    first: datetime, later: timedelta, limit: Budget, rule: str, cutoff: bool
) -> None:
    one, other = (Ledger(start, limit, CALENDAR, rule, cutoff) for start in (first, first + later))
    assert reckon(one).due <= reckon(other).due  # type: ignore[operator]


@given(ledgers(DAYS), st.timedeltas(timedelta(), timedelta(days=20)))
def test_who_files_later_is_due_no_earlier_with_the_same_stops(ledger: Ledger, later: timedelta) -> None:
    start = min([ledger.start + later, *(entry.at for entry in ledger.entries[:1])])
    assert reckon(ledger).due <= reckon(replace(ledger, start=start)).due  # type: ignore[operator]


@given(ledgers(), st.booleans(), WAITS)
def test_the_last_line_of_the_explanation_is_the_end(ledger: Ledger, stands: bool, wait: timedelta) -> None:
    if stands:
        ledger = replace(ledger, entries=(*ledger.entries, Entry(after(ledger, wait), "supplement_asked")))
    lines, found = explain(ledger), reckon(ledger)
    assert (lines[-1].kind, lines[-1].at) == (("stands", found.stands_since) if stands else ("due", found.due))
    assert lines[-1].left == found.left
    assert [line.day for line in lines] == sorted(line.day for line in lines), "in the order of days"
    assert sum(line.entry is not None for line in lines) == len(ledger.entries), "every event has its line"


@given(MOMENTS, st.integers(1, 40), st.sampled_from(["working_day", "calendar_day"]))
def test_the_days_are_numbered_one_after_the_other(start: datetime, amount: int, unit: str) -> None:
    lines = explain(Ledger(start, Budget.model_validate({"amount": amount, "unit": unit}), CALENDAR, "pause"))
    numbers = [line.count for line in lines if line.kind == "counted"]
    assert numbers == list(range(1, amount + 1))
    assert lines[-1].count == amount


@given(MOMENTS, st.integers(1, 60), WAITS, WAITS)
def test_numbers_run_on_through_a_pause(start: datetime, amount: int, wait: timedelta, stood: timedelta) -> None:
    plain = Ledger(start, Budget(amount=amount, unit="working_day"), CALENDAR, "pause")
    found = reckon(plain)
    since = start + wait
    assume(found.due is not None and since < found.due)
    lines = explain(stopped(plain, since, since + stood))
    assert [line.count for line in lines if line.kind == "counted"] == list(range(1, amount + 1))


@given(MOMENTS, st.integers(1, 60))
def test_hours_end_when_so_much_office_time_has_run(start: datetime, amount: int) -> None:
    lines = explain(Ledger(start, Budget(amount=amount, unit="working_hour"), CALENDAR, "pause"))
    assert lines[-1].at is not None and working_time(start, lines[-1].at, CALENDAR) == amount * HOUR
    assert [line.worked for line in lines if line.kind == "counted"][-1] == amount * HOUR


@given(ledgers(DAYS), st.integers(1, 30))
def test_an_extension_moves_the_end_and_survives_a_pause(ledger: Ledger, days: int) -> None:
    before = reckon(ledger).due
    assert before is not None
    granted = Entry(after(ledger, timedelta()), "extended", until=before.date() + timedelta(days=days))
    longer = replace(ledger, entries=(*ledger.entries, granted))
    moved = reckon(longer).due
    assert moved is not None and moved > before
    assert reckon(stopped(longer, granted.at, granted.at + timedelta(days=3))).due >= moved  # type: ignore[operator]


def term(*entries: Entry, amount: int = 5) -> Ledger:
    return Ledger(at("2026-03-02T09:00:00"), Budget(amount=amount, unit="working_day"), CALENDAR, "pause",
                  entries=entries)  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([Entry(at("2026-03-01T09:00:00"), "suspended")], "earlier than the one before it"),
        ([Entry(at("2026-03-03T09:00:00"), "resumed")], "Nothing stands"),
        ([Entry(at("2026-03-03T09:00:00"), "suspended"), Entry(at("2026-03-04T09:00:00"), "suspended")], "already"),
        ([Entry(at("2026-03-03T09:00:00"), "extended")], "either"),
        ([Entry(at("2026-03-03T09:00:00"), "suspended"),
          Entry(at("2026-03-04T09:00:00"), "extended", until=date(2026, 4, 1))], "no end that could be moved"),
        ([Entry(at("2026-03-03T09:00:00"), "calendar_changed")], "names no calendar"),
        ([Entry(at("2026-03-03T09:00:00"), "extended", until=date(2026, 3, 9))], "does not move the term"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_at_its_line(entries: list[Entry], said: str) -> None:
    with pytest.raises(Untenable) as refused:
        reckon(term(*entries))
    assert said in refused.value.fault.says % refused.value.fault.values
    assert refused.value.fault.remedy
    assert refused.value.fault.entry == len(entries) - 1


def test_all_faults_are_told_at_once() -> None:
    wrong = term(Entry(at("2026-03-03T09:00:00"), "resumed"), Entry(at("2026-03-02T10:00:00"), "supplement_received"))
    assert [fault.entry for fault in faults(wrong)] == [0, 1, 1]


def test_an_extension_that_another_calendar_overtakes_still_stands() -> None:
    off = [Override(day=date(2026, 3, day), working=False, source="a notice") for day in (9, 10, 11, 12)]
    changed = CALENDAR.model_copy(update={"overrides": [*CALENDAR.overrides, *off]})
    granted = Entry(at("2026-03-04T09:00:00"), "extended", until=date(2026, 3, 11))
    found = reckon(term(granted, Entry(at("2026-03-05T09:00:00"), "calendar_changed", calendar=changed)))
    assert found.due == at("2026-03-13T17:00:00")


def test_a_change_of_the_limit_is_a_line_and_counts_the_whole_term_by_the_latest() -> None:
    start, ten = at("2026-03-02T09:00:00"), Budget(amount=10, unit="working_day")
    added = Entry(at("2026-03-04T09:00:00"), "extended", budget=Budget(amount=3, unit="working_day"))
    changed = Entry(at("2026-03-05T09:00:00"), "limit_changed", "1.0 → 2.0", budget=ten)
    plain = Ledger(start, Budget(amount=20, unit="working_day"), CALENDAR, "pause", entries=(added, changed))
    assert plain.before(1).budget == ten and plain.before(2).budget.amount == 20
    (line,) = [each for each in explain(plain) if each.kind == "limit_changed"]
    assert line.left == plain.budget and line.end == reckon(replace(plain, budget=ten, entries=(added,))).due
    assert explain(plain)[-1].at == reckon(plain).due
    assert reckon(replace(plain, budget=Budget(amount=2, unit="working_day"))).due is not None, "or a shorter one"
    assert [each.says for each in faults(replace(plain, entries=(replace(changed, budget=None),)))] == [
        "A change of the limit names no limit."
    ]


def test_the_last_moment_of_the_day_is_the_rule_packs() -> None:
    pack = read_rule_packs(definitions_root(None) / "national")[-1]
    late = CALENDAR.model_copy(update={"cutoff": time(16, 30)})
    assert counted_under(CALENDAR, pack) is CALENDAR
    assert counted_under(late, pack).cutoff == time(15)
    without = pack.model_copy(update={"parameters": [p for p in pack.parameters if p.id != "dossier.cutoff"]})
    assert counted_under(late, without) is late, "where a pack sets none, the calendar's holds"
