"""The values that the fields of a draft are chosen from, and how a value is said to people. Layer 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import yaml
from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_fields import FORMS, fields
from maidinh.channels.web.picture import kind_names, layer_names, relation_names, state_names
from maidinh.governance.drafting.content import Content, parts, value_at
from maidinh.governance.modelling.metamodel import ELEMENT_TYPES, RELATION_TYPE_OF_KIND, kebab
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names

Option = tuple[str, str]
CALL, LAW = {"method", "path"}, {"text", "checked"}
LANGUAGES = {"vi", "en", "other"}
DAYS = ("planned", "live", "retiring", "retired", "valid_from", "valid_to", "effective_from")
LEVELS = range(1, 6)
NOTHING = "–"
LONGEST = 600  # characters of a value that a table shows


class Values:
    """The values known in one draft, in one language."""

    def __init__(self, content: Content, language: str) -> None:
        self.content, self.language = content, language

    @cached_property
    def agencies(self) -> dict[str, str]:
        """Every agency's name by its code."""
        return agency_names(self.language)

    @cached_property
    def names(self) -> dict[str, str]:
        """What elements, relations, principles and views are called, by id."""
        found: dict[str, str] = {}
        for section in ("elements", "principles", "views"):
            for each in self.content.get(section, ()):
                found[each["id"]] = in_language(each.get("name") or each.get("statement"), self.language) or each["id"]
        for each in self.content.get("relations", ()):
            said = in_language(each.get("name"), self.language)
            ends = (found.get(each["from"], each["from"]), found.get(each["to"], each["to"]))
            found[each["id"]] = said or f"{ends[0]} → {ends[1]}"
        return found

    def called(self, text: str) -> list[str]:
        """The ids of the elements and relations of this name, in any language, with or without diacritics."""
        asked = fold(text)
        return [
            each["id"]
            for section in ("elements", "relations")
            for each in self.content.get(section, ())
            if asked in {fold(word) for word in texts(each.get("name"))}
        ]

    def options(self, name: str, current: Any = None) -> list[Option]:
        """The list of values of this name; one that stands already is in it, known or not."""
        found = list(_LISTS[name](self)) if name in _LISTS else []
        written = "" if current is None else str(current)
        if written and written not in {value for value, _text in found}:
            found.append((written, written))
        return found

    def said(self, section: str, path: str, value: Any) -> str:
        """A value in words."""
        if value is None or value in ("", [], {}):
            return NOTHING
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if section in FORMS and isinstance(value, Mapping) and not value.keys() <= LANGUAGES:
            told = self._fields(section, parts(path), value)
            if told:
                return told if len(told) <= LONGEST else f"{told[:LONGEST]} …"
        words = self._named(section, parts(path), value)
        text = words if words is not None else _plain(value)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"

    def name_of(self, section: str, item: Mapping[str, Any]) -> str:
        """What a thing is called that may not stand in the content any more."""
        name = in_language(item.get("name") or item.get("statement"), self.language)
        if name or section != "relations":
            return name or str(item.get("id", ""))
        return " → ".join(self.names.get(item[end], item[end]) for end in ("from", "to"))

    def _fields(self, section: str, way: tuple[str, ...], value: Mapping[str, Any]) -> str:
        """A thing, or a part of one, in words: its fields, without those in the other language."""
        other = ".vi" if self.language == "en" else ".en"
        found = []
        for field in fields(section):
            below = field.path[len(way) :]
            if field.path[: len(way)] != way or not below or field.name.endswith(other) or field.widget == "check":
                continue
            told = self.said(section, field.name, value_at(value, below))
            found += [f"{field.label}: {told}"] if told != NOTHING else []
        return "; ".join([*found, *([] if way else [str(value.get("id", ""))])])

    def _named(self, section: str, way: tuple[str, ...], value: Any) -> str | None:
        if isinstance(value, str) and way and way[-1] in DAYS:
            return _day(value)
        if not isinstance(value, (str, int)) or len(way) != 1:
            return None
        lists = {"owner": "agencies", "operator": "agencies", "layer": "layers", "state": "states", "access": "access"}
        lists |= {"kind": {"relations": "relation-kinds", "principles": "principle-kinds"}.get(section, "kinds")}
        if way[0] in ("from", "to"):
            return self.names.get(str(value))
        if section not in ("elements", "relations", "principles") or way[0] not in lists:
            return None
        return dict(self.options(lists[way[0]])).get(str(value))


