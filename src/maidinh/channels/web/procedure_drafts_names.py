"""What the parts of a procedure are called, for findings.

Layer 2. Who mends a draft knows names, not the ids of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from maidinh.channels.web.context import language
from maidinh.channels.web.procedure_drafts_typed import as_list, as_map, text_of

GROUPS = {  # by which list of names a value of a finding is looked up
    "case": "cases", "paper": "papers", "table": "tables", "step": "steps", "split": "steps", "join": "steps",
    "place": "steps", "way": "steps", "steps": "steps", "field": "facts", "fact": "facts", "fields": "facts",
    "outcome": "outcomes", "example": "facts", "name": "facts",
}  # fmt: skip
Names = dict[str, dict[str, str]]


def names_of(content: Any) -> Names:
    """The names by id; those of a file in the making as far as it has any."""
    here, found = language(), as_map(content)

    def called(parts: Any, key: str = "name") -> dict[str, str]:
        rows = [as_map(each) for each in as_list(parts)]
        named = {str(each.get("id")): text_of(each.get(key), here) or text_of(each.get(key), "vi") for each in rows}
        return {ident: name for ident, name in named.items() if name}

    names = {part: called(found.get(part)) for part in ("cases", "papers", "tables", "steps")}
    names["facts"] = {"case": "", "channel": ""}
    looked_at = [as_map(page).get("fields") for page in as_list(found.get("pages"))]
    looked_at += [as_map(step).get("facts") for step in as_list(found.get("steps"))]
    for parts in looked_at:
        names["facts"] |= called(parts, "label")
        for each in map(as_map, as_list(parts)):
            options = as_map(each.get("options"))
            names[f"options of {each.get('id')}"] = {
                str(key): text_of(text, here) or text_of(text, "vi") or str(key) for key, text in options.items()
            }
    for step in as_list(found.get("steps")):
        names[f"outcomes of {as_map(step).get('id')}"] = called(as_map(step).get("outcomes"))
    return names


def named_values(values: Mapping[str, str], place: str, content: Any, names: Names) -> dict[str, str]:
    """The values of a finding with names in the place of ids; a value that names no part stays as it is."""
    told: dict[str, str] = {}
    for key, value in values.items():
        known = names.get(GROUPS.get(key, ""), {})
        if key == "outcome":
            known = names.get(f"outcomes of {_step_at(place, content)}", {})
        told[key] = _example(value, names) if key == "example" else _each(value, known)
    return told


def _each(value: str, known: Mapping[str, str]) -> str:
    return ", ".join(_quoted(each, known.get) for each in value.split(", ")) if known else value


def _example(value: str, names: Names) -> str:
    """`area = 5, purpose = event` in the words of the questions and their answers."""
    pairs = [each.partition(" = ") for each in value.split(", ")]
    return ", ".join(
        f"{_quoted(fact, names['facts'].get)}{joint}{names.get(f'options of {fact}', {}).get(rest, rest)}"
        for fact, joint, rest in pairs
    )


def _quoted(ident: str, name: Callable[[str], str | None]) -> str:
    found = name(ident)
    return f"“{found}”" if found else ident


def _step_at(place: str, content: Any) -> str:
    parts = place.split(".")
    steps = as_list(as_map(content).get("steps"))
    if len(parts) > 1 and parts[0] == "steps" and parts[1].isdecimal() and int(parts[1]) < len(steps):
        return str(as_map(steps[int(parts[1])]).get("id"))
    return ""
