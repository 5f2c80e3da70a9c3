"""How much a project is at risk, computed from facts: each cause with its figures, and the worst of them as the level.

Layer 4, governance. Pure. The thresholds are data (national/supervision.yaml); the officer's own rating stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from maidinh.governance.supervision.definition import RiskTerms, Threshold
from maidinh.governance.supervision.rules import HIGH, LEVELS, LOW, MEDIUM


@dataclass(frozen=True)
class LateMilestone:
    """A milestone that began or ended after its day, or has not ended yet though it should have."""

    id: str
    days: int


@dataclass(frozen=True)
class Condition:
    """A condition of the verdict that nobody has shown to be met; `until` is its day, if it has one."""

    id: str
    text: str
    until: date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a project on a day. `running`: it is being built, so that time and money are expected to move.

    `expected` is what should have been paid by now, `above` how much more was paid of some sources than they were to
    give; `contracts` and `approved_sum` compare what was signed with what was approved.
    """

    on: date
    running: bool
    late: tuple[LateMilestone, ...] = ()
    expected: int = 0
    paid: int = 0
    above: int = 0
    approved_sum: int = 0
    contracts: int = 0
    unmet: tuple[Condition, ...] = ()
    exception_until: date | None = None
    last_heard_on: date | None = None
    drift: int = 0


@dataclass(frozen=True)
class Cause:
    """One reason of a risk: a code, its level and the figures that it rests on."""

    code: str
    level: str
    values: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rating:
    """The level that the facts come to, and every cause above low, the worst first."""

    level: str
    causes: tuple[Cause, ...] = ()


def rate(facts: Facts, terms: RiskTerms) -> Rating:
    """The risk of a project by its facts."""
    found = [each for each in _causes(facts, terms) if each.level != LOW]
    found.sort(key=lambda cause: -LEVELS.index(cause.level))
    return Rating(found[0].level if found else LOW, tuple(found))


def _causes(facts: Facts, terms: RiskTerms) -> list[Cause]:
    found = []
    if facts.late:
        worst = max(each.days for each in facts.late)
        found.append(Cause("milestones", _at(worst, terms.milestone_late_days),
                           {"count": len(facts.late), "days": worst}))  # fmt: skip
    behind = facts.expected - facts.paid
    if facts.running and facts.expected > 0 and behind > 0:
        percent = behind * 100 // facts.expected
        found.append(Cause("behind", _at(percent, terms.money_behind_percent), {"percent": percent, "sum": behind}))
    if facts.above > 0:
        percent = _percent(facts.above, facts.approved_sum)
        found.append(Cause("above", _at(percent, terms.money_above_percent), {"percent": percent, "sum": facts.above}))
    over = facts.contracts - facts.approved_sum
    if facts.approved_sum > 0 and over > 0:
        percent = _percent(over, facts.approved_sum)
        found.append(Cause("contract", _at(percent, terms.contract_above_percent), {"percent": percent, "sum": over}))
    past = [(facts.on - each.until).days for each in facts.unmet if each.until is not None and each.until < facts.on]
    if past:
        found.append(Cause("conditions", _at(max(past), terms.condition_late_days),
                           {"count": len(past), "days": max(past)}))  # fmt: skip
    if facts.exception_until is not None:
        left = max((facts.exception_until - facts.on).days, 0)
        level = (
            HIGH if left <= terms.exception_ends_days.high
            else MEDIUM if left <= terms.exception_ends_days.medium
            else LOW
        )  # fmt: skip
        found.append(Cause("exception", level, {"days": left, "until": facts.exception_until.isoformat()}))
    if facts.running and facts.last_heard_on is not None:
        silent = (facts.on - facts.last_heard_on).days
        found.append(Cause("silent", _at(silent, terms.report_silent_days), {"days": silent}))
    if facts.drift:
        found.append(Cause("drift", _at(facts.drift, terms.drift_findings), {"count": facts.drift}))
    return found


def _at(figure: int, threshold: Threshold) -> str:
    return HIGH if figure >= threshold.high else MEDIUM if figure >= threshold.medium else LOW


def _percent(part: int, whole: int) -> int:
    """Per cent, rounded up: whatever is above counts as one at least."""
    return -(-part * 100 // whole) if whole > 0 else 100
