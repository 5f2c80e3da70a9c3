"""One part of a project's form: what stands in it, what was typed, and the project that comes of it.

Layer 2. Pure but for the words. Rows are added and taken out by buttons, without JavaScript and without saving. A row
in which nothing was typed is none. What a row holds and has no field here (a text in English) stays in it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_inputs import Wrong
from maidinh.channels.web.projects_inputs import Option, is_empty, parsed, shown, typed
from maidinh.channels.web.projects_parts import Column, Part, Rows
from maidinh.infrastructure.definitions.folding import fold

BLANK, MORE, MOST_ROWS = 1, 1, 200
Content = dict[str, Any]
Choices = Mapping[str, Sequence[Option]]
DO = re.compile(r"(add|remove):([a-z_]+)(?::(\d{1,3}))?")


@dataclass(frozen=True)
class Line:
    """A row as it stands in the form: its number on the page, what it was made from, what was typed in it."""

    number: int
    was: int | None
    values: dict[str, Any]
    offered: bool = False

    def empty(self, rows: Rows) -> bool:
        """Whether nothing was written in it; a row that was offered holds its first field without anybody's doing."""
        looked_at = rows.columns[1:] if self.offered else rows.columns
        return all(is_empty(self.values[each.name]) for each in looked_at)


class PartForm:
    """A part with the saved project (`content`), and what was typed if something was.

    `offered` are rows that the page proposes, by list: values by column, shown below those that are saved.
    """

    def __init__(
        self,
        part: Part,
        content: Content,
        choices: Choices,
        data: Mapping[str, Any] | None = None,
        *,
        offered: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        self.part, self.content, self.choices, self.data = part, content, choices, data
        self.offered = offered or {}
        self.errors: dict[str, str] = {}
        self.lines = {rows.name: list(self._lines(rows)) for rows in part.rows}

    @property
    def asks_for_rows(self) -> bool:
        """Whether only rows were to be added or taken out, or the sums made anew."""
        return self._do is not None or (self.data or {}).get("do") == "sum"

    def read(self) -> Content | None:
        """The project as it was typed; None where something is wrong, which `errors` then says by field."""
        found = copy.deepcopy(self.content)
        for column in self.part.fields:
            value = self._parsed(column, column.name, typed(column, column.name, self.data or {}), self._saved(column))
            _put(found, column.name, value)
        for rows in self.part.rows:
            found[rows.name] = self._read_rows(rows)
        if self.part.id == "money" and found.get("total") is None:
            found["total"] = sum(each.get("amount") or 0 for each in found["costs"] if each.get("kind") == "build")
        return None if self.errors else found

    def complete_costs(self) -> list[Content]:
        """The rows of costs that say year, source, kind and amount so far, for the sums."""
        errors, self.errors = self.errors, {}
        found = self._read_rows(next(rows for rows in self.part.rows if rows.name == "costs"))
        self.errors = errors
        return [
            each for each in found if all(each.get(name) is not None for name in ("year", "source", "kind", "amount"))
        ]

    def fields(self) -> list[dict[str, Any]]:
        """The single fields for the page."""
        return [
            self._cell(
                column, column.name,
                typed(column, column.name, self.data) if self.data is not None else shown(column, self._saved(column)),
            )
            for column in self.part.fields
        ]  # fmt: skip

    def tables(self) -> list[dict[str, Any]]:
        """The lists with their rows for the page."""
        return [
            {
                "rows": rows,
                "count": len(self.lines[rows.name]),
                "lines": [
                    {
                        "number": line.number, "base": f"{rows.name}.{line.number}", "offered": line.offered,
                        "was": "" if line.was is None else line.was,
                        "id": self._original(rows, line).get("id", "") if rows.identified else "",
                        "cells": [
                            self._cell(column, f"{rows.name}.{line.number}.{column.name}", line.values[column.name])
                            for column in rows.columns
                        ],
                    }
                    for line in self.lines[rows.name]
                ],
            }
            for rows in self.part.rows
        ]  # fmt: skip

    @property
    def _do(self) -> tuple[str, str, int] | None:
        match = DO.fullmatch(str((self.data or {}).get("do", "")))
        return (match[1], match[2], int(match[3] or 0)) if match else None

    def _lines(self, rows: Rows) -> Iterator[Line]:
        if self.data is None:
            yield from self._saved_lines(rows)
            return
        asked, number = self._do, 0
        came = str(self.data.get(f"{rows.name}.count", ""))
        most = MOST_ROWS + len(self.content.get(rows.name, []))  # what a file brought in is not lost by the form
        for at in range(min(int(came), most) if came.isdecimal() and len(came) < 5 else 0):
            if asked == ("remove", rows.name, at):
                continue
            base, was = f"{rows.name}.{at}", str(self.data.get(f"{rows.name}.{at}.was", ""))
            values = {each.name: typed(each, f"{base}.{each.name}", self.data) for each in rows.columns}
            offered = f"{base}.offered" in self.data
            yield Line(number, int(was) if was.isdecimal() and len(was) < 5 else None, values, offered)
            number += 1
        for _blank in range(MORE if asked is not None and asked[:2] == ("add", rows.name) else 0):
            yield _blank_line(rows, number)

    def _saved_lines(self, rows: Rows) -> Iterator[Line]:
        saved = self.content.get(rows.name, [])
        ids = [each.get("id") for each in saved] if rows.identified else []
        number = -1
        for number, each in enumerate(saved):
            values = {}
            for column in rows.columns:
                value = each if rows.plain else each.get(column.name)
                if column.widget == "after":
                    value = ", ".join(str(ids.index(name) + 1) if name in ids else name for name in value or ())
                values[column.name] = shown(column, value)
            yield Line(number, number, values)
        for each in self.offered.get(rows.name, ()):
            number += 1
            yield Line(
                number, None, {column.name: shown(column, each.get(column.name)) for column in rows.columns}, True
            )
        for _blank in range(BLANK if not self.offered.get(rows.name) else 0):
            number += 1
            yield _blank_line(rows, number)

    def _read_rows(self, rows: Rows) -> list[Any]:
        found: list[Any] = []
        lines = [line for line in self.lines[rows.name] if not line.empty(rows)]
        ids = self._ids(rows, lines) if rows.identified else {}
        for line in lines:
            base, original = f"{rows.name}.{line.number}", self._original(rows, line)
            made = dict(original) | ({"id": ids[line.number]} if rows.identified else {})
            for column in rows.columns:
                name = f"{base}.{column.name}"
                if column.widget == "after":
                    value: Any = self._numbers(name, line.values[column.name], ids)
                else:
                    value = self._parsed(column, name, line.values[column.name], original.get(column.name))
                _put(made, column.name, value)
            found.append(made.get(rows.columns[0].name) if rows.plain else made)
        return found

    def _numbers(self, name: str, text: str, ids: Mapping[int, str]) -> list[str]:
        """The rows whose numbers were written; a number without a row is told."""
        found = []
        for part in re.split(r"[,;\s]+", text):
            number = int(part) - 1 if part.isdecimal() and len(part) < 5 else None
            if number is not None and number in ids:
                found.append(ids[number])
            elif part:
                words = {"number": part}
                self.errors[name] = (
                    _("There is no stage number %(number)s. Write the numbers of stages, such as 1, 2") % words
                )
        return found

    def _ids(self, rows: Rows, lines: Sequence[Line]) -> dict[int, str]:
        """The id of each row: the one it has, else one made from what it is called."""
        found = {line.number: str(self._original(rows, line)["id"]) for line in lines if self._original(rows, line)}
        taken = set(found.values())
        for line in lines:
            if line.number not in found:
                words = next((str(line.values[each.name]) for each in rows.columns if each.widget == "words"), "")
                found[line.number] = free_key(words or rows.name, taken)
                taken.add(found[line.number])
        return found

    def _original(self, rows: Rows, line: Line) -> Content:
        saved = self.content.get(rows.name, [])
        if line.was is None or line.was >= len(saved):
            return {}
        return {rows.columns[0].name: saved[line.was]} if rows.plain else saved[line.was]

    def _saved(self, column: Column) -> Any:
        first, _dot, rest = column.name.partition(".")
        value = self.content.get(first)
        if column.widget == "money" and not value:
            return None
        return value.get(rest) if rest and isinstance(value, Mapping) else value

    def _parsed(self, column: Column, name: str, value: Any, before: Any) -> Any:
        try:
            return parsed(column, value, before, self.choices.get(column.options, ()))
        except Wrong as wrong:
            self.errors[name] = str(wrong)
            return None

    def _cell(self, column: Column, name: str, value: Any) -> dict[str, Any]:
        options = list(self.choices.get(column.options, ()))
        if column.widget in ("select", "radios") and value and value not in {each for each, _text in options}:
            options.append((value, value))
        return {"column": column, "name": name, "value": value, "options": options, "error": self.errors.get(name)}


def free_key(words: str, taken: set[str], longest: int = 40) -> str:
    """A key made from words that is none of those taken: `Nâng cấp` becomes `nang-cap`, then `nang-cap-2`."""
    stem = re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-")[:longest].strip("-") or "x"
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found


def sums(costs: Sequence[Mapping[str, Any]], sources: Mapping[str, str], total: int | None) -> dict[str, Any]:
    """What the costs add up to: by year and source, of each year and source, to build and to run, beside the total."""
    used = list(dict.fromkeys(str(each["source"]) for each in costs))
    years = sorted({int(each["year"]) for each in costs})

    def add(**wanted: Any) -> int:
        return sum(each["amount"] for each in costs if all(each[name] == value for name, value in wanted.items()))

    build = add(kind="build")
    return {
        "sources": [sources.get(each, each) for each in used],
        "years": [
            {"year": year, "amounts": [add(year=year, source=each) for each in used], "total": add(year=year),
             "build": add(year=year, kind="build"), "run": add(year=year, kind="run")}
            for year in years
        ],
        "by_source": [add(source=each) for each in used],
        "build": build, "run": add(kind="run"), "all": add(),
        "total": total, "missing": None if total is None else total - build,
    }  # fmt: skip


def _blank_line(rows: Rows, number: int) -> Line:
    return Line(number, None, {each.name: shown(each, None) for each in rows.columns})


def _put(into: Content, name: str, value: Any) -> None:
    """Put a value at its place (`title.vi`); nothing takes the field out."""
    first, _dot, rest = name.partition(".")
    if rest:
        held = dict(into.get(first) or {})
        _put(held, rest, value)
        into[first] = held
    elif value is None or value == []:
        into.pop(first, None)
    else:
        into[first] = value
