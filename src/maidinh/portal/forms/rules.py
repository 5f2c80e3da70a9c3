"""What an application asks, what it may not ask because a register holds it, and whether an answer is good.

Layer 3, pure. The form's JSON Schema (2020-12) decides; here the typed text only becomes a value of the type it names.
Once only: what a register holds isn't asked (NĐ 224/2026 article 18).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import jsonschema_rs

from maidinh.infrastructure.definitions.definition import Text
from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.procedures.definition import FormField, Page, Procedure, validator_of
from maidinh.services.procedures.definition import Paper as PaperAsked
from maidinh.services.procedures.rules import facts_of, papers_for

FaultKind = Literal[
    "missing", "not-a-number", "not-a-date", "too-long", "too-short", "too-small", "too-large", "not-an-option", "form"
]
Call = tuple[str, str]
_KINDS: dict[str, FaultKind] = {
    "maxLength": "too-long",
    "minLength": "too-short",
    "minimum": "too-small",
    "exclusiveMinimum": "too-small",
    "maximum": "too-large",
    "exclusiveMaximum": "too-large",
    "enum": "not-an-option",
    "required": "missing",
}
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_GROUPED = re.compile(r"\d{1,3}([. ]\d{3})+")


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer; `limit` is the bound that it passes, where there is one."""

    kind: FaultKind
    limit: int | None = None


@dataclass(frozen=True)
class Change:
    """A field or paper that a newer version of a procedure asks for, asks for no more, or asks otherwise."""

    kind: Literal["added", "gone", "changed"]
    what: str
    name: Text


@dataclass(frozen=True)
class PageParts:
    """A page taken apart: held by a register, picked from its list, following what was picked, asked."""

    held: tuple[FormField, ...]
    picked: tuple[FormField, ...]
    following: tuple[FormField, ...]
    asked: tuple[FormField, ...]


def parts_of(page: Page) -> PageParts:
    """The page's fields by where their answers come from."""
    parts: dict[str, list[FormField]] = {"held": [], "picked": [], "following": [], "asked": []}
    for field in page.fields:
        source = field.from_register
        kind = "asked" if source is None else "picked" if source.choose else "following" if source.follows else "held"
        parts[kind].append(field)
    return PageParts(**{kind: tuple(fields) for kind, fields in parts.items()})


def asked_of(procedure: Procedure, answers: Mapping[str, Any], case: str, channel: str = "online") -> Procedure:
    """The procedure as it asks this applicant: only the fields and papers whose condition holds, pages that have some.

    A field's condition looks at the answers before it, and only at those that were asked for.
    """
    given: dict[str, Any] = {}
    pages = []
    for page in procedure.pages:
        fields = []
        for field in page.fields:
            if field.when is None or condition_holds(field.when, facts_of(given, case, channel, {})):
                fields.append(field)
                given |= {field.id: answers[field.id]} if field.id in answers else {}
        if fields:
            pages.append(page.model_copy(update={"fields": fields}))
    names = {field.id for page in pages for field in page.fields}
    required = [name for name in procedure.answers.get("required", ()) if name in names]
    papers = papers_for(procedure, facts_of(given, case, channel, {}))
    narrowed = {"pages": pages, "papers": papers, "answers": {**procedure.answers, "required": required}}
    return procedure.model_copy(update=narrowed)


