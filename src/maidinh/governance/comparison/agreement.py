"""Three-way merge of one thing, field by field. Layer 4, governance. Pure.

A field that one side changed is as that side has it. A list takes what each side added and removed. A part that can't
be by halves (a contract, a box) stays whole: one side may not remove it while the other changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.conflicts import Conflict, Kind, Ledger, Undecidable, address
from maidinh.governance.comparison.fields import (
    NOTHING,
    ORDER,
    Facts,
    groups,
    inside,
    nonempty_lists,
    order_paths,
    required_words,
)
from maidinh.governance.comparison.parts import HEADER, Key
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.infrastructure.definitions.sequences import Side, merge_list, merge_order, numbered

AS_ONE = frozenset({"bends", "folders"})
LIMITING = frozenset({"contract.fields"})  # without an item there is no limit, so the first one turns the meaning


class Agreement:
    """The merge of one thing's facts. An empty side is one on which the thing isn't there."""

    def __init__(
        self,
        thing: Key,
        form: type[BaseModel],
        sides: tuple[Facts, Facts, Facts],
        ledger: Ledger,
        name: str = "",
        version: bool = False,
    ) -> None:
        self.thing, self.form, self.ledger, self.name, self.version = thing, form, ledger, name, version
        self.base, self.ours, self.theirs = sides
        self.facts: Facts = {}
        self.pending: dict[str, Conflict] = {}

    def merged(self) -> Facts | None:
        """The facts agreed on and decided; None where the thing can't be yet."""
        orders = order_paths(self.form)
        for path in dict.fromkeys((*self.base, *self.ours, *self.theirs)):
            if path not in orders:
                self._set(path, self._field(path, orders))
        for group, _ in groups(self.form):
            self._removed_or_changed(group)
        for path, conflict in self.pending.items():
            self._set(path, self.ledger.settle(conflict))
        for group, form in groups(self.form):
            if inside(self.facts, group):
                needed = [f"{group}.{word}" for word in required_words(form)]
                self._complete(group, [path for path in needed if path not in self.facts])
        if self.base:
            self._fit()
        whole = self._complete("", self._missing())
        for path in orders:
            self._order(path)
        for path in [path for path, value in self.facts.items() if value == NOTHING]:
            if any(other.startswith(f"{path}.") for other in self.facts):
                del self.facts[path]
        return self.facts if whole else None

    def _field(self, path: str, orders: frozenset[str]) -> Any:
        base, ours, theirs = self.base.get(path), self.ours.get(path), self.theirs.get(path)
        if ours in (theirs, base):
            return theirs
        if theirs == base:
            return ours
        if path not in AS_ONE and any(isinstance(each, list) for each in (base, ours, theirs)):
            keyed = any(
                path == stem or path.startswith(f"{stem}.") for stem in (each[: -len(ORDER)] for each in orders)
            )
            found = merge_list(
                base or [], ours or [], theirs or [],
                as_one=keyed or path in LIMITING, nonempty=path in nonempty_lists(self.form),
            )  # fmt: skip
            if found is not None:
                gone = base is not None and None in (ours, theirs)
                return found or (None if gone else [])
        self.pending[path] = self._conflict(path, "field", base, ours, theirs)
        return base

    def _removed_or_changed(self, group: str) -> None:
        sides = [inside(side, group) for side in (self.base, self.ours, self.theirs)]
        base, ours, theirs = sides
        if not base or bool(ours) == bool(theirs) or base in (ours, theirs):
            return
        for path in inside(self.pending, group):
            del self.pending[path]
        chosen = self.ledger.settle(self._conflict(group, "removed", base, ours or None, theirs or None))
        self._replace(group, chosen)

    def _complete(self, group: str, missing: list[str]) -> bool:
        """Whether a part has all that it needs; if not it is left out until it is decided."""
        if not missing:
            return True
        base, ours, theirs = (inside(side, group) or None for side in (self.base, self.ours, self.theirs))
        conflict = self._conflict(group, "incomplete", base, ours, theirs, because=tuple(missing))
        chosen = self.ledger.settle(conflict)
        self._replace(group, chosen)
        return bool(chosen)

    def _missing(self) -> list[str]:
        """What the thing needs and doesn't say. In a version some kinds need a layer and a name."""
        missing = [path for path in required_words(self.form) if path not in self.facts and path != "id"]
        if self.version and self.thing[0] == "elements" and self.facts.get("kind") in LAYERED_KINDS:
            missing += [] if "layer" in self.facts else ["layer"]
            named = any(value for path, value in self.facts.items() if path.startswith("name."))
            missing += [] if named else ["name.vi"]
        return missing

    def _fit(self) -> None:
        """Where each side's change is right alone and the thing lacks something with both, neither is made."""
        if not self._missing():
            return
        involved = [
            path
            for path in {**self.base, **self.ours, **self.theirs}
            if path in ("kind", "layer") or path.startswith("name.")
        ]
        for path in involved:
            base, ours, theirs = self.base.get(path), self.ours.get(path), self.theirs.get(path)
            if (base != ours or base != theirs) and address(self.thing, path) not in self.ledger.open:
                self._set(path, self.ledger.settle(self._conflict(path, "unfit", base, ours, theirs)))

    def _order(self, path: str) -> None:
        """The order of keyed items: of those there are now."""
        stem = path.removesuffix(ORDER)
        members = [token for key, values in _keyed(self.facts, stem) for token in numbered([key] * len(values))]
        self.facts.pop(path, None)
        if len(members) < 2:
            return
        sides = [_order_of(side, stem) for side in (self.base, self.ours, self.theirs)]
        decision = self.ledger.choice(self.thing, path)
        prefer: Side = decision if isinstance(decision, str) else self.ledger.undecided  # type: ignore[assignment]
        line, clash = merge_order(sides[0], sides[1], sides[2], members, prefer)
        if clash and decision is None:
            base, ours, theirs = ([key for key, _ in side] for side in sides)
            self.ledger.settle(self._conflict(path, "order", base, ours, theirs))
        wanted = numbered(decision["value"]) if isinstance(decision, dict) else line
        self.facts[path] = [key for key, _ in merge_order(wanted, wanted, wanted, members)[0]]

    def _set(self, path: str, value: Any) -> None:
        if value is None:
            self.facts.pop(path, None)
        else:
            self.facts[path] = value

    def _replace(self, group: str, facts: Mapping[str, Any] | None) -> None:
        for path in inside(self.facts, group):
            del self.facts[path]
        if facts is not None and not isinstance(facts, dict):
            raise Undecidable(f"{self.thing[1]} {group}: expected the fields of the part, each by its path")
        self.facts.update(facts or {})

    def _conflict(
        self, path: str, kind: Kind, base: Any, ours: Any, theirs: Any, because: tuple[str, ...] = ()
    ) -> Conflict:
        return Conflict(self.thing, path, kind, base, ours, theirs, self.name, because)


