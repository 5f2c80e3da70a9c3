"""The forms of a procedure's parts: what stands in the file, what was typed, and the content that it makes. Layer 2.

A form changes what it shows and nothing else; all that it doesn't show stays as it is written. What was typed comes
back as it was sent, whatever is wrong with it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.channels.web.procedure_drafts_columns import shown_decisions, taken_decisions
from maidinh.channels.web.procedure_drafts_conditions import Fact, facts_of, shown_condition, take_condition
from maidinh.channels.web.procedure_drafts_steps import shown_steps, taken_steps
from maidinh.channels.web.procedure_drafts_tables import fits_tables
from maidinh.channels.web.procedure_drafts_typed import (
    Errors,
    Typed,
    as_list,
    as_map,
    free_id,
    named,
    put_budget,
    put_text,
    text_of,
    whole,
)
from maidinh.services.authoring.definition import VERSION

Content = dict[str, Any]
WHOLE = re.compile(r"\d{1,3}([. ]\d{3})+|\d{1,12}")
PROPERTIES: dict[str, tuple[str, dict[str, Any]]] = {  # a new question: how it is shown, and which answers it takes
    "text": ("text", {"type": "string", "minLength": 1, "maxLength": 200}),
    "textarea": ("textarea", {"type": "string", "minLength": 1, "maxLength": 2000}),
    "number": ("number", {"type": "integer", "minimum": 0, "maximum": 1_000_000_000}),
    "date": ("date", {"type": "string", "format": "date"}),
    "radios": ("radios", {"type": "string"}),
}


@dataclass(frozen=True)
class Part:
    """A part with a form: what the form shows of a content, and the content that what was typed makes."""

    shown: Callable[[Content], Typed]
    taken: Callable[[Content, Mapping[str, str], Errors], Content]


@dataclass
class Made:
    """What a form made: a new content, or everything that is wrong by field."""

    content: Content
    errors: Errors = field(default_factory=dict)


def made_of(part: str, content: Content, typed: Mapping[str, str]) -> Made:
    """The content as the form changes it."""
    errors: Errors = {}
    return Made(FORMS[part].taken(copy.deepcopy(content), typed, errors), errors)


def shown_of(part: str, content: Content) -> Typed:
    """What the form shows."""
    return FORMS[part].shown(content)


def fits(part: str, content: Content) -> bool:
    """Whether the content has the shape that the form changes; a file in the making may have any."""
    answers = as_map(content.get("answers"))
    if part == "fields":
        pages = content.get("pages")
        required = answers.get("required", [])
        return (
            _rows(pages)
            and all(_rows(page.get("fields")) for page in as_list(pages))
            and isinstance(answers.get("properties"), dict)
            and isinstance(required, list)
            and all(isinstance(each, str) for each in required)
        )
    if part == "tables":
        return fits_tables(content)
    if part == "steps":
        steps = content.get("steps")
        return _rows(steps) and all(_rows(step.get("outcomes")) for step in as_list(steps))
    if part == "cases":
        cases = content.get("cases")
        return _rows(cases) and all(isinstance(case.get("time_limit"), dict) for case in as_list(cases))
    if part == "papers":
        return content.get("papers") is None or _rows(content["papers"])
    return all(isinstance(as_map(each).get("text"), str) for each in as_list(content.get("legal_basis")))


def _rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


TEXTS = ("name", "short_name", "field")
LINES = ("version", "published_by", "process_approved_by")


def _identity(content: Content) -> Typed:
    found = {f"{name}_{lang}": text_of(content.get(name), lang) for name in TEXTS for lang in ("vi", "en")}
    found |= {name: str(content.get(name) or "") for name in LINES}
    found["legal_basis"] = "\n".join(str(as_map(each).get("text", "")) for each in as_list(content.get("legal_basis")))
    for name in ("effective_from", "effective_to"):
        day = content.get(name)
        for part in ("day", "month", "year"):
            found[f"{name}-{part}"] = str(getattr(day, part)) if isinstance(day, date) else ""
    return found


def _take_identity(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    for name in TEXTS:
        if not typed.get(f"{name}_vi", ""):
            errors[f"{name}_vi"] = _("Write it in Vietnamese.")
        put_text(content, name, typed, name)
    if not VERSION.fullmatch(typed.get("version", "")):
        errors["version"] = _("Write the version in letters, digits, dots and dashes, such as 2.0.")
    content["version"] = typed.get("version", "")
    if not typed.get("published_by"):
        errors["published_by"] = _("Write the number of the decision that published the procedure.")
    content["published_by"] = typed.get("published_by", "")
    if typed.get("process_approved_by"):
        content["process_approved_by"] = typed["process_approved_by"]
    else:
        content.pop("process_approved_by", None)
    known = {as_map(each).get("text"): each for each in as_list(content.get("legal_basis"))}
    lines = [line.strip() for line in typed.get("legal_basis", "").splitlines() if line.strip()]
    if not lines:
        errors["legal_basis"] = _("Name at least one legal document.")
    content["legal_basis"] = [known.get(line, {"text": line, "checked": False}) for line in dict.fromkeys(lines)]
    for name, needed in (("effective_from", True), ("effective_to", False)):
        _take_day(content, name, typed, errors, needed=needed)
    return content


def _take_day(content: Content, name: str, typed: Mapping[str, str], errors: Errors, *, needed: bool) -> None:
    parts = [typed.get(f"{name}-{part}", "") for part in ("year", "month", "day")]
    if not any(parts) and not needed:
        content.pop(name, None)
        return
    try:
        content[name] = date(*map(int, parts))
    except (ValueError, OverflowError):
        errors[name] = _("Enter a day, with day, month and four-digit year.")


def _cases(content: Content) -> Typed:
    found: Typed = {}
    for n, case in enumerate(as_list(content.get("cases"))):
        limit, fee = as_map(as_map(case).get("time_limit")), as_map(as_map(case).get("fee"))
        budget = as_map(limit.get("budget"))
        found |= {f"cases-{n}-name_{lang}": text_of(as_map(case).get("name"), lang) for lang in ("vi", "en")}
        found[f"cases-{n}-amount"] = str(budget.get("amount", ""))
        found[f"cases-{n}-unit"] = str(budget.get("unit", "working_day"))
        found[f"cases-{n}-fee"] = "" if fee.get("amount") is None else str(fee["amount"])
        found[f"cases-{n}-fee_table"] = str(fee.get("table") or "")
        found[f"cases-{n}-table"] = str(limit.get("table") or "")
    return found


def _take_cases(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    for n, case in enumerate(as_list(content.get("cases"))):
        at = f"cases-{n}"
        if not typed.get(f"{at}-name_vi"):
            errors[f"{at}-name_vi"] = _("Write it in Vietnamese.")
        called = text_of(case.get("name"), "vi")
        put_text(case, "name", typed, f"{at}-name")
        limit = case.setdefault("time_limit", {})
        put_budget(limit, "budget", typed, at, errors, needed=True)
        amount, fee = typed.get(f"{at}-fee", ""), as_map(case.get("fee"))
        if fee.get("table"):
            named(errors, at, called)
            continue
        if amount and not WHOLE.fullmatch(amount):
            errors[f"{at}-fee"] = _("Write a whole amount in dong, such as 75.000.")
        elif amount:
            new = {"amount": int(re.sub(r"[. ]", "", amount))}
            usual = {"when": "intake", "name": {"vi": "Lệ phí", "en": "Fee"}, "checked": False}
            case["fee"] = (fee or usual) | new if fee else new | usual
        else:
            case.pop("fee", None)
        named(errors, at, called)
    return content


def _papers(content: Content) -> Typed:
    found: Typed = {}
    facts = facts_of(content, language())
    for n, paper in enumerate(map(as_map, as_list(content.get("papers")))):
        found[f"papers-{n}-id"] = str(paper.get("id", ""))
        found |= {f"papers-{n}-name_{lang}": text_of(paper.get("name"), lang) for lang in ("vi", "en")}
        found[f"papers-{n}-copies"] = str(paper.get("copies", 1))
        if paper.get("required", True):
            found[f"papers-{n}-required"] = "yes"
        found |= shown_condition(f"papers-{n}-when", paper.get("when"), facts)
    found["new-required"] = "yes"  # what is added is asked for, unless somebody says otherwise
    return found


def _take_papers(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    papers, kept = as_list(content.get("papers")), []
    facts = facts_of(content, language())
    for n, paper in enumerate(papers):
        at = f"papers-{n}"
        if typed.get(f"{at}-remove"):
            continue
        if not typed.get(f"{at}-name_vi"):
            errors[f"{at}-name_vi"] = _("Write what the paper is called, or tick that it is taken out.")
        called = text_of(paper.get("name"), "vi")
        put_text(paper, "name", typed, f"{at}-name")
        _put_required(paper, bool(typed.get(f"{at}-required")))
        take_condition(paper, typed, f"{at}-when", errors, facts)
        copies = whole(typed.get(f"{at}-copies", "1"))
        if not copies:
            errors[f"{at}-copies"] = _("Write how many copies, 1 or more.")
        elif copies != paper.get("copies", 1):
            paper["copies"] = copies
        named(errors, at, called)
        kept.append(paper)
    if typed.get("new-name_vi") or typed.get("new-name_en"):
        if not typed.get("new-name_vi"):
            errors["new-name_vi"] = _("Write it in Vietnamese.")
        taken = {str(as_map(each).get("id")) for each in papers}
        new: Content = {"id": free_id(typed.get("new-name_vi", ""), taken, "-")}
        put_text(new, "name", typed, "new-name")
        _put_required(new, bool(typed.get("new-required")))
        take_condition(new, typed, "new-when", errors, facts)
        kept.append(new)
    if kept or papers:
        content["papers"] = kept
    return content


def _put_required(part: Content, required: bool) -> None:
    """Required is what is usual, and not written out."""
    if part.get("required", True) != required:
        part["required"] = required


def _fields(content: Content) -> Typed:
    required, found = set(as_list(as_map(content.get("answers")).get("required"))), {}
    facts = facts_of(content, language())
    for p, page in enumerate(as_list(content.get("pages"))):
        for n, each in enumerate(map(as_map, as_list(as_map(page).get("fields")))):
            at = f"fields-{p}-{n}"
            for name in ("label", "hint"):
                found |= {f"{at}-{name}_{lang}": text_of(each.get(name), lang) for lang in ("vi", "en")}
            found |= shown_condition(f"{at}-when", each.get("when"), facts)
            if each.get("id") in required:
                found[f"{at}-required"] = "yes"
    found["new-required"] = "yes"
    return found


def _take_fields(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    answers = content.setdefault("answers", {})
    properties, required = answers.setdefault("properties", {}), list(as_list(answers.get("required")))
    facts = facts_of(content, language())
    for p, page in enumerate(as_list(content.get("pages"))):
        kept = []
        for n, each in enumerate(as_list(as_map(page).get("fields"))):
            at, name = f"fields-{p}-{n}", each.get("id")
            if typed.get(f"{at}-remove"):
                properties.pop(name, None)
                required = [one for one in required if one != name]
                continue
            if not typed.get(f"{at}-label_vi"):
                errors[f"{at}-label_vi"] = _("Write the question, or tick that it is taken out.")
            called = text_of(each.get("label"), "vi")
            put_text(each, "label", typed, f"{at}-label")
            put_text(each, "hint", typed, f"{at}-hint")
            take_condition(each, typed, f"{at}-when", errors, facts)
            named(errors, at, called)
            wanted = bool(typed.get(f"{at}-required"))
            if wanted != (name in required):
                required = [*required, name] if wanted else [one for one in required if one != name]
            kept.append(each)
        if not kept:
            errors[f"fields-{p}-0-label_vi"] = _("A page keeps at least one question.")
        page["fields"] = kept
    _add_field(content, typed, errors, required, facts)
    if required != as_list(answers.get("required")):
        answers["required"] = required
    return content


def _add_field(
    content: Content, typed: Mapping[str, str], errors: Errors, required: list[Any], facts: Mapping[str, Fact]
) -> None:
    if not typed.get("new-label_vi") and not typed.get("new-label_en"):
        return
    if not typed.get("new-label_vi"):
        errors["new-label_vi"] = _("Write it in Vietnamese.")
    properties = content["answers"]["properties"]
    pages, at = as_list(content.get("pages")), whole(typed.get("new-page", ""))
    if at is None or at >= len(pages):
        errors["new-page"] = _("Choose the page on which it is asked.")
        return
    if typed.get("new-kind") not in PROPERTIES:
        errors["new-kind"] = _("Choose how it is answered.")
        return
    widget, allowed = PROPERTIES[typed["new-kind"]]
    new: Content = {"id": free_id(typed.get("new-label_vi", ""), set(properties), "_")}
    put_text(new, "label", typed, "new-label")
    take_condition(new, typed, "new-when", errors, facts)
    if widget != "text":
        new["widget"] = widget
    pages[at]["fields"].append(new)
    properties[new["id"]] = dict(allowed)
    if widget == "radios":
        new["options"] = _options(typed, errors)
        properties[new["id"]]["enum"] = list(new["options"])
    if typed.get("new-required"):
        required.append(new["id"])


def _options(typed: Mapping[str, str], errors: Errors) -> Content:
    """The answers to choose from, one on each line."""
    found: Content = {}
    for line in typed.get("new-options", "").splitlines():
        if line.strip():
            found[free_id(line, set(found), "_")] = {"vi": line.strip()}
    if len(found) < 2:
        errors["new-options"] = _("Write at least two answers, one on each line.")
    return found


FORMS = {
    "identity": Part(_identity, _take_identity),
    "cases": Part(_cases, _take_cases),
    "papers": Part(_papers, _take_papers),
    "fields": Part(_fields, _take_fields),
    "steps": Part(shown_steps, taken_steps),
    "tables": Part(shown_decisions, taken_decisions),
}
