"""The form of one element, relation, principle or view: what is in it, what was typed, and the edits that come of it.

Layer 2. Properties and costs are rows; a property's own languages are kept apart. What stands in an item and has no
field here (texts in other languages, what another tool wrote) is never touched.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from maidinh.channels.web.drafting_fields import COSTS, FORMS, OPTIONAL, WITH_PROPERTIES, Field, fields
from maidinh.channels.web.drafting_inputs import LINE_END, Wrong, parsed, shown, typed
from maidinh.channels.web.drafting_values import Values, in_language
from maidinh.governance.drafting.content import changes, dotted, things, value_at
from maidinh.governance.drafting.rules import Edit
from maidinh.governance.modelling.definition import Element, Principle, Relation, View
from maidinh.governance.modelling.integrity import SHARING_IDS
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.infrastructure.definitions.folding import fold

MODELS: dict[str, type[BaseModel]] = {
    "elements": Element, "relations": Relation, "principles": Principle, "views": View,
}  # fmt: skip
BLANK_ROWS = 2
ROWS_MORE = 5
MOST_ROWS = 200
ID = re.compile(r"[^\s/?#]{1,200}")

Item = dict[str, Any]


class ItemForm:
    """The form of an item as it stood when it was opened (`before`; None for a new one), with what was typed."""

    def __init__(self, section: str, before: Item | None, values: Values, data: Mapping[str, Any] | None = None):
        self.section, self.values, self.data = section, values, data
        self.new = before is None
        self.before = copy.deepcopy(before) if before is not None else _begun(section)
        self.errors: dict[str, str] = {}

    def read(self) -> Item | None:
        """The item that was typed; None where something is wrong, which `errors` then says by field."""
        item = copy.deepcopy(self.before)
        data = self.data or {}
        for field in fields(self.section):
            try:
                value = parsed(field, data, value_at(self.before, field.path), self.values)
            except Wrong as wrong:
                self.errors[field.name] = str(wrong)
                continue
            _put(item, field.path, value, empty=[] if field.widget in ("lines", "calls", "laws") else None)
        if self.section in WITH_PROPERTIES:
            item["properties"] = [each for each in self._properties() if each]
        if self.section == "elements":
            self._read_costs(item)
        _prune(item)
        if self.new:
            item = {"id": self._new_id(item)} | {key: value for key, value in item.items() if key != "id"}
        self._check(item)
        if self.errors:
            return None
        try:
            found = MODELS[self.section].model_validate(item)
        except ValidationError as error:
            self._tell(error)
            return None
        return found.model_dump(mode="json", by_alias=True, exclude_none=True)

    def edits(self, item: Item) -> list[Edit]:
        """What was changed, field by field; for a new item the whole, with the kinds of properties it brings."""
        if self.new:
            made = [Edit(self.section, item["id"], "", item)]
        else:
            found = changes(self.before, item)
            made = [Edit(self.section, self.before["id"], dotted(each.path), each.after) for each in found]
        defined = things(self.values.content.get("property_definitions", [])) or {}
        before = {each["key"] for each in self.before.get("properties", ())}
        added = dict.fromkeys(each["key"] for each in item.get("properties", ()) if each["key"] not in before)
        return [
            *(Edit("property_definitions", key, "", {"id": key, "name": {"vi": key}})
              for key in added if key not in defined),
            *made,
        ]  # fmt: skip

    def groups(self) -> list[dict[str, Any]]:
        """The groups of fields for the page; one that holds nothing and no mistake is folded."""
        found = []
        for group in FORMS[self.section]:
            rows = [self._row(field) for field in group.fields]
            filled = any(any(_held(row["value"])) for row in rows if not _by_itself(row))
            wrong = any(row["error"] for row in rows)
            found.append({"legend": group.legend, "rows": rows, "open": group.open or filled or wrong})
        return found

    def property_rows(self) -> list[dict[str, Any]]:
        """The rows of properties as they stand in the form, with some to add."""
        known = self.before.get("properties", [])
        rows = []
        for number in range(self._rows("properties", len(known))):
            old = known[number] if number < len(known) else None
            name = f"property-{number}"
            inputs = [
                {"name": each, "value": self._typed(each, text), "language": language}
                for each, text, language in _property_inputs(name, old)
            ]
            rows.append({
                "name": name, "inputs": inputs, "new": old is None,
                "key": self._typed(f"{name}-key", old["key"] if old else ""),
                "remove": self.data is not None and f"{name}-remove" in self.data,
                "error": self.errors.get(f"{name}-key"),
            })  # fmt: skip
        return rows

    def cost_tables(self) -> list[dict[str, Any]]:
        """The rows of what it costs, by kind of cost, with some to add."""
        tables = []
        for name, label in COSTS:
            known = value_at(self.before, tuple(name.split("."))) or []
            rows = []
            for number in range(self._rows(name, len(known))):
                old = known[number] if number < len(known) else {"year": "", "amount": ""}
                at = f"{name}-{number}"
                rows.append({
                    "name": at, "error": self.errors.get(f"{at}-year"),
                    "year": self._typed(f"{at}-year", str(old["year"])),
                    "amount": self._typed(f"{at}-amount", str(old["amount"])),
                })  # fmt: skip
            tables.append({"name": name, "label": label, "rows": rows})
        return tables

    @property
    def asks_for_more(self) -> bool:
        """Whether only more rows were asked for."""
        return self.data is not None and "more" in self.data

    def _row(self, field: Field) -> dict[str, Any]:
        before = value_at(self.before, field.path)
        value = typed(field, self.data) if self.data is not None else shown(field, before)
        options = self.values.options(field.options, shown(field, before)) if field.widget == "select" else []
        lined = field.widget == "text" and isinstance(value, str) and LINE_END.search(value) is not None
        return {
            "field": field, "value": value, "options": options, "error": self.errors.get(field.name),
            "widget": "long" if lined else field.widget,
        }  # fmt: skip

    def _typed(self, name: str, before: str) -> str:
        return before if self.data is None else str(self.data.get(name, ""))

    def _rows(self, name: str, known: int) -> int:
        """How many rows the form has: as many as it came with, more where they are asked for."""
        came = _count(self.data.get(f"{name}-rows", "")) if self.data is not None else known + BLANK_ROWS
        return min(max(came, known) + (ROWS_MORE if self.asks_for_more else 0), MOST_ROWS)

    def _properties(self) -> Iterator[Item | None]:
        data, known = self.data or {}, self.before.get("properties", [])
        for number in range(max(_count(data.get("properties-rows", "")), len(known))):
            name, old = f"property-{number}", known[number] if number < len(known) else None
            if f"{name}-key" not in data:  # the row was not in the form
                yield old
                continue
            if f"{name}-remove" in data:
                continue
            key = str(data[f"{name}-key"]).strip()
            texts = [(text, str(data.get(each, "")), language) for each, text, language in _property_inputs(name, old)]
            kept = [(was if _alike(now, was) else LINE_END.sub("\n", now), language) for was, now, language in texts]
            if old is not None and _alike(key, old["key"]):
                key = old["key"]
            if not key:
                if old is not None or any(text for text, _language in kept):
                    self.errors[f"{name}-key"] = _("Say what the property is called, or mark it to be removed")
                continue
            if "\0" in key or any("\0" in text for text, _language in kept):
                self.errors[f"{name}-key"] = _("The property has a character that cannot be kept. Type it again")
                continue
            if old is not None and old.get("values"):
                phrases = [{**phrase, "text": text} for phrase, (text, _l) in zip(old["values"], kept, strict=True)]
                yield {**old, "key": key, "values": phrases}
            else:
                yield {**(old or {"values": []}), "key": key, "value": kept[0][0]}

    def _read_costs(self, item: Item) -> None:
        data = self.data or {}
        for name, _label in COSTS:
            if f"{name}-rows" not in data:
                continue
            found: list[Item] = []
            for number in range(min(_count(data[f"{name}-rows"]), MOST_ROWS)):
                at = f"{name}-{number}"
                year, amount = (str(data.get(f"{at}-{part}", "")).strip() for part in ("year", "amount"))
                if not year and not amount:
                    continue
                digits = re.sub(r"[.,\s₫]|đ$", "", amount)
                if not re.fullmatch(r"\d{4}", year) or not 1990 <= int(year) <= 2100:
                    self.errors[f"{at}-year"] = _("Write the year with four digits, such as 2027")
                elif not re.fullmatch(r"\d{1,18}", digits):
                    self.errors[f"{at}-year"] = _("Write the amount in dong, digits only, such as 1.500.000.000")
                elif int(year) in {each["year"] for each in found}:
                    self.errors[f"{at}-year"] = _("This year stands in the table twice. Add the amounts up")
                else:
                    found.append({"year": int(year), "amount": int(digits)})
            _put(item, tuple(name.split(".")), found, empty=[])

    def _new_id(self, item: Item) -> str:
        """The id that was typed, else one made from the name."""
        asked = str((self.data or {}).get("id", "")).strip()
        taken = {each["id"] for section in SHARING_IDS for each in self.values.content.get(section, ())}
        if asked:
            if not ID.fullmatch(asked):
                self.errors["id"] = _("An id has no spaces and none of / ? #")
            elif asked in taken:
                self.errors["id"] = _("This id stands in the draft already. Write another one, or leave it empty")
            return asked
        ends = [str(item.get(end, "")) for end in ("from", "to")] if self.section == "relations" else []
        said = "-".join(ends) or in_language(item.get("name") or item.get("statement"), "vi")
        stem = fold(said).replace(" ", "-").strip(".")[:60].strip("-") or self.section.rstrip("s")
        return next(each for each in _numbered(stem) if each not in taken)

    def _check(self, item: Item) -> None:
        """What the parts say only together."""
        words = {"label": _("Kind")}
        if not item.get("kind"):
            self.errors.setdefault("kind", _("Choose an answer for “%(label)s”") % words)
        if item.get("kind") in LAYERED_KINDS and self.section == "elements":
            if item.get("layer") is None:
                self.errors.setdefault("layer", _("A component of this kind needs a layer"))
            if not in_language(item.get("name"), "vi"):
                self.errors.setdefault("name.vi", _("A component of this kind needs a name"))
        for name in ("from", "to") if self.section == "relations" else ():
            if not item.get(name):
                self.errors.setdefault(name, _("Write the id or the name of a component"))
        if self.section == "principles" and not in_language(item.get("statement"), "vi"):
            self.errors.setdefault("statement.vi", _("Write the statement"))

    def _tell(self, error: ValidationError) -> None:
        known = {field.path: field for field in fields(self.section)}
        for detail in error.errors():
            way = tuple(map(str, detail["loc"]))
            field = next((known[way[:length]] for length in range(len(way), 0, -1) if way[:length] in known), None)
            if field is None:
                self.errors.setdefault("", f"{'.'.join(way)}: {detail['msg']}")
                continue
            needed = detail["type"] in ("missing", "too_short", "string_too_short")
            text = _("Enter an answer for “%(label)s”") if needed else _(
                "“%(label)s” is not written as expected. Check it for mistakes"
            )  # fmt: skip
            self.errors.setdefault(field.name, text % {"label": field.label})


def _begun(section: str) -> Item:
    if section == "elements":
        return {"state": "live", "personal_data": False, "checked": True, "sample": False}
    return {"checked": True, "sample": False}


def _property_inputs(name: str, old: Item | None) -> list[tuple[str, str, str]]:
    """The inputs of a property's row: their names, what stands in each, its language."""
    if old is None or not old.get("values"):
        return [(f"{name}-value", (old or {}).get("value", ""), "")]
    return [
        (f"{name}-value-{number}", each.get("text", ""), each.get("language") or "")
        for number, each in enumerate(old["values"])
    ]


