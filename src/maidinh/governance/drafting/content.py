"""A draft's content as a tree of fields: what differs between two, a difference done or undone, where a field stands.

Layer 4, governance. Pure. Content is the JSON of a resolved ArchitectureVersion, without what is empty. Things are told
apart by what identifies them, never by their position: `id` (elements, nodes …), `key` (properties), `year` (amounts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maidinh.governance.modelling.definition import Words
from maidinh.governance.modelling.integrity import Outline, Sketch

Content = dict[str, Any]
Path = tuple[str, ...]
HEADER = "header"
IDENTIFIED_BY = ("id", "key", "year")
ORDER = "#order"  # in place of an id: the order of a list; no id has a # in it
SECTIONS = ("elements", "relations", "principles", "views", "folders", "property_definitions")


@dataclass(frozen=True)
class Change:
    """One field that differs; None: nothing stands there. `place` is where in its list a thing stood."""

    path: Path
    before: Any
    after: Any
    place: int | None = None

    @property
    def where(self) -> tuple[str, str, str]:
        """Section, item and path, as people and tables name a field."""
        return where(self.path)


def where(path: Path) -> tuple[str, str, str]:
    """Section, item and dotted path of a field."""
    if path[0] not in SECTIONS:
        return HEADER, "", dotted(path)
    if len(path) == 1 or path[1] == ORDER:
        return path[0], "", dotted(path[1:])
    return path[0], path[1], dotted(path[2:])


def path_of(section: str, item: str, path: str) -> Path:
    """The way down to a field from its section, item and dotted path."""
    rest = parts(path)
    if section == HEADER:
        return rest
    return (section, item, *rest) if item else (section, *rest)


def dotted(path: Sequence[str]) -> str:
    """A way down as one text; a dot within a name is written with a backslash before it."""
    return ".".join(each.replace("\\", "\\\\").replace(".", "\\.") for each in path)


def parts(text: str) -> Path:
    """The way down that `dotted` wrote."""
    if not text:
        return ()
    found, current, escaped = [], "", False
    for letter in text:
        if escaped or letter not in "\\.":
            current, escaped = current + letter, False
        elif letter == "\\":
            escaped = True
        else:
            found.append(current)
            current = ""
    return (*found, current)


def identity(thing: Any) -> str | None:
    """What tells a thing of a list apart from the others; None for what has no such name."""
    if isinstance(thing, Mapping):
        for name in IDENTIFIED_BY:
            if isinstance(thing.get(name), (str, int)):
                return str(thing[name])
    return None


def things(value: Any) -> dict[str, Any] | None:
    """A list of identified things by identity; None for any other value, and where an identity stands twice."""
    if not isinstance(value, list):
        return None
    found = {name: each for each in value if (name := identity(each)) is not None}
    return found if len(found) == len(value) else None


def changes(before: Content, after: Content) -> list[Change]:
    """Every field that differs, in an order in which doing them makes `after`, undoing them backwards `before`."""
    return list(_changes(before, after, ()))


def _changes(before: Any, after: Any, at: Path) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _changes(before.get(key), after.get(key), (*at, key))
        return
    old, new = things(before), things(after)
    if old is None or new is None:
        yield Change(at, before, after)
        return
    order = list(old)
    for name in [each for each in old if each not in new]:
        yield Change((*at, name), old[name], None, order.index(name))
        order.remove(name)
    for name in order:
        yield from _changes(old[name], new[name], (*at, name))
    for name in [each for each in new if each not in old]:
        yield Change((*at, name), None, new[name], len(order))
        order.append(name)
    if order != list(new):
        yield Change((*at, ORDER), order, list(new))


def done(content: Content, differences: Iterable[Change]) -> Content:
    """The content with these changes made. KeyError where one leads nowhere."""
    return _written(content, ((each.path, each.after, each.place) for each in differences))


def undone(content: Content, differences: Sequence[Change]) -> Content:
    """The content before these changes were made."""
    return _written(content, ((each.path, each.before, each.place) for each in reversed(differences)))


def put(content: Content, path: Path, value: Any) -> Content:
    """The content with a value at a place, which may be new; None takes it away. KeyError where it leads nowhere."""
    return _written(content, [(path, value, None)])


def value_at(content: Any, path: Path) -> Any:
    """What stands at a place; None where nothing does."""
    for part in path:
        found = things(content)
        if part == ORDER:
            return list(found or ())
        content = content.get(part) if isinstance(content, dict) else (found or {}).get(part)
        if content is None:
            return None
    return content


def outline_of(content: Content) -> Outline:
    """What of the content has to hold together."""
    named = ("elements", "principles", "property_definitions")
    return Outline(
        {section: tuple(each["id"] for each in content.get(section, ())) for section in named},
        tuple((each["id"], each["kind"], each["from"], each["to"]) for each in content.get("relations", ())),
        tuple(
            Sketch(
                view["id"],
                tuple((each["id"], each.get("element"), each.get("view")) for each in _nodes(view.get("nodes", ()))),
                tuple(
                    (each["id"], each.get("relation"), each.get("source"), each.get("target"))
                    for each in view.get("connections", ())
                ),
            )
            for view in content.get("views", ())
        ),
        tuple(_folders(content.get("folders", ()))),
    )


def _nodes(nodes: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for node in nodes:
        yield node
        yield from _nodes(node.get("nodes", ()))


def _folders(folders: Iterable[Any]) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    for folder in folders:
        if isinstance(folder, Mapping):
            held = folder.get("holds", ())
            words = Words.model_validate(folder.get("name", {})).in_language("vi")
            name = words or folder.get("id") or "without a name"
            yield name, tuple(each for each in held if isinstance(each, str)), folder.get("id")
            yield from _folders(held)


class _Fields(dict[str, Any]):
    """Fields that are being written to; what lies below stays shared until it is written to as well."""


class _Things:
    """A list of identified things that is being written to."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.order, self.by_name = list(found), found

    def put(self, name: str, value: Any, place: int | None) -> None:
        if value is None:
            if self.by_name.pop(name, None) is not None:
                self.order.remove(name)
            return
        if name not in self.by_name:
            self.order.insert(len(self.order) if place is None else place, name)
        self.by_name[name] = value


