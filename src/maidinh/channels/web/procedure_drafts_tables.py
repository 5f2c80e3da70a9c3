"""The form of a procedure's decision tables: when a row applies, what it decides, and the article that it rests on.

Layer 2. A column with choices is ticked; any other cell is typed as it stands in the file. A row's article is asked
for, since nothing is charged without a ground.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.procedure_drafts_typed import (
    Content,
    Errors,
    Typed,
    as_list,
    as_map,
    named,
    text_of,
)
from maidinh.services.decisions.conditions import Among, AnyOf, Not, Test, holds, parse_cell

MONEY = re.compile(r"\d{1,3}([. ]\d{3})+|\d{1,12}")
INTEGER = re.compile(r"-?\d{1,12}")
NUMBER = re.compile(r"-?\d{1,9}([.,]\d{1,6})?")
ANYTHING = ("", "-")


def fits_tables(content: Content) -> bool:
    """Whether the tables have the shape that the form changes."""
    tables = content.get("tables", [])
    return _all_maps(tables) and all(
        _all_maps(each.get(part)) for each in tables for part in ("inputs", "outputs", "rows")
    )


def shown_tables(content: Content) -> Typed:
    """What the form shows of each row."""
    found: Typed = {}
    for t, table in enumerate(as_list(content.get("tables"))):
        for r, row in enumerate(table["rows"]):
            at = f"tables-{t}-{r}"
            for c, column in enumerate(table["inputs"]):
                found |= _shown_cell(f"{at}-{c}", column, as_map(row.get("when")).get(column.get("id"), "-"))
            for o, output in enumerate(table["outputs"]):
                found[f"{at}-then-{o}"] = _written(as_map(row.get("then")).get(output.get("id")))
            found[f"{at}-basis"] = str(as_map(row.get("basis")).get("text") or "")
    return found


def taken_tables(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    """The rows as they were typed; a row more for each table whose last, empty row was filled."""
    for t, table in enumerate(as_list(content.get("tables"))):
        kept, title = [], text_of(table.get("name"), "vi")
        for r, row in enumerate(table["rows"]):
            at = f"tables-{t}-{r}"
            if not typed.get(f"{at}-remove"):
                _take_row(table, row, typed, errors, at)
                named(errors, at, f"{title} · " + _("Row %(number)s") % {"number": r + 1})
                kept.append(row)
        at = f"tables-{t}-new"
        if any(value for name, value in typed.items() if name.startswith(f"{at}-")):
            new: Content = {"when": {}, "then": {}, "basis": {}}
            _take_row(table, new, typed, errors, at)
            named(errors, at, f"{title} · " + _("Another row"))
            kept.append(new)
        if not kept:
            errors[f"tables-{t}-0-remove"] = _("A table keeps at least one row.")
        table["rows"] = kept
    return content


def table_rows(content: Content, here: str) -> list[dict[str, Any]]:
    """The tables with their columns in words: what the form is made of."""
    words = _choices_in_words(content, here)
    return [
        {
            "title": _named(table, here),
            "inputs": [_column(each, here, words.get(str(each.get("id")), {})) for each in table["inputs"]],
            "outputs": [_column(each, here, {}) for each in table["outputs"]],
            "rows": [_sum_of(table, row, here, words) for row in table["rows"]],
        }
        for table in as_list(content.get("tables"))
    ]


def _take_row(table: Content, row: Content, typed: Mapping[str, str], errors: Errors, at: str) -> None:
    when, then = dict(as_map(row.get("when"))), dict(as_map(row.get("then")))
    for c, column in enumerate(table["inputs"]):
        _take_cell(when, column, typed, errors, f"{at}-{c}")
    for o, output in enumerate(table["outputs"]):
        place, text = f"{at}-then-{o}", typed.get(f"{at}-then-{o}", "")
        value = decided(output, text)
        if value is None:
            errors[place] = wanted(output)
        elif text != _written(then.get(output["id"])):
            then[output["id"]] = value
    ground = typed.get(f"{at}-basis", "")
    if not ground:
        errors[f"{at}-basis"] = _("Write the document and article that the row rests on.")
    elif ground != str(as_map(row.get("basis")).get("text") or "").strip():
        row["basis"] = {"text": ground, "checked": False}
    if when != as_map(row.get("when")):
        row["when"] = when
    row["then"] = then


def _take_cell(when: Content, column: Content, typed: Mapping[str, str], errors: Errors, at: str) -> None:
    """Write when the row applies by one column; a cell that was left alone stays as it is written."""
    key = column["id"]
    before = _shown_cell(at, column, when.get(key, "-"))
    now = {part: value for part, value in typed.items() if re.fullmatch(rf"{at}(-\d+)?", part) and value}
    if now == {part: value for part, value in before.items() if value}:
        return
    if column.get("kind") == "choice":
        options = as_list(column.get("options"))
        ticked = [each for n, each in enumerate(options) if f"{at}-{n}" in now]
        cell: Any = "-" if len(ticked) in (0, len(options)) else ticked[0] if len(ticked) == 1 else ticked
    else:
        cell = _cell(column, typed.get(at, ""))
    if not _readable(column, cell):
        errors[at] = _("Write a value, or for example <= 20, > 20 or [3..5].")
        return
    if cell in ANYTHING:
        when.pop(key, None)
    else:
        when[key] = cell


def _cell(column: Content, text: str) -> Any:
    if column.get("kind") == "yes_no":
        return {"yes": True, "no": False}.get(text, "-")
    parts = [text] if text.startswith("not") else [each.strip() for each in text.split(",")]
    whole = [int(each) if column.get("kind") == "number" and INTEGER.fullmatch(each) else each for each in parts]
    return "-" if not text else whole[0] if len(whole) == 1 else whole


def _readable(column: Content, cell: Any) -> bool:
    """Whether the cell is a test, and one of numbers where the column holds numbers."""
    try:
        test = parse_cell(cell)
    except ValueError:
        return False
    return column.get("kind") not in ("number", "date") or not _has_text(test)


def _has_text(test: Test) -> bool:
    if isinstance(test, Not):
        return _has_text(test.test)
    if isinstance(test, AnyOf):
        return any(map(_has_text, test.tests))
    return isinstance(test, Among) and any(isinstance(each, str) for each in test.values)


def _shown_cell(at: str, column: Content, cell: Any) -> Typed:
    if column.get("kind") != "choice":
        return {at: "" if cell in ANYTHING else _written(cell)}
    options = as_list(column.get("options"))
    if cell in ANYTHING:
        return {}
    try:
        test = parse_cell(cell)
    except ValueError:
        return {}
    return {f"{at}-{n}": "yes" for n, each in enumerate(options) if holds(test, each)}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    return "" if value is None else str(value)


def decided(output: Content, text: str) -> Any:
    """What a row decides; None where it is not of the column's kind."""
    kind = output.get("kind")
    if kind == "money":
        return int(re.sub(r"[. ]", "", text)) if MONEY.fullmatch(text) else None
    if kind == "number":
        if not NUMBER.fullmatch(text):
            return None
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text.replace(",", "."))
    if kind == "yes_no":
        return {"yes": True, "no": False}.get(text)
    if kind == "choice":
        return text if text in as_list(output.get("options")) else None
    return text or None


