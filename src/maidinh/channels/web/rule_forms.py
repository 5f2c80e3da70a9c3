"""The form of a rule: what was typed, the rule that it makes, and what is wrong at which field. Layer 2.

Nothing typed is lost: the form comes back as it was sent, whatever is wrong with it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import ValidationError

from maidinh.channels.web import rounds
from maidinh.channels.web.drafting_refusals import said
from maidinh.channels.web.rule_words import as_yaml
from maidinh.governance.conformity.definition import GROUPS, SEVERITIES, Rule
from maidinh.governance.conformity.examples import ExampleResult
from maidinh.governance.querying.sandbox import FUNCTIONS, ROWS, SECONDS, SQL_LENGTH, Refused
from maidinh.governance.querying.schema import TABLES
from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml

LINES = ("id", "title_vi", "title_en", "severity", "applies_to", "waivable_by")
TEXTS = ("explanation_vi", "explanation_en", "legal_basis", "select", "message_vi", "message_en", "remedy_vi",
         "remedy_en", "examples")  # fmt: skip
LONGEST = {"select": SQL_LENGTH, "examples": 200_000}
LONGEST_TEXT, LONGEST_LINE = 4_000, 400
IDENTIFIER = re.compile(r"[a-z-]+\.[a-z0-9]+(-[a-z0-9]+)*")
Errors = dict[str, list[str]]


@dataclass
class Typed:
    """What was typed into the form."""

    values: dict[str, str] = field(default_factory=dict)
    frameworks: list[str] = field(default_factory=list)
    days: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: dict[str, date | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def began(self, name: str) -> bool:
        """Whether something was typed into a date field."""
        return any(self.days.get(name, {}).values())


def typed_in(request: HttpRequest) -> Typed:
    """What the form sent."""
    values = {name: _clean(request.POST.get(name, "")) for name in (*LINES, *TEXTS)}
    typed = Typed(values, [each[:40] for each in request.POST.getlist("frameworks")])
    for name in ("valid_from", "valid_to"):
        typed.dates[name], typed.days[name] = rounds.typed_date(request, name)
    return typed


def typed_as(rule: Rule) -> Typed:
    """The form filled with a rule, to write its next version."""
    values = {
        "id": rule.id, "severity": rule.severity, "applies_to": rule.applies_to, "waivable_by": rule.waivable_by or "",
        "select": rule.select or "", "legal_basis": "\n".join(each.text for each in rule.legal_basis),
        "examples": as_yaml([each.model_dump(mode="json", exclude_defaults=True) for each in rule.examples]),
    }  # fmt: skip
    for name in ("title", "explanation", "message", "remedy"):
        text = getattr(rule, name)
        values |= {f"{name}_vi": text.vi, f"{name}_en": text.en or ""}
    days = {name: _parts(getattr(rule, name)) for name in ("valid_from", "valid_to")}
    return Typed(values, list(rule.frameworks), days)


def made_of(typed: Typed) -> tuple[Rule | None, Errors]:
    """The rule that was typed, or everything that is wrong with it by field."""
    errors = _missing(typed)
    examples = _examples(typed, errors)
    if errors:
        return None, errors
    content: dict[str, Any] = {
        "id": typed["id"], "severity": typed["severity"], "applies_to": typed["applies_to"],
        "frameworks": typed.frameworks, "select": typed["select"], "waivable_by": typed["waivable_by"] or None,
        "valid_from": typed.dates.get("valid_from"), "valid_to": typed.dates.get("valid_to"), "examples": examples,
        "legal_basis": [{"text": each.strip()} for each in typed["legal_basis"].splitlines() if each.strip()],
    }  # fmt: skip
    for name in ("title", "explanation", "message", "remedy"):
        content[name] = {"vi": typed[f"{name}_vi"]} | ({"en": typed[f"{name}_en"]} if typed[f"{name}_en"] else {})
    try:
        return Rule.model_validate(content), {}
    except ValidationError as error:
        for detail in error.errors():
            place = str(detail["loc"][0]) if detail["loc"] else "examples"
            at = place if place in (*LINES, *TEXTS, "frameworks") else f"{place}_vi"
            inner = ".".join(str(part) for part in detail["loc"][1:])
            text = said(detail["msg"])
            errors.setdefault(at if at != "_vi" else "", []).append(f"{inner}: {text}" if inner else text)
        return None, errors


def said_of(refusal: Refused) -> str:
    """Why a question was not run or was stopped, in the reader's language."""
    texts = {
        "empty": _("Write the question: a SELECT that returns a column named subject."),
        "too-long": _("The question is longer than %(length)s characters.") % {"length": SQL_LENGTH},
        "double-quotes": _("Double quotes are not allowed. Write texts in '…' and names in […]."),
        "null-comparison": _("A comparison with NULL is never true. Write IS NULL or IS NOT NULL."),
        "not-a-question": _("A rule only asks. It begins with SELECT or WITH."),
        "not-allowed": _("A rule only reads the tables listed here, by the functions listed here."),
        "unknown-name": _("There is no such table or column. See the list of tables."),
        "syntax": _("The question is not understood. Look for a missing comma, bracket or quote."),
        "too-slow": _("Stopped after %(seconds)s s: the rule loops, or joins everything with everything.")
        % {"seconds": f"{SECONDS:g}"},
        "too-many-rows": _("It finds more than %(rows)s rows. Say more narrowly what it looks for.") % {"rows": ROWS},
        "too-large": _("It makes something too large. Say more narrowly what it looks for."),
    }
    known = texts.get(refusal.kind, _("The question can't be run."))
    return f"{known} ({refusal.text})" if refusal.kind in ("not-allowed", "unknown-name", "syntax", "failed") else known


