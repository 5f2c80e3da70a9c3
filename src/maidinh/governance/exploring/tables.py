"""The readings of an architecture as tables with headings, for spreadsheets, CSV files and the terminal.

Layer 4, governance. Pure. Each gives its headings and rows as texts in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from maidinh.governance.exploring.exploration import Exploration
from maidinh.governance.exploring.impact import Impact
from maidinh.governance.exploring.life_cycle import state_at
from maidinh.governance.exploring.responsibilities import Agreement, Duties
from maidinh.governance.exploring.technology import Watched
from maidinh.governance.exploring.wording import DEBTS, N_, STAGES, STATES, URGENCIES, Wording
from maidinh.infrastructure.workbooks.separated import csv_bytes
from maidinh.infrastructure.workbooks.writing import SheetPlan, workbook_bytes

MATRIX = {
    "owns": N_("Owns"), "runs": N_("Runs"), "provides": N_("Provides"), "uses": N_("Uses"), "owes": N_("Owes"),
}  # fmt: skip
NAME_WIDTH = 48  # characters of a column of names


@dataclass(frozen=True)
class Sheet:
    """A table: what it is called, its headings, its rows."""

    title: str
    headings: list[str]
    rows: list[list[str]]

    def csv(self) -> bytes:
        """The table as a CSV file."""
        return csv_bytes([self.headings, *self.rows], ",")


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The tables as a workbook, a sheet for each."""
    return workbook_bytes(
        SheetPlan(each.title[:31], [each.headings], each.rows, widths={1: NAME_WIDTH, 2: NAME_WIDTH}) for each in sheets
    )


def impact_sheet(exploration: Exploration, found: Impact, words: Wording, day: date) -> Sheet:
    """What was reached, the nearest first, each with the way by which."""
    say = words.say
    titles = (N_("Component"), N_("Steps"), N_("Because"), N_("Kind"), N_("Owner"), N_("State"), N_("Id"))
    rows = []
    for each in found.reached.values():
        element = exploration.elements[each.element]
        rows.append([
            words.name(exploration, element.id), str(each.depth), words.way(exploration, found, element.id),
            words.kind(element.kind), words.agency(element.owner), say(STATES[state_at(element, day)]), element.id,
        ])  # fmt: skip
    return Sheet(say(N_("Impact")), [say(each) for each in titles], rows)


def matrix_sheet(exploration: Exploration, duties: Iterable[Duties], words: Wording) -> Sheet:
    """Agencies against what they own, run, provide, use and owe, in figures."""
    say = words.say
    rows = [
        [words.body(exploration, each), each.code, *(str(count) for count in each.counts().values())] for each in duties
    ]
    headings = [say(N_("Agency")), say(N_("Code")), *(say(each) for each in MATRIX.values())]
    return Sheet(say(N_("Responsibilities")), headings, rows)


def duties_sheet(exploration: Exploration, duties: Iterable[Duties], words: Wording) -> Sheet:
    """Each single thing that an agency owns, runs, provides, uses or owes."""
    say = words.say
    titles = (N_("Agency"), N_("Component"), N_("What"), N_("Detail"), N_("Day"), N_("Id"), N_("Code"))
    rows = [
        [words.body(exploration, each), name, what, detail, day, element, each.code]
        for each in duties
        for what, element, name, detail, day in _things(exploration, each, words)
    ]
    return Sheet(say(N_("In detail")), [say(each) for each in titles], rows)


def technology_sheet(exploration: Exploration, watched: Iterable[Watched], words: Wording) -> Sheet:
    """Every product with its stage, its day, what stands on it, and what takes its place."""
    say = words.say
    titles = (
        N_("Product"), N_("Directly"), N_("Stage"), N_("Must go by"), N_("Urgency"), N_("Indirectly"),
        N_("Replaced by"), N_("Id"),
    )  # fmt: skip
    rows = [
        [
            product_name(exploration, each, words), "; ".join(words.name(exploration, user) for user in each.direct),
            say(STAGES[each.stage]), each.must_go.isoformat() if each.must_go else "", say(URGENCIES[each.urgency]),
            str(len(each.indirect)), ", ".join(each.replaced_by), each.id,
        ]
        for each in watched
    ]  # fmt: skip
    return Sheet(say(N_("Technology")), [say(each) for each in titles], rows)


def product_name(exploration: Exploration, watched: Watched, words: Wording) -> str:
    """What a product is called: its own name, else what it is for, else its element's name or its id."""
    product = watched.product
    if product is not None:
        return product.product or product.name.in_language(words.language)
    return words.name(exploration, watched.stands_for[0].id) if watched.stands_for else watched.id


def _things(exploration: Exploration, duties: Duties, words: Wording) -> Iterator[tuple[str, str, str, str, str]]:
    """What, of which element, its name, more about it, by when."""
    say = words.say

    def named(element: str) -> str:
        return words.name(exploration, element)

    for what, ids in (
        (MATRIX["owns"], duties.owns),
        (MATRIX["runs"], duties.runs),
        (MATRIX["provides"], [*duties.interfaces, *duties.shared]),
    ):
        yield from ((say(what), each, named(each), "", "") for each in ids)
    yield from (_agreed(each, each.consumer, say(MATRIX["provides"]), named(each.interface), named(each.consumer))
                for each in duties.provides)  # fmt: skip
    yield from (_agreed(each, each.interface, say(MATRIX["uses"]), named(each.interface), named(each.consumer))
                for each in duties.consumes)  # fmt: skip
    for use in duties.uses:
        yield say(MATRIX["uses"]), use.element, named(use.element), "; ".join(named(each) for each in use.by), ""
    for owed in duties.owes:
        detail = say(DEBTS[owed.debt]) + (f" ({owed.about})" if owed.about else "")
        day = owed.day.isoformat() if owed.day else ""
        yield say(MATRIX["owes"]), owed.element, named(owed.element), detail, day


def _agreed(
    agreement: Agreement, element: str, what: str, interface: str, consumer: str
) -> tuple[str, str, str, str, str]:
    detail = f"{agreement.contract.id}: {consumer} → {interface}"
    return what, element, interface, detail, agreement.contract.valid_to.isoformat()
