"""Conditions in the forms of a procedure: which fact, and for which values it holds.

Layer 2. Questions, cases and findings are chosen by name, and their choices are typed by name: who writes a procedure
knows no ids. A condition that was left alone stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maidinh.channels.web.procedure_drafts_typed import Content, Errors, Typed, as_list, as_map, text_of
from maidinh.infrastructure.definitions.folding import fold
from maidinh.services.decisions.conditions import Among, AnyOf, Not, Test, parse_cell

MOST = 8  # facts in one condition
CHANNELS = {"online": gettext_lazy("online"), "in_person": gettext_lazy("in person"), "post": gettext_lazy("by post")}
YES_NO = {"yes": True, "co": True, "true": True, "no": False, "khong": False, "false": False}
KINDS = {"integer": "number", "number": "number", "boolean": "yes_no"}


@dataclass(frozen=True)
class Fact:
    """What a condition can look at, with the names of its choices; `part` is where its text stands."""

    id: str
    title: str
    kind: str
    options: Mapping[str, str]
    schema: Mapping[str, Any]
    part: Mapping[str, Any]


def facts_of(content: Content, here: str) -> dict[str, Fact]:
    """Everything that conditions and tables can look at: the case, the channel, questions, findings."""
    cases = {
        str(as_map(each).get("id")): _text(as_map(each).get("name"), here) for each in as_list(content.get("cases"))
    }
    case, channel = {"name": {"vi": "Trường hợp", "en": "Case"}}, {"name": {"vi": "Cách nộp", "en": "Channel"}}
    channels = {each: str(name) for each, name in CHANNELS.items()}
    found = {
        "case": Fact("case", _("Case"), "choice", cases, {}, case),
        "channel": Fact("channel", _("Channel"), "choice", channels, {}, channel),
    }
    properties = as_map(as_map(content.get("answers")).get("properties"))
    for page in as_list(content.get("pages")):
        for asked in map(as_map, as_list(as_map(page).get("fields"))):
            schema = as_map(properties.get(str(asked.get("id"))))
            found[str(asked.get("id"))] = _fact(asked, _kind(schema), schema, here)
    for step in as_list(content.get("steps")):
        for told in map(as_map, as_list(as_map(step).get("facts"))):
            found[str(told.get("id"))] = _fact(told, str(told.get("kind")), {}, here)
    return found


def fact_choices(content: Content, here: str) -> list[tuple[str, str]]:
    """The facts to choose from."""
    return [(each.id, each.title or each.id) for each in facts_of(content, here).values()]


def shown_condition(at: str, condition: Any, facts: Mapping[str, Fact]) -> Typed:
    """What the form shows of a condition."""
    found: Typed = {}
    for n, (fact, cell) in enumerate(as_map(condition).items()):
        found |= {f"{at}-{n}-fact": str(fact), f"{at}-{n}-test": _shown(cell, facts.get(str(fact)))}
    return found


def take_condition(part: Content, typed: Mapping[str, str], at: str, errors: Errors, facts: Mapping[str, Fact]) -> None:
    """Write the condition `when` of a part as it was typed; where nothing stands in the form, it always holds."""
    rows = {n: (typed.get(f"{at}-{n}-fact", ""), typed.get(f"{at}-{n}-test", "")) for n in range(MOST)}
    told = {name: value for name, value in typed.items() if name.startswith(f"{at}-") and value}
    if told == {name: value for name, value in shown_condition(at, part.get("when"), facts).items() if value}:
        return
    before, condition = as_map(part.get("when")), {}
    for n, (fact, test) in rows.items():
        if not fact and not test:
            continue
        if not fact:
            errors[f"{at}-{n}-fact"] = _("Choose what the condition looks at.")
        elif fact in condition:
            errors[f"{at}-{n}-fact"] = _("Each question stands once in a condition.")
        elif test and test == _shown(before.get(fact), facts.get(fact)):
            condition[fact] = before[fact]
        else:
            condition[fact] = _cell(test, facts.get(fact), errors, f"{at}-{n}-test")
    if condition:
        part["when"] = condition
    else:
        part.pop("when", None)


def _cell(text: str, fact: Fact | None, errors: Errors, place: str) -> Any:
    """The cell that was typed: values by their names, or a comparison."""
    options, kind = (fact.options, fact.kind) if fact else ({}, "text")
    values: list[Any] = [_value(each.strip(), kind, options) for each in text.split(";") if each.strip()]
    cell = values[0] if len(values) == 1 else values
    try:
        test = parse_cell(cell)
    except ValueError:
        errors[place] = _("Write a value, or for example <= 20, > 20 or [3..5].")
        return cell
    named = list(_texts(test)) if kind != "text" else []
    if kind == "choice" and (unknown := [each for each in named if each not in options]):
        errors[place] = _("“%(value)s” is none of the answers: %(answers)s.") % {
            "value": unknown[0], "answers": "; ".join(options.values())
        }  # fmt: skip
    elif kind in ("number", "date", "yes_no") and named:
        wanted = {"yes_no": _("Write yes or no.")}
        errors[place] = str(wanted.get(kind, _("Write a value, or for example <= 20, > 20 or [3..5].")))
    return cell


def _value(text: str, kind: str, options: Mapping[str, str]) -> Any:
    if negated := re.fullmatch(r"not\s*\((.*)\)", text):
        inside = (str(_value(each.strip(), kind, options)) for each in negated[1].split(","))
        return f"not({', '.join(inside)})"
    if kind == "choice":
        return next((ident for ident, name in options.items() if fold(text) in (fold(name), fold(ident))), text)
    if kind == "yes_no":
        return {"yes": True, "co": True, "true": True, "no": False, "khong": False, "false": False}.get(
            fold(text), text
        )
    if kind == "number" and text.removeprefix("-").isdecimal() and len(text) < 13:
        return int(text)
    return text


def _texts(test: Test) -> list[str]:
    """The texts that a test names."""
    if isinstance(test, Not):
        return _texts(test.test)
    if isinstance(test, AnyOf):
        return [text for each in test.tests for text in _texts(each)]
    return [each for each in test.values if isinstance(each, str)] if isinstance(test, Among) else []


def _shown(cell: Any, fact: Fact | None) -> str:
    if isinstance(cell, list):
        return "; ".join(_shown(each, fact) for each in cell)
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    return "" if cell is None else fact.options.get(str(cell), str(cell)) if fact else str(cell)


def _fact(part: Content, kind: str, schema: Content, here: str) -> Fact:
    options = {str(key): _text(text, here) or str(key) for key, text in as_map(part.get("options")).items()}
    options |= {str(each): str(each) for each in as_list(schema.get("enum")) if str(each) not in options}
    return Fact(str(part.get("id")), _text(part.get("label"), here), kind, options, schema, part)


def _kind(schema: Content) -> str:
    if isinstance(schema.get("enum"), list):
        return "choice"
    return "date" if schema.get("format") == "date" else KINDS.get(str(schema.get("type")), "text")


def _text(value: Any, here: str) -> str:
    return text_of(value, here) or text_of(value, "vi")
