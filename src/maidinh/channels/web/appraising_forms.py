"""The forms of an appraisal as they were sent: defects, conditions, judgements; nothing that was typed is lost.

Layer 2. Pure, save for the words of what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.appraising_words import Errors
from maidinh.governance.appraisal.rules import FAIL, GRADES, PASS, PASS_WITH_CONDITIONS

LONGEST = 4000
MOST_LINES = 60  # lines of one form; a form of more is not one that a person filled in
PARTS = ("day", "month", "year")


def typed(posted: Mapping[str, str], name: str, longest: int = LONGEST) -> str:
    """What a field sent, without what no text has; one character more than allowed, so that it is refused."""
    return posted.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()[: longest + 1]


def typed_day(posted: Mapping[str, str], name: str) -> tuple[date | None, dict[str, str]]:
    """The day that a date field sent, if it is one; and what was typed."""
    parts = {part: posted.get(f"{name}-{part}", "").strip()[:10] for part in PARTS}
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"])), parts
    except (ValueError, OverflowError):
        return None, parts


def day_asked(errors: Errors, name: str, day: date | None, words: Mapping[str, str], called: str = "") -> None:
    """Put the error of a day that is none at its field; `called` tells two days of a form apart."""
    if day is None:
        empty = not any(words.values())
        wrong = (
            _("Enter the day, with day, month and four-digit year.")
            if empty
            else _("There is no such day. Enter day, month and four-digit year, such as 31 12 2026.")
        )
        errors[name] = [f"{called}: {wrong}" if called else wrong]


def text_asked(errors: Errors, name: str, words: str, missing: str, longest: int = LONGEST) -> None:
    """Put the error of a text that is missing or too long at its field."""
    if not words:
        errors[name] = [missing]
    elif len(words) > longest:
        errors[name] = [_("Write at most %(n)s characters") % {"n": longest}]


@dataclass
class DefectLines:
    """The defects of a request: what each is about, what is wrong, on what ground."""

    rows: list[dict[str, str]]
    errors: Errors = field(default_factory=dict)

    @classmethod
    def of(cls, posted: Mapping[str, str]) -> DefectLines:
        """As they were sent."""
        return cls(
            [
                {name: typed(posted, f"defect-{number}-{name}") for name in ("field", "says", "basis")}
                for number in range(_count(posted, "defects"))
            ]
        )

    def checked(self, fields: Iterable[str]) -> list[dict[str, str]]:
        """The defects that say something; what is wrong is put at its field."""
        known, kept = set(fields), []
        for number, row in enumerate(self.rows):
            if not row["says"] and not row["basis"]:
                continue
            text_asked(self.errors, f"defect-{number}-says", row["says"], _("Say what is missing or wrong."))
            if row["field"] not in known:
                self.errors[f"defect-{number}-field"] = [_("Choose what of the project it is about.")]
            kept.append(row)
        if not kept:
            self.errors["defect-0-says"] = [_("Name at least one thing that is missing or wrong.")]
        return kept

    def with_blank(self) -> list[dict[str, str]]:
        """The rows of the form, with an empty one to write in."""
        blank = {"field": "", "says": "", "basis": ""}
        return self.rows if self.rows and not any(self.rows[-1].values()) else [*self.rows, blank]


@dataclass
class VerdictForm:
    """A verdict in the making: each requirement judged, conditions with their day, the whole and its reasons."""

    judged: dict[str, dict[str, str]]
    conditions: list[dict[str, Any]]
    result: str = ""
    reasons: str = ""
    errors: Errors = field(default_factory=dict)

    @classmethod
    def begun(cls, results: Sequence[Mapping[str, Any]]) -> VerdictForm:
        """As the checks left it, for nobody has judged yet."""
        return cls({each["id"]: {"result": each["result"], "why": ""} for each in results}, [])

    @classmethod
    def of(cls, posted: Mapping[str, str], results: Sequence[Mapping[str, Any]]) -> VerdictForm:
        """As it was sent."""
        judged = {
            each["id"]: {
                "result": posted.get(f"result-{each['id']}", each["result"])[:20],
                "why": typed(posted, f"why-{each['id']}"),
            }
            for each in results
        }
        conditions = []
        for number in range(_count(posted, "conditions")):
            until, words = typed_day(posted, f"condition-{number}-until")
            said = typed(posted, f"condition-{number}-text")
            if said or any(words.values()):  # an empty line is none, and the errors of the others keep their number
                conditions.append({"text": said, "until": until, "typed": words})
        return cls(judged, conditions, posted.get("result", "")[:24], typed(posted, "reasons"))

    def check(self, results: Sequence[Mapping[str, Any]]) -> None:
        """Put what is wrong at its field."""
        if self.result not in (PASS, PASS_WITH_CONDITIONS, FAIL):
            self.errors["result"] = [_("Choose what the verdict is.")]
        for each in results:
            own = self.judged[each["id"]]
            if own["result"] not in GRADES:
                self.errors[f"result-{each['id']}"] = [_("Choose one of the four results.")]
            elif own["result"] != each["result"]:
                missing = _("Say why you judge otherwise than the automatic check.")
                text_asked(self.errors, f"why-{each['id']}", own["why"], missing)
            elif len(own["why"]) > LONGEST:
                text_asked(self.errors, f"why-{each['id']}", own["why"], "")
        for number, condition in enumerate(self.conditions):
            name = f"condition-{number}"
            text_asked(self.errors, f"{name}-text", condition["text"], _("Say what must be done."))
            day_asked(self.errors, f"{name}-until", condition["until"], condition["typed"])
        if self.result == PASS_WITH_CONDITIONS and not self.conditions:
            self.errors.setdefault("condition-0-text", [_("Name at least one condition, or choose another verdict.")])
        if self.result in (PASS, FAIL) and self.conditions:
            self.errors.setdefault("result", [_("Conditions go with “passes with conditions” only. Take them out.")])
        text_asked(self.errors, "reasons", self.reasons, _("Give the reasons of the verdict."))

    def with_blank(self) -> list[dict[str, Any]]:
        """The conditions of the form, with an empty one to write in."""
        return [*self.conditions, {"text": "", "until": None, "typed": dict.fromkeys(PARTS, "")}]

    def as_sent(self) -> list[tuple[str, str]]:
        """Everything that was typed, as the fields of a form, for a page in between."""
        fields = [("result", self.result), ("reasons", self.reasons), ("conditions", str(len(self.conditions)))]
        for name, own in self.judged.items():
            fields += [(f"result-{name}", own["result"]), (f"why-{name}", own["why"])]
        for number, condition in enumerate(self.conditions):
            fields.append((f"condition-{number}-text", condition["text"]))
            fields += [(f"condition-{number}-until-{part}", condition["typed"][part]) for part in PARTS]
        return fields


def _count(posted: Mapping[str, str], name: str) -> int:
    sent = posted.get(name, "")
    return min(int(sent), MOST_LINES) if sent.isascii() and sent.isdigit() and len(sent) < 5 else 0
