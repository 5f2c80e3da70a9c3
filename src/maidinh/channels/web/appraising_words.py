"""Appraisals, verdicts, exceptions and what the checks said, in the reader's language. Layer 2.

What the checks said is read from the assessment that was kept with the appraisal, so that a page always shows what was
decided on, never what the checks would say today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.timing import TimeLeft, time_left
from maidinh.channels.web.context import language
from maidinh.governance.appraisal.rules import (
    AGREE,
    AGREE_WITH_CHANGES,
    ASKED,
    CONCLUDED,
    DISAGREE,
    ENDED,
    FAIL,
    GRANTED,
    MET,
    NOT_APPLICABLE,
    NOT_GRANTED,
    NOT_MET,
    OPEN,
    PASS,
    PASS_WITH_CONDITIONS,
    STOPPED,
    UNDETERMINED,
    WAITING,
)
from maidinh.governance.projects.faults import Fault

RESULT_TONES = {MET: "good", NOT_MET: "late", UNDETERMINED: "wait", NOT_APPLICABLE: "neutral"}
STATE_TONES = {OPEN: "info", WAITING: "wait", CONCLUDED: "good", STOPPED: "stopped"}
VERDICT_TONES = {PASS: "good", PASS_WITH_CONDITIONS: "wait", FAIL: "late"}
STANCE_TONES = {AGREE: "good", AGREE_WITH_CHANGES: "wait", DISAGREE: "late"}
EXCEPTION_TONES = {ASKED: "wait", GRANTED: "good", NOT_GRANTED: "stopped", ENDED: "neutral"}
Errors = dict[str, list[str]]


def state_names() -> dict[str, str]:
    """How far an appraisal is."""
    return {
        OPEN: _("being appraised"),
        WAITING: _("waits for a supplement"),
        CONCLUDED: _("verdict given"),
        STOPPED: _("stopped"),
    }


def verdict_names() -> dict[str, str]:
    """What a verdict says."""
    return {PASS: _("passes"), PASS_WITH_CONDITIONS: _("passes with conditions"), FAIL: _("does not pass")}


def stance_names() -> dict[str, str]:
    """What another body can say of a project."""
    return {AGREE: _("agrees"), AGREE_WITH_CHANGES: _("agrees with changes"), DISAGREE: _("does not agree")}


def exception_states() -> dict[str, str]:
    """How far an exception is."""
    return {ASKED: _("asked for"), GRANTED: _("granted"), NOT_GRANTED: _("refused"), ENDED: _("ended")}


def holder_names() -> dict[str, str]:
    """Whose share of the clock it is."""
    return {
        "focal": _("the focal appraiser"),
        "design": _("the appraiser of the design"),
        "appraiser": _("the appraiser"),
        "decider": _("whoever decides on the project"),
        "owner": _("the owner of the project"),
    }


def text(words: Any) -> str:
    """A text in both languages in the reader's; one in a single language as it is."""
    if words is None or isinstance(words, str):
        return words or ""
    if isinstance(words, Mapping):
        return str(words.get(language()) or words.get("vi") or words.get("en") or "")
    if isinstance(words, Sequence):
        return "; ".join(said for each in words if (said := text(each)))
    return str(words.in_language(language())) if hasattr(words, "in_language") else str(words)


def errors_of(faults: Iterable[Fault], fields: Iterable[str] = ()) -> Errors:
    """What the domain refuses, by the field of the form; what has no field there is about the whole form."""
    known, errors = set(fields), Errors()
    for fault in faults:
        errors.setdefault(fault.field if fault.field in known else "", []).append(told(fault))
    return errors


def told(fault: Fault) -> str:
    """A fault and its remedy in the reader's language."""
    return " ".join(_(each) % dict(fault.values) for each in (fault.says, fault.remedy) if each)


def left(due_at: datetime | None, at: datetime, *, stands: bool = False) -> TimeLeft | None:
    """How long is left until a moment, for the mark of the time; the clock stands while a supplement is awaited."""
    return TimeLeft("paused", _("until the supplement comes")) if stands else time_left(due_at, at)


def days_left(until: date, today: date) -> str:
    """How long something still holds."""
    days = (until - today).days
    if days < 0:
        return ngettext("%(days)s day past", "%(days)s days past", -days) % {"days": -days}
    if not days:
        return _("today is the last day")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def lines(words: str) -> list[str]:
    """A text of several lines."""
    return [line.strip() for line in words.splitlines() if line.strip()]