def _put(item: Item, way: tuple[str, ...], value: Any, *, empty: Any) -> None:
    """Put a value at its place; nothing is written where nothing stood."""
    value = empty if value in (None, []) else value
    at = item
    for part in way[:-1]:
        if part not in at:
            if value in (None, []):
                return
            at[part] = {}
        at = at[part]
    if value is None or (value == [] and "classification" in way):
        at.pop(way[-1], None)
    elif value != [] or way[-1] in at:
        at[way[-1]] = value


def _prune(item: Item) -> None:
    for way in OPTIONAL:
        holder = value_at(item, way[:-1]) if len(way) > 1 else item
        if isinstance(holder, dict) and way[-1] in holder and _nothing(holder[way[-1]]):
            del holder[way[-1]]
    if not item.get("security_basis", {}).get("text"):
        item.pop("security_basis", None)
    if isinstance(item.get("name"), dict) and "from" in item and _nothing(item["name"]):
        del item["name"]


def _nothing(value: Any) -> bool:
    """Whether nothing was said: a mark alone says nothing."""
    if isinstance(value, dict):
        return all(_nothing(each) for each in value.values())
    return value is None or isinstance(value, bool) or value in ("", [])


def _by_itself(row: Mapping[str, Any]) -> bool:
    """Whether what a row holds stands there without anybody's doing."""
    return row["widget"] == "check" or (row["field"].name == "state" and row["value"] == "live")


def _held(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else [value]


def _alike(now: str, was: str) -> bool:
    return LINE_END.sub("\n", now) == LINE_END.sub("\n", was) or now == LINE_END.sub("", was)


def _count(text: Any) -> int:
    return min(int(text), MOST_ROWS) if re.fullmatch(r"\d{1,4}", str(text)) else 0


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