def language_of(path: str) -> str:
    """The language that a field of this path is written in, where its name says so."""
    return path[-2:] if path.endswith((".en", ".vi")) else ""


def in_language(words: Any, language: str) -> str:
    """A text of the content in a language, else in another there is."""
    if not isinstance(words, Mapping):
        return ""
    other = [each.get("text", "") for each in words.get("other", ())]
    found = [words.get("en"), words.get("vi")] if language == "en" else [words.get("vi"), words.get("en")]
    return next((each for each in (*found, *other) if each), "")


def texts(words: Any) -> list[str]:
    """A text of the content in every language it has."""
    if not isinstance(words, Mapping):
        return []
    found = [words.get("vi"), words.get("en"), *(each.get("text") for each in words.get("other", ()))]
    return [each for each in found if each]


def all_state_names() -> dict[str, str]:
    """Every state of the life-cycle."""
    return {"planned": state_names()["planned"], "live": _("in use"), **state_names()}


def _plain(value: Any) -> str:
    if isinstance(value, Mapping) and value.keys() <= LANGUAGES:
        return " / ".join(each for each in (value.get("vi"), value.get("en")) if each) or _written(value)
    if isinstance(value, list) and all(isinstance(each, (str, int)) for each in value):
        return ", ".join(map(str, value))
    if isinstance(value, list) and all(isinstance(each, Mapping) and each.keys() == CALL for each in value):
        return ", ".join(f"{each['method']} {each['path']}" for each in value)
    if isinstance(value, list) and all(isinstance(each, Mapping) and each.keys() == LAW for each in value):
        return "; ".join(each["text"] for each in value)
    return str(value) if isinstance(value, (str, int, float)) else _written(value)


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


def _written(value: Any) -> str:
    return yaml.safe_dump(_without_nothing(value), allow_unicode=True, sort_keys=False, width=100).strip()


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_nothing(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, [], {})}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value


def _kinds(_values: Values) -> list[Option]:
    names = kind_names()
    named = sorted(names.items(), key=lambda each: each[1])
    more = sorted({kebab(each) for each in ELEMENT_TYPES} - names.keys())
    return [*named, *((kind, f"{kind.replace('-', ' ')} (ArchiMate)") for kind in more)]


def _relation_kinds(_values: Values) -> list[Option]:
    return [(kind, relation_names().get(kind, kind)) for kind in RELATION_TYPE_OF_KIND]


def _zones(values: Values) -> list[Option]:
    named = {
        each["id"]: values.names[each["id"]]
        for each in values.content.get("elements", ()) if each["kind"] == "network-zone"
    }  # fmt: skip
    used = {each["zone"] for each in values.content.get("elements", ()) if each.get("zone")}
    return [*named.items(), *((each, each) for each in sorted(used - named.keys()))]


def _elements(values: Values) -> list[Option]:
    return [(each["id"], values.names[each["id"]]) for each in values.content.get("elements", ())]


_LISTS: dict[str, Callable[[Values], list[Option]]] = {
    "agencies": lambda values: sorted(values.agencies.items(), key=lambda each: each[1]),
    "kinds": _kinds,
    "relation-kinds": _relation_kinds,
    "principle-kinds": lambda _values: [
        (each, kind_names()[each]) for each in ("principle", "vision", "target")
    ],
    "layers": lambda _values: [(str(number), f"{number}. {name}") for number, name in layer_names().items()],
    "states": lambda _values: list(all_state_names().items()),
    "levels": lambda _values: [(str(each), str(each)) for each in LEVELS],
    "zones": _zones,
    "elements": _elements,
    "access": lambda _values: [
        ("access", _("uses")), ("read", _("reads")), ("write", _("writes")), ("read-write", _("reads and writes")),
    ],
    "directions": lambda _values: [("yes", _("from the first to the second")), ("no", _("both ways"))],
    "confidence": lambda _values: [
        ("high", _("high")), ("medium", _("medium")), ("low", _("low")), ("memory", _("from memory")),
        ("own", _("our own")),
    ],
}  # fmt: skip
