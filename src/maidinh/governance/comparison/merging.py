"""Three-way merge of two models that were made of one.

Layer 4, governance. Pure. Each change of either side is in the result or in a conflict; nothing is lost in silence, and
neither side goes first: with the sides exchanged the result is the same. What isn't decided stays as it was before, and
what others need stays with it, so that the result holds together while people decide. Where one side is in use already
(a draft that others write in), `undecided` names it: then it stays as there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.agreement import Agreement, header_agreement
from maidinh.governance.comparison.circles import circle, compositions_in_circles
from maidinh.governance.comparison.conflicts import Choice, Conflict, Kind, Ledger, Undecidable, address
from maidinh.governance.comparison.difference import changes_between, named
from maidinh.governance.comparison.fields import ORDER, Facts
from maidinh.governance.comparison.parts import (
    FILED,
    FORMS,
    HEADER,
    Key,
    Part,
    Parts,
    Place,
    Token,
    local,
    own_facts,
    part_from,
    put_together,
    same,
    take_apart,
    view_of,
)
from maidinh.governance.comparison.references import references
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.sequences import Side, merge_order, numbered

INSIDE = ("nodes", "connections")


@dataclass(frozen=True)
class Merge:
    """What came of a merge: the model, the open conflicts, what decisions took along, and decisions about nothing."""

    model: Model
    conflicts: tuple[Conflict, ...]
    dropped: tuple[Key, ...] = ()
    unused: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For machines, without the model."""
        return {
            "conflicts": [each.as_json() for each in self.conflicts],
            "dropped": [{"section": section, "id": name} for section, name in self.dropped],
            "unused_decisions": list(self.unused),
        }


def merge(
    base: Model,
    ours: Model,
    theirs: Model,
    decisions: Mapping[str, Any] | None = None,
    *,
    undecided: Choice = "base",
) -> Merge:
    """Both sides' changes to the base. `decisions`: a conflict's key -> "ours", "theirs", "base" or {"value": …}.

    A conflict that nobody decided stays open and is as in `undecided`. Raises Incomparable where ids stand more than
    once, Undecidable where a decision can't be followed.
    """
    return _Merging(base, ours, theirs, Ledger(decisions, undecided)).merged()