def still_asked(procedure: Procedure, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those to fields that aren't asked any more, as an earlier answer was changed."""
    asked = {field.id for page in procedure.pages for field in page.fields}
    return {name: value for name, value in answers.items() if name in asked or name not in properties_of(procedure)}


@dataclass(frozen=True)
class FilledIn:
    """How many fields of a form were typed, picked from a register's list, and filled in by registers."""

    typed: int
    picked: int
    prefilled: int


def filled_in(procedure: Procedure, answers: Mapping[str, Any]) -> FilledIn:
    """How an application was filled in, by the fields that have an answer."""
    parts = [parts_of(page) for page in procedure.pages]
    asked, picked = ([field for part in parts for field in getattr(part, kind)] for kind in ("asked", "picked"))
    filled = [field for part in parts for field in (*part.held, *part.following)]
    return FilledIn(*(sum(field.id in answers for field in fields) for fields in (asked, picked, filled)))


def changes_between(old: Procedure, new: Procedure) -> list[Change]:
    """What a newer version asks otherwise of an applicant: fields and papers, those added first, then gone, changed."""
    asked = [
        ("field", _asked_fields(old), _asked_fields(new)),
        ("paper", {each.id: (each.name, _asks(each)) for each in old.papers},
         {each.id: (each.name, _asks(each)) for each in new.papers}),
    ]  # fmt: skip
    found: list[Change] = []
    for what, before, after in asked:
        found += [Change("added", what, name) for key, (name, _) in after.items() if key not in before]
        found += [Change("gone", what, name) for key, (name, _) in before.items() if key not in after]
        found += [
            Change("changed", what, name)
            for key, (name, asks) in after.items()
            if key in before and before[key] != (name, asks)
        ]
    return sorted(found, key=lambda each: ("added", "gone", "changed").index(each.kind))


def _asked_fields(procedure: Procedure) -> dict[str, tuple[Text, Any]]:
    required = required_of(procedure)
    return {
        field.id: (field.label, (properties_of(procedure).get(field.id), field.id in required, _asks(field)))
        for page in procedure.pages
        for field in page.fields
    }


def _asks(part: FormField | PaperAsked) -> dict[str, Any]:
    """What a field or paper asks, without where that stands in law and how it is stored."""
    told: dict[str, Any] = part.model_dump(mode="json")
    return {name: each for name, each in told.items() if name in ("hint", "options", "when", "required", "copies")}


def properties_of(procedure: Procedure) -> Mapping[str, Any]:
    """The schema of each field of the form, asked or not."""
    found: Mapping[str, Any] = procedure.answers.get("properties", {})
    return found


def page_of(procedure: Procedure, page_id: str) -> Page | None:
    """The page of this id."""
    return next((page for page in procedure.pages if page.id == page_id), None)


def page_after(procedure: Procedure, page_id: str) -> Page | None:
    """The page that follows; None after the last."""
    ids = [page.id for page in procedure.pages]
    position = ids.index(page_id) + 1
    return procedure.pages[position] if position < len(ids) else None


def calls_of(page: Page, person: str) -> set[Call]:
    """Which registers the page needs: service and path, each once."""
    return {call_of(field, person) for field in page.fields if field.from_register is not None}


def call_of(field: FormField, person: str) -> Call:
    """The service and path that a field of a register comes from."""
    source = field.from_register
    if source is None:
        raise ValueError(f"{field.id} comes from no register")
    return source.service, source.path.replace("{person}", person)


def held_answers(page: Page, person: str, found: Mapping[Call, Any]) -> dict[str, Any]:
    """The answers that registers hold, from what they answered."""
    values = {}
    for field in parts_of(page).held:
        record = found[call_of(field, person)]
        if isinstance(record, Mapping) and record.get(field.from_register.field) is not None:  # type: ignore[union-attr]
            values[field.id] = record[field.from_register.field]  # type: ignore[union-attr]
    return values


def items_of(field: FormField, person: str, found: Mapping[Call, Any]) -> dict[str, Mapping[str, Any]]:
    """What can be picked for a field: the register's items by their value."""
    record = found[call_of(field, person)]
    items = record.get("items", []) if isinstance(record, Mapping) else []
    return {str(item[field.from_register.field]): item for item in items}  # type: ignore[union-attr]


def picked_answers(
    page: Page, person: str, found: Mapping[Call, Any], posted: Mapping[str, str], required: frozenset[str]
) -> tuple[dict[str, Any], dict[str, Fault]]:
    """What was picked from a register's list, with all that follows it; only what is in the list can be picked."""
    answers: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    parts = parts_of(page)
    for field in parts.picked:
        value, items = posted.get(field.id, ""), items_of(field, person, found)
        if not value and field.id not in required:
            continue
        if value not in items:
            faults[field.id] = Fault("not-an-option" if value else "missing")
            continue
        answers[field.id] = items[value][field.from_register.field]  # type: ignore[union-attr]
        for other in parts.following:
            source = other.from_register
            if source is not None and source.follows == field.id and items[value].get(source.field) is not None:
                answers[other.id] = items[value][source.field]
    return answers, faults


def validate_answers(
    procedure: Procedure, page: Page, posted: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Fault]]:
    """The answers typed on a page as values, and what is wrong with them by field. Unknown names are not read."""
    answers: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    required = required_of(procedure)
    for field in parts_of(page).asked:
        schema = procedure.answers["properties"][field.id]
        value, fault = read_value(field, schema, posted)
        if value is None and fault is None and field.id in required:
            fault = Fault("missing")
        if value is not None and fault is None:
            fault = _fault_of(schema, value)
        if fault is not None:
            faults[field.id] = fault
        elif value is not None:
            answers[field.id] = value
    return answers, faults


