"""What differs between two models: by identity, field by field, geometry included.

Layer 4, governance. Pure. What is equal as a whole is passed over before anything is looked at value by value, so that
two releases of a large model are compared in a moment. That a thing only has another id is hinted, never assumed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from maidinh.governance.comparison.fields import NOTHING
from maidinh.governance.comparison.parts import (
    FILED,
    SECTIONS,
    Key,
    Part,
    Parts,
    Place,
    Token,
    own_facts,
    same,
    take_apart,
)
from maidinh.governance.modelling.definition import (
    Connection,
    Element,
    Folder,
    Model,
    Node,
    Principle,
    PropertyDefinition,
    Relation,
    View,
    Words,
)
from maidinh.infrastructure.definitions.folding import fold

POSITION = "position"
WHERE = frozenset({"parent", "folders", "bends", POSITION})
GEOMETRY = ("box", "starts", "ends")
WITHIN_A_VIEW = ("nodes", "connections")


@dataclass(frozen=True)
class Named:
    """A thing as a list shows it: what it is, its name, and of a relation its ends."""

    section: str
    id: str
    kind: str = ""
    name: str = ""
    ends: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        ends = {} if self.ends is None else {"from": self.ends[0], "to": self.ends[1]}
        view = {"view": self.id.partition("/")[0]} if self.section in WITHIN_A_VIEW else {}
        own = self.id.partition("/")[2] if self.section in WITHIN_A_VIEW else self.id
        return {"id": own, "kind": self.kind, "name": self.name} | ends | view


@dataclass(frozen=True)
class Change:
    """One field before and after; None where it says nothing."""

    path: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"path": self.path, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Changed:
    """A thing that both models have, and the fields in which they differ."""

    thing: Named
    fields: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return self.thing.as_json() | {"fields": [each.as_json() for each in self.fields]}


@dataclass(frozen=True)
class Section:
    """What differs in one section. `moved` lies or stands elsewhere and is otherwise the same."""

    added: tuple[Named, ...] = ()
    removed: tuple[Named, ...] = ()
    changed: tuple[Changed, ...] = ()
    moved: tuple[Changed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "added": [each.as_json() for each in self.added],
            "removed": [each.as_json() for each in self.removed],
            "changed": [each.as_json() for each in self.changed],
            "moved": [each.as_json() for each in self.moved],
        }


@dataclass(frozen=True)
class Renumbered:
    """One thing removed and one added that are of the same kind and name: perhaps the same under another id."""

    removed: Named
    added: Named


@dataclass(frozen=True)
class Difference:
    """What differs, section by section; the views in which something differs; what may be the same of another id."""

    sections: Mapping[str, Section]
    views: Mapping[str, Named]
    renumbered: tuple[Renumbered, ...] = ()

    def __bool__(self) -> bool:
        return any(self.sections.values())

    def __getitem__(self, section: str) -> Section:
        return self.sections.get(section, Section())

    def as_json(self) -> dict[str, Any]:
        """For machines: a view is changed, or only moved, with what differs in it beneath it."""
        header = [
            change.as_json() for each in (*self["header"].changed, *self["header"].moved) for change in each.fields
        ]
        plain = [name for name in SECTIONS if name not in ("header", "views", *WITHIN_A_VIEW)]
        hints = [{"section": each.removed.section, "removed": each.removed.id, "added": each.added.id,
                  "kind": each.added.kind, "name": each.added.name} for each in self.renumbered]  # fmt: skip
        return {
            "header": {"changed": header},
            **{name: self[name].as_json() for name in plain if name in ("elements", "relations")},
            "views": self._views(),
            **{name: self[name].as_json() for name in plain if name not in ("elements", "relations")},
            "suspected_renames": hints,
        }

    def _views(self) -> dict[str, Any]:
        inner: dict[str, dict[str, dict[str, list[Any]]]] = {}
        moved_only: dict[str, bool] = {}
        for section in WITHIN_A_VIEW:
            for verdict, items in self[section].as_json().items():
                for item in items:
                    lists = inner.setdefault(item["view"], {name: Section().as_json() for name in WITHIN_A_VIEW})
                    lists[section][verdict].append({key: value for key, value in item.items() if key != "view"})
                    moved_only[item["view"]] = moved_only.get(item["view"], True) and verdict == "moved"
        found = self["views"].as_json()
        listed = {item["id"]: item for verdict in ("changed", "moved") for item in found[verdict]}
        changed_itself = {item["id"] for item in found["changed"]}
        for view, lists in inner.items():
            item = listed.get(view) or self.views[view].as_json() | {"fields": []}
            listed[view] = item | lists
        for verdict in ("changed", "moved"):
            found[verdict] = []
        for view, item in listed.items():
            only_moved = view not in changed_itself and moved_only.get(view, True)
            found["moved" if only_moved else "changed"].append(item)
        return found


def difference(old: Model, new: Model) -> Difference:
    """What differs between two models. Raises Incomparable where ids stand more than once."""
    old_views = {view.id: view for view in old.views}
    touched = [view.id for view in new.views if view.id in old_views and view != old_views[view.id]]
    before, after = take_apart(old, touched), take_apart(new, touched)
    found: dict[str, list[list[Any]]] = {section: [[], [], [], []] for section in SECTIONS}
    shifted = _shifted(before, after)
    for key, part in after.things.items():
        earlier = before.things.get(key)
        if earlier is None:
            found[key[0]][0].append(named(key, part))
            continue
        changes = () if same(key, earlier, part) else changes_between(own_facts(key, earlier), own_facts(key, part))
        moves = shifted.get(key, ())
        if changes or moves:
            only_moved = all(_is_where(each.path) for each in changes)
            found[key[0]][3 if only_moved else 2].append(Changed(named(key, part), (*changes, *moves)))
    for key, part in before.things.items():
        if key not in after.things:
            found[key[0]][1].append(named(key, part))
    sections = {name: Section(*(tuple(each) for each in lists)) for name, lists in found.items()}
    views = {each: named(("views", each), after.things[("views", each)]) for each in touched}
    return Difference(sections, views, tuple(_renumbered(sections)))


def named(key: Key, part: Part) -> Named:
    """How a list shows this thing."""
    value = part.value
    ends = (value.from_, value.to) if isinstance(value, Relation) else None
    kind = "connection" if isinstance(value, Connection) else getattr(value, "kind", None) or ""
    kind = value.type if isinstance(value, PropertyDefinition) else kind
    return Named(key[0], key[1], kind, _shown_name(value), ends)


def _shown_name(value: BaseModel | None) -> str:
    match value:
        case Node():
            return _text(value.label) or value.element or value.view or ""
        case Connection():
            return _text(value.label) or value.relation or ""
        case Principle():
            return _text(value.statement)
        case Element() | Relation() | View() | Folder() | PropertyDefinition() | Model():
            return _text(value.name)
    return ""


def _text(words: Words | None) -> str:
    return words.in_language("vi") if words else ""


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields in which the facts of a thing differ."""
    paths = [*before, *(path for path in after if path not in before)]
    found = [Change(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)]
    return tuple(each for each in found if not _told_deeper(each, found))


