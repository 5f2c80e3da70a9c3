"""Two people's changes to one draft brought together, field by field: never mine or theirs for the whole.

Layer 4, governance. Pure. What only one side changed is taken from it. Where both changed the same field differently,
the draft keeps what stands in it (theirs) and the conflict says what each wanted, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maidinh.governance.drafting.content import ORDER, Content, Path, things, where


@dataclass(frozen=True)
class Conflict:
    """A field that two people changed differently since `base`. `ours` was not taken; `theirs` stands."""

    section: str
    item: str
    path: str
    base: Any
    ours: Any
    theirs: Any

    @property
    def key(self) -> str:
        """What a decision on it refers to."""
        return "/".join((self.section, self.item, self.path))


@dataclass(frozen=True)
class Merge:
    """What came of a merge: the content, and each field that somebody must decide."""

    content: Content
    conflicts: tuple[Conflict, ...]


Decisions = Mapping[str, str | Mapping[str, Any]]


def merge(base: Content, ours: Content, theirs: Content, decisions: Decisions | None = None) -> Merge:
    """Our changes since `base` brought into theirs. A decision is "ours", "theirs", "base" or {"value": …} by key."""
    run = _Run(decisions or {})
    return Merge(run.merged(base, ours, theirs, ()), tuple(run.conflicts))


class _Run:
    def __init__(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self.conflicts: list[Conflict] = []

    def merged(self, base: Any, ours: Any, theirs: Any, at: Path) -> Any:
        """The value at a place after both sides; None where nothing stands there."""
        if ours in (theirs, base):
            return theirs
        if theirs == base:
            return ours
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self._fields(base if isinstance(base, dict) else {}, ours, theirs, at)
        lists = [things([] if each is None else each) for each in (base, ours, theirs)]
        was, mine, other = lists
        if was is not None and mine is not None and other is not None and ours is not None and theirs is not None:
            return self._things(was, mine, other, at)
        if _is_set(ours) and _is_set(theirs) and (base is None or _is_set(base)):
            return self._set(base or [], ours, theirs, at)
        return self._decided(at, base, ours, theirs)

    def _fields(self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], at: Path) -> dict[str, Any]:
        names = [*theirs, *(each for each in ours if each not in theirs)]
        found = {
            name: self.merged(base.get(name), ours.get(name), theirs.get(name), (*at, name))
            for name in [*names, *(each for each in base if each not in theirs and each not in ours)]
        }
        return {name: value for name, value in found.items() if value is not None}

    def _things(self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], at: Path) -> list[Any]:
        found = self._fields(base, ours, theirs, at)
        was, mine, other = ([name for name in each if name in found] for each in (base, ours, theirs))
        order = self._order(was, mine, other, at)
        return [found[name] for name in order]

    def _order(self, base: list[str], ours: list[str], theirs: list[str], at: Path) -> list[str]:
        """Their order, or ours where only we moved things; what the other side added comes after its neighbour."""
        shared = {*base} & {*ours} & {*theirs}
        was, mine, other = ([name for name in each if name in shared] for each in (base, ours, theirs))
        ours_leads = other == was and mine != was
        if mine not in (was, other) and other != was:
            ours_leads = self._decided((*at, ORDER), was, mine, other) == mine
        order, added = (list(ours), theirs) if ours_leads else (list(theirs), ours)
        standing = set(order)
        for before, name in zip([None, *added], added, strict=False):
            if name not in standing:
                order.insert(order.index(before) + 1 if before is not None else len(order), name)
                standing.add(name)
        return order

    def _set(self, base: Sequence[Any], ours: list[Any], theirs: list[Any], at: Path) -> Any:
        """Lists in which each value stands once: what either side added or took away; their order decides."""
        if sorted(map(str, ours)) == sorted(map(str, theirs)):
            return self._decided(at, list(base), ours, theirs)
        gone = {each for each in base if each not in ours}
        kept = [each for each in theirs if each not in gone]
        return kept + [each for each in ours if each not in base and each not in kept]

    def _decided(self, at: Path, base: Any, ours: Any, theirs: Any) -> Any:
        conflict = Conflict(*where(at), base, ours, theirs)
        decision = self.decisions.get(conflict.key)
        if isinstance(decision, Mapping):
            return decision["value"]
        if decision in ("ours", "theirs", "base"):
            return {"ours": ours, "theirs": theirs, "base": base}[decision]
        self.conflicts.append(conflict)
        return theirs


def _is_set(value: Any) -> bool:
    """Whether a list holds plain values, each once."""
    return (
        isinstance(value, list)
        and all(isinstance(each, (str, int)) for each in value)
        and (len(value) == len(set(value)))
    )