def _written(content: Content, values: Iterable[tuple[Path, Any, int | None]]) -> Content:
    root: _Fields | _Things = _Fields(content)
    for path, value, place in values:
        at = root
        for part in path[:-1]:
            at = _open(at, part)
        last = path[-1]
        if isinstance(at, _Fields):
            if value is None:
                at.pop(last, None)
            else:
                at[last] = value
        elif last == ORDER:
            at.order = [name for name in value if name in at.by_name]
        elif value is not None and identity(value) != last:
            raise KeyError(last)  # a thing under another's name
        else:
            at.put(last, value, place)
    return _closed(root)  # type: ignore[no-any-return]


def _open(at: _Fields | _Things, part: str) -> _Fields | _Things:
    """What lies below, made ready to be written to."""
    inner = at.get(part) if isinstance(at, _Fields) else at.by_name.get(part)
    if isinstance(inner, (_Fields, _Things)):
        return inner
    if inner is None and isinstance(at, _Things):
        raise KeyError(part)
    opened: _Fields | _Things
    if inner is None or isinstance(inner, dict):
        opened = _Fields(inner or {})
    elif (found := things(inner)) is not None:
        opened = _Things(found)
    else:
        raise KeyError(part)
    if isinstance(at, _Fields):
        at[part] = opened
    else:
        at.by_name[part] = opened
    return opened


def _closed(value: Any) -> Any:
    if isinstance(value, _Fields):
        return {key: _closed(each) for key, each in value.items()}
    if isinstance(value, _Things):
        return [_closed(value.by_name[name]) for name in value.order]
    return value