def _told_deeper(change: Change, found: list[Change]) -> bool:
    """Whether a part only came to say something, or ceased to: its own fields tell that."""
    bare = NOTHING in (change.before, change.after)
    return bare and any(each.path.startswith(f"{change.path}.") for each in found)


def _is_where(path: str) -> bool:
    return path in WHERE or path.partition(".")[0] in GEOMETRY or path.endswith(":order")


def _shifted(before: Parts, after: Parts) -> dict[Key, tuple[Change, ...]]:
    """The things that stand elsewhere among those that were beside them."""
    found: dict[Key, tuple[Change, ...]] = {}
    told_by_folders = _as_filed(before) & _as_filed(after)
    for place, now in after.order.items():
        earlier = before.order.get(place)
        if earlier is None or earlier == now or place in told_by_folders:
            continue
        for token, old_place, new_place in out_of_line(earlier, now):
            key = _key_in(place, token, after)
            change = Change(POSITION, old_place, new_place)
            if key in after.things and change not in found.get(key, ()):
                found[key] = (*found.get(key, ()), change)
    return found


def _as_filed(parts: Parts) -> set[Place]:
    """The lists that stand just as the folders do: where a folder moved, what lies in it didn't move by itself."""
    held: list[Token] = []
    waiting: list[Token] = [("folder", str(each)) for each in reversed(parts.order.get(("header", "", "folders"), ()))]
    while waiting:
        token = waiting.pop()
        if isinstance(token, tuple):
            waiting.extend(reversed(parts.order.get(("folders", token[1], "holds"), ())))
        else:
            held.append(token)
    found: set[Place] = set()
    for section in FILED:
        listed = parts.order.get(("header", "", section), ())
        known = set(listed)
        if listed == tuple(token for token in held if token in known):
            found.add(("header", "", section))
    return found


def _key_in(place: tuple[str, str, str], token: Token, parts: Parts) -> Key:
    section, name, word = place
    if isinstance(token, tuple):
        return ("folders", token[1])
    if section == "header":
        return (word, token)
    if word == "holds":
        kinds = ("elements", "relations", "views", "principles")
        return next(((each, token) for each in kinds if (each, token) in parts.things), ("strays", token))
    return (word, f"{name.partition('/')[0]}/{token}")


def out_of_line(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[tuple[Any, int, int]]:
    """The fewest items whose moving explains the new order of those in both; with their places, the first is 1."""
    if len(set(before)) < len(before) or len(set(after)) < len(after):
        return  # held twice in one folder: there is no one place to tell
    rank = {item: number for number, item in enumerate(before)}
    common = [item for item in after if item in rank]
    staying = _longest_rising([rank[item] for item in common])
    places = {item: number for number, item in enumerate(after)}
    for item in common:
        if rank[item] not in staying:
            yield item, rank[item] + 1, places[item] + 1


def _longest_rising(numbers: list[int]) -> set[int]:
    """A longest rising subsequence."""
    tops: list[int] = []
    back: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(tops, number)
        back[number] = tops[at - 1] if at else None
        tops[at : at + 1] = [number]
    found: set[int] = set()
    each: int | None = tops[-1] if tops else None
    while each is not None:
        found.add(each)
        each = back[each]
    return found


def _renumbered(sections: Mapping[str, Section]) -> Iterator[Renumbered]:
    for name in ("elements", "relations", "principles", "views"):
        section = sections[name]
        gone, come = ([*map(_likeness, each)] for each in (section.removed, section.added))
        once = {
            likeness
            for likeness, number in Counter(gone).items()
            if likeness and number == 1 == Counter(come)[likeness]
        }
        added = {_likeness(each): each for each in section.added}
        for each in section.removed:
            likeness = _likeness(each)
            if likeness in once:
                yield Renumbered(each, added[likeness])


def _likeness(thing: Named) -> tuple[str, ...]:
    if thing.ends is not None:
        return (thing.kind, *thing.ends, fold(thing.name))
    return (thing.kind, fold(thing.name)) if thing.name else ()
