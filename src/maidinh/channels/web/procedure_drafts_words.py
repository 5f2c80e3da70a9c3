"""Drafts of procedures in words: states, parts, findings, and in what the next version differs. Layer 2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maidinh.channels.web.context import language
from maidinh.channels.web.drafting_refusals import said
from maidinh.channels.web.procedure_drafts_names import Names, named_values
from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.services.authoring.definition import ABANDONED, EDITING, MAIN, PUBLISHED, SUBMITTED
from maidinh.services.authoring.judging import Told
from maidinh.services.authoring.merging import ORDER
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.differences import Difference

STATES: dict[str, Any] = {
    EDITING: gettext_lazy("being written"),
    SUBMITTED: gettext_lazy("waits for a decision"),
    PUBLISHED: gettext_lazy("approved"),
    ABANDONED: gettext_lazy("given up"),
}
TONES = {EDITING: "info", SUBMITTED: "wait", PUBLISHED: "good", ABANDONED: "stopped"}
PARTS: dict[str, Any] = {  # those with a form, in the order of the outline
    "identity": gettext_lazy("Name, days and legal basis"),
    "cases": gettext_lazy("Cases, time limits and fees"),
    "tables": gettext_lazy("Decision tables: fees and time limits by answer"),
    "papers": gettext_lazy("Papers"),
    "fields": gettext_lazy("Questions of the form"),
    "steps": gettext_lazy("Steps of the process"),
}
PART_OF = {  # which form changes a part of the file
    "cases": "cases", "papers": "papers", "pages": "fields", "answers": "fields", "steps": "steps", "tables": "tables",
    **dict.fromkeys(("name", "short_name", "field", "version", "effective_from", "effective_to", "published_by",
                     "process_approved_by", "legal_basis"), "identity"),
}  # fmt: skip
WEIGHTS: dict[str, Any] = {
    "cosmetic": gettext_lazy("words only"),
    "compatible": gettext_lazy("compatible"),
    "breaking": gettext_lazy("breaking"),
}
SECTIONS: dict[str, Any] = {
    "name": gettext_lazy("Name of the procedure"), "short_name": gettext_lazy("Short name"),
    "field": gettext_lazy("Field"), "kind": gettext_lazy("Kind"), "published_by": gettext_lazy("Published by"),
    "process_approved_by": gettext_lazy("Decision on the internal process"),
    "legal_basis": gettext_lazy("Legal basis"), "responsible": gettext_lazy("Responsible agency"),
    "receiving": gettext_lazy("Receiving agencies"), "applicants": gettext_lazy("Applicants"),
    "channels": gettext_lazy("Channels"), "online_level": gettext_lazy("Online service"),
    "online_reason": gettext_lazy("Online service"), "cases": gettext_lazy("Case"),
    "papers": gettext_lazy("Paper"), "fields": gettext_lazy("Question"), "pages": gettext_lazy("Page of the form"),
    "answers": gettext_lazy("Allowed answers"), "tables": gettext_lazy("Decision table"),
    "steps": gettext_lazy("Step"), "result": gettext_lazy("Result"), "retention": gettext_lazy("Retention"),
    "first_step": gettext_lazy("First step"),
}  # fmt: skip
KEYS: dict[str, Any] = {
    "name": gettext_lazy("name"), "label": gettext_lazy("text"), "title": gettext_lazy("title"),
    "hint": gettext_lazy("hint"), "budget": gettext_lazy("time"), "amount": gettext_lazy("amount"),
    "unit": gettext_lazy("unit"), "role": gettext_lazy("role"), "agency": gettext_lazy("agency"),
    "to": gettext_lazy("leads to"), "outcomes": gettext_lazy("outcome"), "required": gettext_lazy("required"),
    "time_limit": gettext_lazy("time limit"), "fee": gettext_lazy("fee"), "reason": gettext_lazy("reason asked"),
    "copies": gettext_lazy("copies"), "options": gettext_lazy("choice"), "facts": gettext_lazy("finding"),
    "minimum": gettext_lazy("shortest time"), "formats": gettext_lazy("formats"), "vi": gettext_lazy("in Vietnamese"),
    "en": gettext_lazy("in English"), "checked": gettext_lazy("checked against the source"),
    "source": gettext_lazy("source"), "when": gettext_lazy("condition"), "properties": gettext_lazy("answer"),
}  # fmt: skip
LONGEST = 160


@dataclass(frozen=True)
class Finding:
    """A finding in the reader's language, with the line of the text that it is about."""

    file: str
    line: int
    wrong: bool
    message: str
    remedy: str
    quoted: str
    part: str