class _Merging:
    """One merge, step by step."""

    def __init__(self, base: Model, ours: Model, theirs: Model, ledger: Ledger) -> None:
        self.base, self.ours, self.theirs = take_apart(base), take_apart(ours), take_apart(theirs)
        self.sides = (self.base, self.ours, self.theirs)
        self.ledger = ledger
        self.things: dict[Key, Part] = {}
        self.whole_views: dict[str, Parts] = {}
        self.let_go: set[Key] = set()
        self.dropped: list[Key] = []
        self.put_back: set[Key] = set()
        self.form: type[Model] = Model

    def merged(self) -> Merge:
        """Everything, in the order in which one thing follows from another."""
        self._header()
        self._removed_views()
        for key in dict.fromkeys(key for side in self.sides for key in side.things):
            if key != HEADER:
                part = self._thing(key)
                if part is not None:
                    self.things[key] = part
        self._two_sections_one_id()
        self._compositions()
        self._keep_what_is_needed()
        self._parents()
        parts = Parts(self.form, self.things)
        parts.order = self._orders()
        try:
            model = put_together(parts)
        except ValidationError as error:
            raise Undecidable(f"what was decided makes no architecture version: {error.errors()[0]['msg']}") from None
        return Merge(model, tuple(self.ledger.open.values()), tuple(self.dropped), self.ledger.unused())

    def _header(self) -> None:
        base, ours, theirs = (own_facts(HEADER, side.things[HEADER]) for side in self.sides)
        facts = header_agreement((base, ours, theirs), self.ledger, named(HEADER, self.base.things[HEADER]).name)
        self.form = ArchitectureVersion if facts.get("form") == "version" else Model
        self.things[HEADER] = self._made(HEADER, facts)

    def _removed_views(self) -> None:
        """A view that one side removed while the other changed anything in it stays whole until that is decided."""
        for key, part in self.base.things.items():
            there = [side for side in (self.ours, self.theirs) if key in side.things]
            if key[0] != "views" or len(there) != 1:
                continue
            other = there[0].things[key]
            if other.value == part.value and other.place == part.place:
                continue
            chosen = self.ledger.settle_side(self._conflict(key, "removed", *self._facts(key)))
            self.whole_views[key[1]] = {"ours": self.ours, "theirs": self.theirs, "base": self.base}[chosen]

    def _thing(self, key: Key) -> Part | None:
        view = key[1] if key[0] == "views" else view_of(key) if key[0] in INSIDE else None
        if view in self.whole_views:
            return self.whole_views[view].things.get(key)
        base, ours, theirs = (side.things.get(key) for side in self.sides)
        if _alike(key, ours, theirs) or _alike(key, theirs, base):
            return ours
        if _alike(key, ours, base):
            return theirs
        if base is not None and (ours is None or theirs is None):
            chosen = self.ledger.settle_side(self._conflict(key, "removed", *self._changes(key)))
            return {"ours": ours, "theirs": theirs, "base": base}[chosen]
        facts = tuple({} if part is None else own_facts(key, part) for part in (base, ours, theirs))
        if key[0] == "strays":
            return self._made(key, {"folders": self._stray(key, facts)})
        version = issubclass(self.form, ArchitectureVersion)
        merged = Agreement(key, FORMS[key[0]], facts, self.ledger, self._name(key), version).merged()  # type: ignore[arg-type]
        return None if merged is None else self._made(key, merged)

    def _stray(self, key: Key, facts: tuple[Facts, ...]) -> Any:
        base, ours, theirs = (each.get("folders", []) for each in facts)
        return self.ledger.settle(Conflict(key, "folders", "field", base, ours, theirs))

    def _two_sections_one_id(self) -> None:
        """An id can't be an element of one side and a relation of the other."""
        seen: dict[str, list[Key]] = {}
        for key in self.things:
            if key[0] in FILED:
                seen.setdefault(key[1], []).append(key)
        for keys in seen.values():
            for key in keys if len(keys) > 1 else ():
                if key not in self.base.things:
                    because = tuple(f"{other[0]}/{other[1]}" for other in keys if other != key)
                    self._take(key, self._conflict(key, "same-id", *self._facts(key), because=because))

    def _compositions(self) -> None:
        """Compositions that only together lead round in a circle."""
        for keys in compositions_in_circles(self.things):
            if any(_has_all(side, keys, self.things) for side in (self.ours, self.theirs)):
                continue
            for key in keys:
                if not _alike(key, self.base.things.get(key), self.things[key]):
                    because = tuple(f"{other[0]}/{other[1]}" for other in keys if other != key)
                    self._take(key, self._conflict(key, "cycle", *self._facts(key), because=because))

    def _take(self, key: Key, conflict: Conflict) -> None:
        chosen = self.ledger.settle_side(conflict)
        part = {"ours": self.ours, "theirs": self.theirs, "base": self.base}[chosen].things.get(key)
        if part is None:
            self.things.pop(key, None)
        else:
            self.things[key] = part

    def _keep_what_is_needed(self) -> None:
        """What one side removed and the other refers to anew stays, until somebody decides that it goes."""
        while True:
            needed: dict[Key, list[Key]] = {}
            missing = {key for key in self.base.things if key not in self.things}
            for key, part in self.things.items() if missing else ():
                for target, _ in references(key, part):
                    if target in missing and self._broken_together(key, target):
                        needed.setdefault(target, []).append(key)
            fresh = {target: keys for target, keys in needed.items() if target not in self.let_go}
            for target, keys in fresh.items():
                self._keep(target, keys)
            if not fresh and not self._drop_what_hangs(needed):
                break

    def _keep(self, target: Key, keys: list[Key]) -> None:
        keeper, name = (self.theirs, "theirs") if target not in self.ours.things else (self.ours, "ours")
        because = tuple(f"{section}/{each}" for section, each in keys)
        chosen = self.ledger.settle_side(self._conflict(target, "needed", *self._facts(target), because=because))
        if chosen not in ("base", name):
            self.let_go.add(target)
            return
        source = self.base if chosen == "base" and self.ledger.choice(target, "") else keeper
        self.things[target] = source.things[target]
        if target[0] == "views":
            inner = {key: part for key, part in source.things.items() if key[0] in INSIDE and view_of(key) == target[1]}
            self.things |= inner

    def _drop_what_hangs(self, needed: Mapping[Key, list[Key]]) -> bool:
        """What goes takes along what means nothing without it; whether something is again as it was where that went."""
        gone, back = {target: target for target in needed}, False
        while gone:
            falling: dict[Key, Key] = {}
            for key, part in self.things.items():
                for target, hard in references(key, part):
                    if target in gone and (target not in self.base.things or self._broken_together(key, target)):
                        if hard:
                            falling[key] = gone[target]
                        elif target[0] == "folders":
                            self._leave_folder(key, target[1])
            for key, root in sorted(falling.items()):
                self.ledger.goes_along(root, key)
                there = self._without(key, root)
                if there is not None:
                    self.things[key], back = there, True
                    self.put_back.add(key)
                else:
                    del self.things[key]
                    self.dropped.append(key)
            gone = {key: root for key, root in falling.items() if key not in self.things}
        return back

    def _without(self, key: Key, target: Key) -> Part | None:
        """What stands of a thing on the side on which the target went; None where it can't stand there either."""
        side = self.ours if target not in self.ours.things else self.theirs
        part = side.things.get(key)
        if part is None or key in self.put_back:
            return None
        lost = {*self.let_go, *self.dropped}
        return None if any(hard and other in lost for other, hard in references(key, part)) else part

    def _leave_folder(self, key: Key, folder: str) -> None:
        part = self.things[key]
        rest = [each for each in part.place.get("folders", ()) if each != folder]
        self.things[key] = Part(part.value, {"folders": rest} if rest else {})

    def _broken_together(self, key: Key, target: Key) -> bool:
        """Whether a reference only leads nowhere because both sides' changes came together."""
        removing = [side for side in (self.ours, self.theirs) if target not in side.things]
        if len(removing) != 1:
            return key in self.dropped
        part = removing[0].things.get(key)
        return part is None or target not in {each for each, _ in references(key, part)}

    def _parents(self) -> None:
        """Nodes or folders that were put into each other stay where they were."""
        seen: set[Key] = set()
        while found := circle(self.things):
            moved = [key for key in found if self._parent(self.base, key) != self._parent_now(key)]
            fresh = [key for key in moved if key not in seen]
            if not fresh:
                raise Undecidable(f"as decided these lie in each other: {', '.join(key[1] for key in found)}")
            seen.update(fresh)
            for key in fresh:
                sides = [self._parent(side, key) or None for side in self.sides]
                parent = self.ledger.settle(self._conflict(key, "cycle", *sides, path="parent"))
                self.things[key] = Part(self.things[key].value, {"parent": parent} if parent else {})

    def _parent(self, side: Parts, key: Key) -> str:
        return str(side.things[key].place.get("parent", "")) if key in side.things else ""

    def _parent_now(self, key: Key) -> str:
        return str(self.things[key].place.get("parent", ""))

    def _orders(self) -> dict[Place, tuple[Token, ...]]:
        found: dict[Place, tuple[Token, ...]] = {}
        for place, members in self._members().items():
            orders = [side.order.get(place, ()) for side in self.sides]
            view = place[1].partition("/")[0] if place[0] in ("views", "nodes") else None
            if view in self.whole_views:
                found[place] = self.whole_views[view].order.get(place, ())
                continue
            if orders[0] == orders[1] == orders[2] and len(members) == len(orders[0]):
                found[place] = orders[0]
                continue
            key, path = (place[0], place[1]), place[2] + ORDER
            decision = self.ledger.choice(key, path)
            prefer: Side = decision if isinstance(decision, str) else self.ledger.undecided  # type: ignore[assignment]
            lines = [numbered(order) for order in orders]
            line, clash = merge_order(lines[0], lines[1], lines[2], numbered(members), prefer)
            found[place] = tuple(token for token, _ in line)
            if isinstance(decision, dict):
                found[place] = tuple(tuple(each) if isinstance(each, list) else each for each in decision["value"])
            elif clash and decision is None:
                self.ledger.settle(self._conflict(key, "order", *(list(each) for each in orders), path=path))
        return found

    def _members(self) -> dict[Place, list[Token]]:
        """What each list will hold."""
        found: dict[Place, list[Token]] = {}
        for key, part in self.things.items():
            section, name = key
            parent = part.place.get("parent", "")
            if section == "nodes":
                view = view_of(key)
                whole = f"{view}/{parent}"
                place = (
                    ("nodes", whole, "nodes")
                    if parent and ("nodes", whole) in self.things
                    else ("views", view, "nodes")
                )
                found.setdefault(place, []).append(local(key))
            elif section == "connections":
                found.setdefault(("views", view_of(key), "connections"), []).append(local(key))
            elif section == "folders" and parent and ("folders", parent) in self.things:
                found.setdefault(("folders", parent, "holds"), []).append(("folder", name))
            elif section not in ("header", "strays"):
                found.setdefault(("header", "", section), []).append(name)
            for folder in part.place.get("folders", ()):
                found.setdefault(("folders", folder, "holds"), []).append(name)
        return found

    def _made(self, key: Key, facts: Facts) -> Part:
        try:
            return part_from(key, facts)
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(str(each) for each in fault["loc"])
            text = f"{key[0]} {key[1]}: as decided {place} can't be: {fault['msg']}"
            raise Undecidable(text, address(key, place)) from None

    def _facts(self, key: Key) -> list[Facts | None]:
        parts = [side.things.get(key) for side in self.sides]
        return [None if part is None else own_facts(key, part) for part in parts]

    def _changes(self, key: Key) -> Iterator[Facts | None]:
        """What a side that removed a thing didn't see: the fields that the other changed, before and after."""
        base, ours, theirs = self._facts(key)
        changed = {each.path for each in changes_between(base or {}, ours or theirs or {})}
        for side in (base, ours, theirs):
            yield None if side is None else {path: side.get(path) for path in sorted(changed)}

    def _name(self, key: Key) -> str:
        return next((named(key, side.things[key]).name for side in self.sides if key in side.things), "")

    def _conflict(
        self, key: Key, kind: Kind, base: Any, ours: Any, theirs: Any, *, path: str = "", because: tuple[str, ...] = ()
    ) -> Conflict:
        return Conflict(key, path, kind, base, ours, theirs, self._name(key), because)


def _alike(key: Key, one: Part | None, other: Part | None) -> bool:
    if one is None or other is None:
        return one is other
    return same(key, one, other)


def _has_all(side: Parts, keys: list[Key], things: Mapping[Key, Part]) -> bool:
    return all(_alike(key, side.things.get(key), things[key]) for key in keys)