def said_of_example(result: ExampleResult, language: str) -> str:
    """What came of an example, in a line."""
    name = result.example.named(language)
    if result.ok:
        return _("“%(example)s” comes out as it says.") % {"example": name}
    if result.verdict == "otherwise" and (result.found or result.expected) and result.found != result.expected:
        words = {"example": name, "expected": _listed(result.expected), "found": _listed(result.found)}
        return _("“%(example)s”: it should find %(expected)s, and finds %(found)s.") % words
    return _("“%(example)s” can't be run: %(reason)s") % {"example": name, "reason": said(result.text)}


def functions() -> list[str]:
    """The functions that a rule may call."""
    return sorted(FUNCTIONS)


def _listed(subjects: Sequence[str]) -> str:
    return ", ".join(each or _("the architecture as a whole") for each in subjects) or _("nothing")


def _missing(typed: Typed) -> Errors:
    errors: Errors = {}
    must: Mapping[str, str] = {
        "title_vi": _("Say in Vietnamese what the rule asks."),
        "explanation_vi": _("Say in Vietnamese why it matters."),
        "select": _("Write the question: a SELECT that returns a column named subject."),
        "message_vi": _("Say in Vietnamese what is told of a finding."),
        "remedy_vi": _("Say in Vietnamese what mends it."),
        "examples": _("Give an example that passes and one that fails."),
    }
    if not IDENTIFIER.fullmatch(typed["id"]) or typed["id"].partition(".")[0] not in GROUPS:
        errors["id"] = [
            _("Write a group, a dot and a name in small letters, such as data.one-master. The groups: %(groups)s.")
            % {"groups": ", ".join(GROUPS)}
        ]
    if typed["severity"] not in SEVERITIES:
        errors["severity"] = [_("Choose how grave a finding is.")]
    if typed["applies_to"] not in TABLES:
        errors["applies_to"] = [_("Choose what the rule is about.")]
    for name, text in must.items():
        if not typed[name]:
            errors[name] = [text]
    for name in (*LINES, *TEXTS):
        longest = LONGEST.get(name, LONGEST_LINE if name in LINES else LONGEST_TEXT)
        if len(typed[name]) > longest:
            errors.setdefault(name, []).append(_("Write %(count)s characters or fewer.") % {"count": longest})
    for name in ("valid_from", "valid_to"):
        if typed.began(name) and typed.dates.get(name) is None:
            errors[name] = [_("Enter a day, with day, month and four-digit year, or leave it empty.")]
    return errors


def _examples(typed: Typed, errors: Errors) -> Any:
    """The examples as content; where they are no YAML, it is told with its line."""
    if not typed["examples"] or "examples" in errors:
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "examples.yaml"
        path.write_text(typed["examples"], "utf-8")
        try:
            content, _lines = read_yaml(path)
        except DefinitionError as error:
            told = [_("Line %(line)s: %(text)s") % {"line": each.line, "text": said(each.expected)}
                    for each in error.problems[:10]]  # fmt: skip
            errors["examples"] = told
            return []
    if not isinstance(content, list):
        errors["examples"] = [_("Write a list of examples: each begins with “- title:”.")]
        return []
    return content


def _clean(text: str) -> str:
    longest = max(LONGEST.values()) + 1
    return text.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8").strip()[:longest]


def _parts(day: date | None) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)} if day else {}
