"""What a procedure's tables decide for one dossier: what it costs, how long it may take, which papers it needs. Pure.

Layer 4. The facts are the answers, the case and channel, and what officials found; every decision names the table's
rows and their articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.decisions.rules import Undecided, decide
from maidinh.services.procedures.definition import Case, Fee, Paper, Procedure

LARGEST_FEE = 10**12  # dong; a thousand times the largest in any table of fees


class VersionChanged(Exception):
    """A version that is kept already has another content now: give the changed one a new version."""

    def __init__(self, code: str, version: str) -> None:
        self.code, self.version = code, version
        super().__init__(f"procedure {code} version {version} is kept with another content")


@dataclass(frozen=True)
class DecidedFee:
    """What is to be paid, in dong, and the articles that set it."""

    amount: int
    bases: tuple[LegalBasis, ...]


def facts_of(answers: Mapping[str, Any], case: str, channel: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions and tables may look at; what officials found stands above what the applicant said."""
    return {"case": case, "channel": channel, **answers, **found}


def fee_of(procedure: Procedure, case: Case, facts: Mapping[str, Any]) -> DecidedFee | None:
    """What the case costs; None when it is free. Raises Undecided, Contradiction."""
    if case.fee is None:
        return None
    times = _times(case.fee, facts)
    if case.fee.table is None:
        return _decided((case.fee.amount or 0) * times, (case.fee.basis,) if case.fee.basis else ())
    table = procedure.table(case.fee.table)
    decision = decide(table, facts)
    bases = tuple(table.rows[number - 1].basis for number in decision.rows)
    return _decided(int(decision.output["amount"]) * times, bases)


def _decided(amount: int, bases: tuple[LegalBasis, ...]) -> DecidedFee:
    """Raises Undecided for what no fee is, however many the applicant said it is paid for: a person looks at it."""
    if amount > LARGEST_FEE:
        raise Undecided(f"{amount} dong is no fee")
    return DecidedFee(amount, bases)


def _times(fee: Fee, facts: Mapping[str, Any]) -> int:
    """How often the fee is paid. Raises Undecided where the number that it is paid for isn't known."""
    if fee.per is None:
        return 1
    number = facts.get(fee.per)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise Undecided(f"how many {fee.per} the fee is paid for isn't known")
    return number


def limit_of(procedure: Procedure, case: Case, facts: Mapping[str, Any]) -> Budget:
    """How long the case may take; its own budget where its table has no row for these facts. Raises Contradiction."""
    limit = case.time_limit
    if limit.table is None:
        return limit.budget
    try:
        decision = decide(procedure.table(limit.table), facts)
    except Undecided:
        return limit.budget
    return Budget(amount=int(decision.output["amount"]), unit=limit.budget.unit)


def goes_straight(procedure: Procedure) -> bool:
    """Whether its steps follow each other, nothing is found, called or waited for, and all are asked the same."""
    waits = any(step.facts or step.call or step.minimum or step.kind == "join" for step in procedure.steps)
    parts = any(len(places) > 1 for step in procedure.steps for out in step.outcomes for places in out.targets())
    asked = [*procedure.papers, *(field for page in procedure.pages for field in page.fields)]
    return not waits and not parts and all(each.when is None for each in asked)


def papers_for(procedure: Procedure, facts: Mapping[str, Any]) -> list[Paper]:
    """The papers that belong to a dossier with these facts."""
    return [paper for paper in procedure.papers if paper.when is None or condition_holds(paper.when, facts)]
