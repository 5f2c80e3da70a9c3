"""The form of decision tables as wholes: their columns, a table more or less, and which case it decides for.

Layer 2. What a table looks at is a question, a finding or the case: its kind and its choices are taken from there. A
new table begins with one row for everything, so that it decides from the first moment; further rows divide it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.channels.web.procedure_drafts_conditions import Fact, facts_of
from maidinh.channels.web.procedure_drafts_tables import decided, shown_tables, taken_tables, wanted
from maidinh.channels.web.procedure_drafts_typed import (
    Content,
    Errors,
    Typed,
    as_list,
    as_map,
    free_id,
    named,
    put_text,
    text_of,
)

OUTPUTS: dict[str, Content] = {  # what a new table can decide
    "fee": {"id": "amount", "name": {"vi": "Số tiền", "en": "Amount"}, "kind": "money"},
    "limit": {"id": "amount", "name": {"vi": "Thời hạn", "en": "Time limit"}, "kind": "number"},
    "text": {"id": "decision", "name": {"vi": "Quyết định", "en": "Decision"}, "kind": "text"},
}
KINDS = ("money", "number", "yes_no", "text")  # of a further column that a table decides
PARTS = {"in": "inputs", "out": "outputs"}


def shown_decisions(content: Content) -> Typed:
    """What the form shows of tables: their rows, and the names of their columns."""
    found = shown_tables(content)
    for t, table in enumerate(as_list(content.get("tables"))):
        for short, part in PARTS.items():
            for c, column in enumerate(as_list(table.get(part))):
                at = f"tables-{t}-{short}-{c}"
                found |= {f"{at}-name_{lang}": text_of(column.get("name"), lang) for lang in ("vi", "en")}
    return found


def taken_decisions(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    """The tables as they were typed: rows by the columns that there were, then the columns, then a table more."""
    facts, kept = facts_of(content, language()), []
    taken_tables(content, typed, errors)
    for t, table in enumerate(as_list(content.get("tables"))):
        at = f"tables-{t}"
        if typed.get(f"{at}-remove"):
            used = [text_of(each.get("name"), "vi") for each in as_list(content.get("cases")) if _uses(each, table)]
            if not used:
                for name in [name for name in errors if name.startswith(f"{at}-")]:
                    del errors[name]  # of a table that goes nothing need be right
                continue
            told = _("Cases use this table: %(names)s. Let them decide otherwise first.")
            errors[f"{at}-remove"] = told % {"names": ", ".join(used)}
        _take_inputs(table, typed, at, errors, facts)
        _take_outputs(table, typed, at, errors)
        for short in PARTS:
            named(errors, f"{at}-{short}", text_of(table.get("name"), "vi"))
        kept.append(table)
    if any(typed.get(f"new-{name}") for name in ("name_vi", "name_en", "fact", "value", "basis")):
        kept.append(_new_table(content, typed, errors, facts))
    if kept or content.get("tables"):
        content["tables"] = kept
    return content


def column_of(fact: Fact) -> Content:
    """The column of a table that looks at this fact."""
    name = as_map(fact.part.get("label") or fact.part.get("name"))
    column: Content = {"id": fact.id, "name": dict(name) or {"vi": fact.id}, "kind": fact.kind}
    if fact.kind == "choice":
        column["options"] = list(fact.options)
    if fact.kind == "number":
        if fact.schema.get("type") == "integer":
            column["whole"] = True
        limits = {name: fact.schema.get(name) for name in ("minimum", "maximum")}
        column |= {name: limit for name, limit in limits.items() if type(limit) is int}
    return column


def _take_inputs(table: Content, typed: Mapping[str, str], at: str, errors: Errors, facts: Mapping[str, Fact]) -> None:
    kept = _kept_columns(table, "in", "when", typed, at, errors)
    asked = typed.get(f"{at}-in-new-fact", "")
    if asked and asked not in facts:
        errors[f"{at}-in-new-fact"] = _("Choose what the column looks at.")
    elif asked and asked in {each.get("id") for each in kept}:
        errors[f"{at}-in-new-fact"] = _("The table looks at this already.")
    elif asked:
        kept.append(column_of(facts[asked]))
    if not kept:
        errors[f"{at}-in-0-remove"] = _("A table looks at one thing at least.")
    table["inputs"] = kept


def _take_outputs(table: Content, typed: Mapping[str, str], at: str, errors: Errors) -> None:
    kept = _kept_columns(table, "out", "then", typed, at, errors)
    new = f"{at}-out-new"
    if any(typed.get(f"{new}-{name}") for name in ("name_vi", "name_en", "value")):
        if not typed.get(f"{new}-name_vi"):
            errors[f"{new}-name_vi"] = _("Write it in Vietnamese.")
        if typed.get(f"{new}-kind") not in KINDS:
            errors[f"{new}-kind"] = _("Choose what is decided.")
        ids = {str(each.get("id")) for each in kept}
        column: Content = {"id": free_id(typed.get(f"{new}-name_vi", ""), ids, "_")}
        put_text(column, "name", typed, f"{new}-name")
        column["kind"] = typed.get(f"{new}-kind", "")
        value = decided(column, typed.get(f"{new}-value", ""))
        if value is None:
            errors[f"{new}-value"] = wanted(column)
        for row in as_list(table.get("rows")):
            row["then"] = as_map(row.get("then")) | {column["id"]: value}
        kept.append(column)
    if not kept:
        errors[f"{at}-out-0-remove"] = _("A table decides one thing at least.")
    table["outputs"] = kept


def _kept_columns(
    table: Content, short: str, cells: str, typed: Mapping[str, str], at: str, errors: Errors
) -> list[Content]:
    """The columns that stay, with the names that were typed; what goes takes its cells along."""
    kept = []
    for c, column in enumerate(as_list(table.get(PARTS[short]))):
        here = f"{at}-{short}-{c}"
        if typed.get(f"{here}-remove"):
            for row in as_list(table.get("rows")):
                if column.get("id") in as_map(row.get(cells)):
                    row[cells] = {key: cell for key, cell in row[cells].items() if key != column.get("id")}
            continue
        if not typed.get(f"{here}-name_vi"):
            errors[f"{here}-name_vi"] = _("Write it in Vietnamese.")
        put_text(column, "name", typed, f"{here}-name")
        kept.append(column)
    return kept


def _new_table(content: Content, typed: Mapping[str, str], errors: Errors, facts: Mapping[str, Fact]) -> Content:
    taken = {str(as_map(each).get("id")) for each in as_list(content.get("tables"))}
    table: Content = {"id": free_id(typed.get("new-name_vi", ""), taken, "-")}
    if not typed.get("new-name_vi"):
        errors["new-name_vi"] = _("Write it in Vietnamese.")
    put_text(table, "name", typed, "new-name")
    what, fact = typed.get("new-what", ""), facts.get(typed.get("new-fact", ""))
    if what not in OUTPUTS:
        errors["new-what"] = _("Choose what is decided.")
    if fact is None:
        errors["new-fact"] = _("Choose what the column looks at.")
    output = dict(OUTPUTS.get(what, OUTPUTS["text"]))
    value = decided(output, typed.get("new-value", ""))
    if value is None:
        errors["new-value"] = wanted(output)
    if not typed.get("new-basis"):
        errors["new-basis"] = _("Write the document and article that the row rests on.")
    table |= {
        "hit_policy": "unique", "inputs": [column_of(fact)] if fact else [], "outputs": [output],
        "rows": [{"when": {}, "then": {output["id"]: value},
                  "basis": {"text": typed.get("new-basis", ""), "checked": False}}],
    }  # fmt: skip
    _decide_for(content, typed, errors, what, table["id"])
    return table


def _decide_for(content: Content, typed: Mapping[str, str], errors: Errors, what: str, table: str) -> None:
    """Let a case take its fee or its time limit from the table."""
    asked = typed.get("new-case", "")
    case = next((each for each in as_list(content.get("cases")) if as_map(each).get("id") == asked), None)
    if asked and (case is None or what not in ("fee", "limit")):
        errors["new-case"] = _("Only a fee or a time limit is decided for a case.")
    elif case is not None and what == "fee":
        usual = {"name": {"vi": "Lệ phí", "en": "Fee"}, "when": "intake", "checked": False}
        kept = {name: value for name, value in as_map(case.get("fee")).items() if name != "amount"}
        case["fee"] = (kept or usual) | {"table": table}
    elif case is not None:
        case["time_limit"] = as_map(case.get("time_limit")) | {"table": table}


def _uses(case: Any, table: Content) -> bool:
    parts = (as_map(as_map(case).get("fee")), as_map(as_map(case).get("time_limit")))
    return any(part.get("table") == table.get("id") for part in parts)