def header_agreement(sides: tuple[Facts, Facts, Facts], ledger: Ledger, name: str) -> Facts:
    """The merge of what a model says of itself. What only a version says, a plain model doesn't deny."""
    base, ours, theirs = sides
    versions = [side.get("form") == "version" for side in sides]
    if versions[0]:
        known = {path: value for path, value in base.items() if _of_version_only(path)}
        ours, theirs = ({**side, **known} if side.get("form") != "version" else side for side in (ours, theirs))
    form = ArchitectureVersion if any(versions) else Model
    agreement = Agreement(HEADER, form, (base, ours, theirs), ledger, name)
    agreement.merged()
    return agreement.facts


def _of_version_only(path: str) -> bool:
    word = path.partition(".")[0]
    return word == "form" or (word in ArchitectureVersion.model_fields and word not in Model.model_fields)


def _keyed(facts: Mapping[str, Any], stem: str) -> list[tuple[str | None, list[Any]]]:
    found: list[tuple[str | None, list[Any]]] = []
    for path, value in facts.items():
        if path == stem or path.startswith(f"{stem}."):
            values = value if isinstance(value, list) else [value]
            found.append((None if path == stem else path[len(stem) + 1 :], values))
    return found


def _order_of(facts: Mapping[str, Any], stem: str) -> list[tuple[str | None, int]]:
    known = facts.get(stem + ORDER)
    if known is None:
        known = [key for key, values in _keyed(facts, stem) for _ in values]
    return numbered(known)
