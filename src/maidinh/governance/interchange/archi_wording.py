"""Words and properties in Archi's form: one plain text each, and beside it what the plain text can't say.

Layer 4, governance. Pure. Archi knows no languages and no property definitions. What a text or property says beyond its
plain form becomes a *shape*: the words with a null where the plain text belongs. So a text that somebody changes in
Archi is changed here too, and the other languages stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from maidinh.governance.modelling.definition import Phrase, Property, PropertyDefinition, Words

OWN = "maidinh:"  # properties that start so belong to the Vietnamese profile: they need no definition

Shape = dict[str, Any]


def plain(words: Words | None) -> str | None:
    """The one text that Archi shows."""
    return next((each.text for each in words.phrases()), None) if words is not None else None


def shape(words: Words | None, optional: bool) -> Shape | None:
    """What the plain text doesn't say of these words; None when it says all."""
    if words is None:
        return None
    if words.vi is None and words.en is None:
        if not words.other:
            return {} if optional else None
        if len(words.other) == 1 and words.other[0].language is None:
            return None
    found: Shape = words.model_dump(exclude_none=True, exclude_defaults=True)
    for language in ("vi", "en"):
        if language in found:
            return found | {language: None}
    found["other"] = [_phrase(each) for each in words.other]
    found["other"][0]["text"] = None
    return found


def _phrase(phrase: Phrase) -> dict[str, Any]:
    return {"text": phrase.text} | ({"language": phrase.language} if phrase.language is not None else {})


def formed(text: str | None, form: object, optional: bool) -> Any:
    """The words (as data) of a plain text and its shape."""
    if not isinstance(form, dict):
        if text is None:
            return None if optional else {"other": []}
        return {"other": [{"text": text}]}
    if not form:
        return {"other": [{"text": text}]} if text else {}
    data = dict(form)
    for language in ("vi", "en"):
        if language in data and data[language] is None:
            return data | {language: text or ""}
    if isinstance(data.get("other"), list):
        data["other"] = [
            each | {"text": text or ""} if isinstance(each, dict) and each.get("text", "") is None else each
            for each in data["other"]
        ]
    return data


class Keys:
    """Between property definitions and the keys that Archi shows: a definition's name, or the key itself."""

    def __init__(self, definitions: Iterable[tuple[str, str | None]]) -> None:
        self.text_of: dict[str, str] = {}
        self.id_of: dict[str, str] = {}
        self.used: set[str] = set()
        for identifier, text in definitions:
            shown = identifier if text is None else text
            self.text_of.setdefault(identifier, shown)
            self.id_of.setdefault(shown, identifier)

    @classmethod
    def of(cls, definitions: Iterable[PropertyDefinition]) -> Keys:
        """The keys of a model's own definitions."""
        return cls((each.id, plain(each.name)) for each in definitions)

    def derived(self) -> list[PropertyDefinition]:
        """The definitions of keys that have none: each is called what it is."""
        return [
            PropertyDefinition(id=each, name=Words(other=[Phrase(text=each)]))
            for each in sorted(self.used)
            if not each.startswith(OWN)
        ]

    def lay_down(self, properties: Sequence[Property]) -> tuple[list[tuple[str, str]], list[Shape]]:
        """Keys and values as Archi has them, and what they don't say."""
        lines: list[tuple[str, str]] = []
        shapes: list[Shape] = []
        for at, each in enumerate(properties):
            text = self.text_of.get(each.key, each.key)
            self.used.add(text)
            phrases = each.phrases()
            lines.append((text, phrases[0].text))
            beyond: Shape = {}
            if self.id_of.get(text, text) != each.key:
                beyond["key"] = each.key
            if each.values:
                beyond["values"] = [_phrase(phrase) for phrase in phrases]
                beyond["values"][0]["text"] = None
            if beyond:
                shapes.append({"at": at, "text": text} | beyond)
        return lines, shapes

    def pick_up(self, lines: Sequence[tuple[str, str]], shapes: object) -> list[dict[str, Any]]:
        """Properties (as data) of Archi's keys and values, and of what these don't say."""
        found: list[dict[str, Any]] = []
        for text, value in lines:
            self.used.add(text)
            found.append({"key": self.id_of.get(text, text), "value": value, "values": []})
        taken: set[int] = set()
        for each in shapes if isinstance(shapes, list) else ():
            if not isinstance(each, dict):
                continue
            candidates = [at for at in range(len(lines)) if at not in taken and lines[at][0] == each.get("text")]
            if not candidates:
                continue  # somebody removed the property in Archi
            at = each["at"] if each.get("at") in candidates else candidates[0]
            taken.add(at)
            if "key" in each:
                found[at]["key"] = each["key"]
            if isinstance(each.get("values"), list):
                value = found[at].pop("value")
                found[at]["values"] = [
                    phrase | {"text": value} if isinstance(phrase, dict) and phrase.get("text", "") is None else phrase
                    for phrase in each["values"]
                ]
        return found
