"""Whether every scenario of a province's procedures comes about as it says.

Layer 0, config. Pure. Which calendar and which rules of supplements hold follows from the day a scenario is filed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from maidinh.infrastructure.calendars.queries import read_calendars
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem
from maidinh.infrastructure.definitions.rule_packs import read_rule_packs, rule_pack_at
from maidinh.services.procedures.definition import Procedure
from maidinh.services.scenarios.reading import scenario_files, scenario_problems
from maidinh.services.scenarios.rules import Terms


def scenarios_check(folder: Path, procedures: Iterable[Procedure]) -> Iterator[Problem]:
    """What is wrong with the scenarios of the province in this folder. Raises DefinitionError of national files."""
    files = scenario_files(folder)
    if not files:
        return
    terms_on = terms_of(folder.parents[1] / "national")
    known = {(each.code, each.version): each for each in procedures}
    for path in files:
        try:
            yield from scenario_problems(path, known, terms_on)
        except DefinitionError as error:
            yield from error.problems


def terms_of(national: Path) -> Callable[[date], Terms]:
    """By which calendar and rules of supplements a scenario runs that is filed on a day. Raises DefinitionError."""
    packs, calendars = read_rule_packs(national), read_calendars(national)

    def terms_on(day: date) -> Terms:
        held = [c for c in calendars if c.valid_from <= day and (c.valid_to is None or day <= c.valid_to)]
        if not held:
            raise LookupError(f"no working calendar is in force on {day}")
        return Terms.of(rule_pack_at(packs, day), max(held, key=lambda each: each.valid_from))

    return terms_on
