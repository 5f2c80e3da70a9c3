"""A project's content as it is kept and hashed; a thing of the architecture with single fields set anew.

Layer 4, governance. Pure. A field is named by the path that a difference names it by: `name.vi`, `cost.run.2027`,
`contract.valid_to`, `properties.KEY`. What is taken out must be there; what is set must have a place in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from maidinh.governance.comparison.fields import shape
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.definitions.hashing import content_hash

Content = dict[str, Any]
KEYED_BY = {"phrases": "language", "properties": "key", "years": "year"}


class NoSuchField(KeyError):
    """A path leads to nothing: the form has no such field, or nothing stands there that could be taken out."""

    def __init__(self, path: str, *, absent: bool) -> None:
        self.path, self.absent = path, absent
        super().__init__(path)


def content_of(project: Project) -> Content:
    """What a project says as JSON, without the parts that say nothing. Whole numbers stand without a point."""
    found: Content = _whole(project.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return found


def hash_of(content: Mapping[str, Any]) -> str:
    """The identity of a project's content."""
    return content_hash(_without_points(content))


def thing_content(thing: BaseModel) -> Content:
    """An element or relation as a version's file states it."""
    return thing.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def with_field(content: Content, form: type[BaseModel], path: str, value: Any) -> None:
    """Set one field of a thing's content in place; None takes it out. Raises NoSuchField."""
    _Setting(path, value).put(content, form, path)


def plain_value(form: type[BaseModel], path: str, value: Any) -> Any:
    """A field's value as a difference tells it, without the list around the only item of a key."""
    word, _, below = path.partition(".")
    field = next((each for each in shape(form) if each.word == word), None)
    if field is None or not below:
        return value
    if field.role == "part" and field.form is not None:
        return plain_value(field.form, below, value)
    return value[0] if field.role in KEYED_BY and isinstance(value, list) and len(value) == 1 else value


class _Setting:
    """One field being set."""

    def __init__(self, path: str, value: Any) -> None:
        self.path, self.value = path, value

    def put(self, content: Content, form: type[BaseModel], rest: str) -> None:
        word, _, below = rest.partition(".")
        field = next((each for each in shape(form) if each.word == word), None)
        if field is None or (below and field.role in ("value", "list")):
            raise NoSuchField(self.path, absent=False)
        if not below:
            self._settle(content, word)
        elif field.role in KEYED_BY:
            content[word] = self._with_item(list(content.get(word) or ()), field.role, below)
        elif field.role == "part" and field.form is not None:
            self.put(self._inside(content, word), field.form, below)
        elif field.role == "parts" and field.form is not None:
            key, _, deeper = below.partition(".")
            inner = self._inside(content, word)
            if deeper:
                self.put(self._inside(inner, key), field.form, deeper)
            else:
                self._settle(inner, key)
        else:
            self._settle(self._inside(content, word), below)

    def _inside(self, content: Content, word: str) -> Content:
        if self.value is None and content.get(word) is None:
            raise NoSuchField(self.path, absent=True)
        content[word] = dict(content.get(word) or {})
        found: Content = content[word]
        return found

    def _settle(self, content: Content, word: str) -> None:
        if self.value is not None:
            content[word] = self.value
        elif content.get(word) is None:
            raise NoSuchField(self.path, absent=True)
        else:
            del content[word]

    def _with_item(self, items: list[Any], role: str, key: str) -> list[Any]:
        """A list whose items have a key of their own, with the ones of this key set anew where the first of them is."""
        name = KEYED_BY[role]
        places = [n for n, each in enumerate(items) if str(each.get(name)) == key]
        if self.value is None and not places:
            raise NoSuchField(self.path, absent=True)
        left = [each for n, each in enumerate(items) if n not in places]
        at = places[0] if places else len(left)
        return [*left[:at], *(() if self.value is None else self._items(role, key)), *left[at:]]

    def _items(self, role: str, key: str) -> list[Any]:
        if role == "properties" and isinstance(self.value, list) and all(isinstance(each, dict) for each in self.value):
            return [{"key": key, "values": self.value}]
        values = self.value if isinstance(self.value, list) else [self.value]
        match role:
            case "phrases":
                return [{"text": each, "language": key} for each in values]
            case "years":
                if not (key.isascii() and key.isdigit()):
                    raise NoSuchField(self.path, absent=False)
                return [{"year": int(key), "amount": each} for each in values]
            case _:
                return [{"key": key, ("values" if isinstance(each, list) else "value"): each} for each in values]


def _whole(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _whole(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_whole(each) for each in content]
    return int(content) if isinstance(content, float) and content.is_integer() else content


def _without_points(content: Any) -> Any:
    """The content as canonical JSON can hold it: a number with a point becomes its text."""
    if isinstance(content, Mapping):
        return {key: _without_points(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_without_points(each) for each in content]
    if isinstance(content, float):
        return int(content) if content.is_integer() else repr(content)
    return content