def finding_in_words(told: Told, files: Mapping[str, str], content: Any, names: Names) -> Finding:
    """What was found, where, and the remedy."""
    values: Mapping[str, str] = told.finding.values_in(language())
    if told.file == MAIN:
        values = named_values(values, told.place, content, names)
    if "expected" in values:
        values = {**values, "expected": said(values["expected"])}
    lines = files.get(told.file, "").splitlines()
    quoted = lines[told.line - 1].strip()[:LONGEST] if 0 < told.line <= len(lines) else ""
    part = PART_OF.get(told.place.split(".")[0], "") if told.file == MAIN else ""
    check = told.finding.check
    says = _(check.says) % values
    return Finding(
        told.file, told.line, told.wrong, says[:1].upper() + says[1:], _(check.remedy) % values, quoted, part
    )


@dataclass(frozen=True)
class Change:
    """One difference in words."""

    where: str
    before: str
    after: str
    weight: str
    tone: str


def change_in_words(found: Difference, old: Procedure | None, new: Procedure) -> Change:
    """In what the new version differs, by the names of the parts."""
    tones = {"cosmetic": "neutral", "compatible": "info", "breaking": "wait"}
    where = " › ".join(_where(found.path, old, new))
    before, after = value_in_words(found.before), value_in_words(found.after)
    return Change(where, before, after, str(WEIGHTS[found.weight]), tones[found.weight])


def value_in_words(value: Any) -> str:
    """A value for people; what has no words of its own as it is written, shortened."""
    if value is None or value in ([], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    told = _part_in_words(value) if isinstance(value, dict) else ""
    if told:
        return told
    if isinstance(value, list):
        return ", ".join(map(value_in_words, value))[:LONGEST]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _part_in_words(value: dict[str, Any]) -> str:
    """A part by its name, an amount of time in words; "" where it has neither."""
    if set(value) >= {"amount", "unit"} and isinstance(value["amount"], int):
        return budget_in_words(Budget(amount=value["amount"], unit=value["unit"]))
    if value.get("type") in ("string", "integer", "number"):
        return _schema_in_words(value)
    named = value.get("name") or value.get("label") or value.get("title") or value
    if isinstance(named, dict) and isinstance(named.get("vi"), str):
        return str(named.get(language()) or named["vi"])
    return str(value["text"]) if isinstance(value.get("text"), str) else ""


def _schema_in_words(schema: dict[str, Any]) -> str:
    """Which answers are allowed."""
    if isinstance(schema.get("enum"), list):
        return _("one of %(count)s answers") % {"count": len(schema["enum"])}
    if schema.get("format") == "date":
        return _("a day")
    if schema["type"] == "string":
        most = schema.get("maxLength")
        return _("text of at most %(count)s characters") % {"count": most} if most else _("text in a given form")
    low, high = schema.get("minimum"), schema.get("maximum")
    return _("a number from %(low)s to %(high)s") % {
        "low": "…" if low is None else low, "high": "…" if high is None else high,
    }  # fmt: skip


def _where(path: tuple[str, ...], old: Procedure | None, new: Procedure) -> list[str]:
    names = _names(old) | _names(new)
    words = [str(SECTIONS.get(path[0], path[0]))]
    if path[:2] == ("answers", "properties") and len(path) > 2:
        return [*words, names.get(("fields", path[2])) or path[2], *(str(KEYS.get(each, each)) for each in path[3:])]
    for key in path[1:]:
        group = "fields" if path[:2] == ("answers", "required") else path[0]
        words.append(names.get((group, key)) or str(KEYS.get(key, key)))
    return words


def place_in_words(path: tuple[str, ...], names: Names) -> str:
    """A place in the files by the names of its parts; the file itself is named where it isn't the procedure's own."""
    file, *keys = path
    words = [] if file == MAIN else [file]
    if not keys:
        return file if file != MAIN else _("The whole file")
    words.append(str(SECTIONS.get(keys[0], keys[0])) if file == MAIN else keys[0])
    for before, key in pairwise(keys):
        group = "facts" if before in ("fields", "properties") else before
        if key == ORDER:
            words.append(_("order"))
        elif key.isdecimal():
            words.append(_("Row %(number)s") % {"number": key})
        else:
            words.append(names.get(group, {}).get(key) or str(KEYS.get(key, key)))
    return " › ".join(words)


def _names(procedure: Procedure | None) -> dict[tuple[str, str], str]:
    if procedure is None:
        return {}
    here = language()
    found = {("cases", each.id): each.name for each in procedure.cases}
    found |= {("papers", each.id): each.name for each in procedure.papers}
    found |= {("steps", each.id): each.name for each in procedure.steps}
    found |= {("pages", each.id): each.title for each in procedure.pages}
    found |= {("fields", each.id): each.label for page in procedure.pages for each in page.fields}
    return {key: text.in_language(here) for key, text in found.items()}
