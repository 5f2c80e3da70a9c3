"""What a verdict may say, in which states an appraisal is, and who may not appraise or approve.

Layer 4, governance. Pure. The database holds the same (see the migrations).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from maidinh.governance.projects.faults import Fault

OPEN = "open"  # on its clock
WAITING = "waiting"  # a supplement is awaited, the clock stands
CONCLUDED = "concluded"  # a verdict is given
STOPPED = "stopped"  # the project was withdrawn
STATES = (OPEN, WAITING, CONCLUDED, STOPPED)

PASS = "pass"  # noqa: S105 - đạt
PASS_WITH_CONDITIONS = "pass-with-conditions"  # noqa: S105 - đạt có điều kiện
FAIL = "fail"  # không đạt
RESULTS = (PASS, PASS_WITH_CONDITIONS, FAIL)
PASSING = (PASS, PASS_WITH_CONDITIONS)

AGREE, AGREE_WITH_CHANGES, DISAGREE = STANCES = ("agree", "agree-with-changes", "disagree")
ASKED, GRANTED, NOT_GRANTED, ENDED = EXCEPTION_STATES = ("asked", "granted", "refused", "ended")

MET, NOT_MET, UNDETERMINED, NOT_APPLICABLE = GRADES = ("met", "not-met", "undetermined", "not-applicable")


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which is translated where it is shown."""
    return text


def judged(
    found: Iterable[Mapping[str, Any]], said: Mapping[str, Mapping[str, str]], automatic: frozenset[str]
) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The results of a verdict: what the checks found, and what the appraiser says of each; and what is wrong in it.

    Whoever judges otherwise than the checks says why. What an automatic check found not met stays so: it is mended by a
    supplement, let stand by a waiver of the rule, or the project is approved by an exception.
    """
    results: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for each in found:
        name = str(each["requirement"])
        own = said.get(name, {})
        result, why = own.get("result", each["result"]), own.get("why", "").strip()
        if result not in GRADES:
            faults.append(Fault(f"result-{name}", N_("Choose one of the four results.")))
        elif result != each["result"] and name in automatic and each["result"] == NOT_MET:
            faults.append(Fault(f"result-{name}", N_("The automatic check found this not met, and that stays so."), {},
                                N_("Ask for a supplement, or let the owner ask for an exception.")))  # fmt: skip
        elif result != each["result"] and not why:
            faults.append(Fault(f"why-{name}", N_("Say why you judge otherwise than the checks.")))
        results.append({**each, "checked": each["result"], "result": result, "why": why})
    return results, faults


def faults_of_verdict(
    result: str,
    results: Sequence[Mapping[str, Any]],
    reasons: str,
    conditions: Sequence[Mapping[str, str]],
    *,
    today: date,
) -> Iterator[Fault]:
    """What is wrong with a verdict as a whole: it can't say more than its results bear."""
    grades = {each["result"] for each in results}
    if result not in RESULTS:
        yield Fault("result", N_("Choose a verdict."))
    elif result in PASSING and NOT_MET in grades:
        yield Fault("result", N_("Something is not met. The project can't pass."), {},
                    N_("Ask for a supplement, or choose that it does not pass."))  # fmt: skip
    elif result == PASS and UNDETERMINED in grades:
        yield Fault("result", N_("There is not enough ground to judge everything. It can't pass without conditions."))
    if (result == PASS_WITH_CONDITIONS) != bool(conditions):
        yield Fault("conditions", N_("Conditions stand with a verdict that passes with conditions, and only there."))
    if not reasons:
        yield Fault("reasons", N_("Give the reasons of the verdict. They are published with it."))
    for place, each in enumerate(conditions):
        if not each.get("text"):
            yield Fault(f"conditions.{place}.text", N_("Say what must be met."))
        until = _day(each.get("until", ""))
        if until is None or until < today:
            yield Fault(f"conditions.{place}.until", N_("Give a day that is still to come."))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