def wanted(output: Content) -> str:
    """What is asked of what a row decides."""
    wanted = {
        "money": _("Write a whole amount in dong, such as 75.000; 0 where nothing is charged."),
        "number": _("Write a number."),
    }
    return str(wanted.get(str(output.get("kind")), _("Write what is decided.")))


def _column(column: Content, here: str, words: Mapping[str, str]) -> dict[str, Any]:
    options = [(str(each), words.get(str(each), str(each))) for each in as_list(column.get("options"))]
    return {"title": _named(column, here), "kind": str(column.get("kind")), "options": options}


def _sum_of(table: Content, row: Content, here: str, words: Mapping[str, Mapping[str, str]]) -> str:
    """A row in one line, to be found again: when it applies, and what it decides."""
    told = []
    for column in table["inputs"]:
        cell, known = as_map(row.get("when")).get(str(column.get("id")), "-"), words.get(str(column.get("id")), {})
        if cell in ANYTHING:
            continue
        shown = _shown_cell("", column, cell)
        if column.get("kind") == "choice" and shown:
            options = as_list(column.get("options"))
            chosen = [options[int(part[1:])] for part in shown]
            told.append(", ".join(known.get(each, str(each)) for each in chosen))
        else:
            value = (
                f" {_written(cell)}" if column.get("kind") != "yes_no" else f": {_('Yes') if cell is True else _('No')}"
            )
            told.append(f"{_named(column, here)}{value}")
    then = ", ".join(_shown_value(output, row) for output in table["outputs"])
    return f"{' · '.join(told) or _('always')} → {then}"


def _shown_value(output: Content, row: Content) -> str:
    value = as_map(row.get("then")).get(str(output.get("id")))
    if output.get("kind") == "money" and isinstance(value, int):
        return f"{value:,} ₫".replace(",", ".")
    return _written(value)


def _choices_in_words(content: Content, here: str) -> dict[str, dict[str, str]]:
    """What the values of questions, facts and cases are called."""
    asked = [one for page in as_list(content.get("pages")) for one in as_list(as_map(page).get("fields"))]
    asked += [one for step in as_list(content.get("steps")) for one in as_list(as_map(step).get("facts"))]
    words = {
        str(as_map(one).get("id")): {str(key): text_of(text, here) or text_of(text, "vi") or str(key)
                                     for key, text in as_map(as_map(one).get("options")).items()}
        for one in asked
    }  # fmt: skip
    words["case"] = {str(as_map(one).get("id")): _named(as_map(one), here) for one in as_list(content.get("cases"))}
    return words


def _named(part: Content, here: str) -> str:
    return text_of(part.get("name"), here) or text_of(part.get("name"), "vi") or str(part.get("id", ""))


def _all_maps(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)