def required_of(procedure: Procedure) -> frozenset[str]:
    """The fields that need an answer."""
    return frozenset(procedure.answers.get("required", ()))


def whole_faults(procedure: Procedure, answers: Mapping[str, Any]) -> dict[str, Fault]:
    """What still keeps the whole application from being handed in, by field."""
    faults = {name: Fault("missing") for name in required_of(procedure) - set(answers)}
    validator = validator_of(procedure.answers)
    for error in validator.iter_errors(dict(answers)):
        if error.instance_path:
            faults.setdefault(str(error.instance_path[0]), _fault_from(error))
    faults.update({str(name): Fault("form") for name in set(answers) - set(procedure.answers["properties"])})
    return faults


def read_value(field: FormField, schema: Mapping[str, Any], posted: Mapping[str, str]) -> tuple[Any, Fault | None]:
    """The typed text as a value of the schema's type; None when nothing was typed."""
    if field.widget == "date":
        return _date(field.id, posted)
    text = tidied(posted.get(field.id, ""), several_lines=field.widget == "textarea")
    if not text:
        return None, None
    if schema.get("type") in ("integer", "number"):
        digits = re.sub(r"[. ]", "", text) if _GROUPED.fullmatch(text) else text
        return (int(digits), None) if _WHOLE.fullmatch(digits) else (None, Fault("not-a-number"))
    if schema.get("type") == "boolean":
        return text == "yes", None
    if field.widget == "text" and field.personal and re.fullmatch(r"[\d .-]+", text):
        text = re.sub(r"[ .-]", "", text)  # a telephone number as people write it
    return text, None


def tidied(text: str, *, several_lines: bool = False) -> str:
    """The text in one form (NFC), without what can't be seen and without space around it."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))
    return kept.strip() if several_lines else " ".join(kept.split())


def _date(name: str, posted: Mapping[str, str]) -> tuple[str | None, Fault | None]:
    day, month, year = (posted.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year"))
    if not (day or month or year):
        return None, None
    try:
        if not re.fullmatch(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", f"{day}-{month}-{year}"):
            raise ValueError
        return date(int(year), int(month), int(day)).isoformat(), None
    except ValueError:
        return None, Fault("not-a-date")


def _fault_of(schema: Mapping[str, Any], value: Any) -> Fault | None:
    validator = validator_of(schema)
    error = next(validator.iter_errors(value), None)
    return None if error is None else _fault_from(error)


def _fault_from(error: jsonschema_rs.ValidationError) -> Fault:
    keyword = str(error.kind.name)
    limit = getattr(error.kind, "limit", None)
    return Fault(_KINDS.get(keyword, "form"), limit if isinstance(limit, int) else None)
