"""Three-way merge of lists: of the order in which things stand, and of lists whose items are plain values.

Layer 7. Pure. What one side adds follows what it followed there. Neither side goes first: the merge is the
same with the sides exchanged. Where the sides can't both have their way, the answer is a clash, never a guess.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any, Generic, Literal, TypeVar

Side = Literal["ours", "theirs", "base"]
Item = TypeVar("Item", bound=Hashable)


def merge_order(
    base: Sequence[Item],
    ours: Sequence[Item],
    theirs: Sequence[Item],
    members: Collection[Item],
    prefer: Side | None = None,
) -> tuple[list[Item], bool]:
    """The members in the order that both sides want, and whether they want different ones.

    Where they clash, `prefer` decides; without it those known before stand as before.
    """
    wanted = set(members)
    kept = [[item for item in side if item in wanted] for side in (base, ours, theirs)]
    if kept[1] == kept[2] and len(kept[1]) == len(wanted):
        return kept[1], False
    for unmoved, other in ((1, 2), (2, 1)):
        if kept[unmoved] == kept[0] and len(kept[other]) == len(wanted):
            return kept[other], False
    merge = _Order(kept[0], kept[1], kept[2], prefer)
    line = merge.line()
    rest = sorted(wanted.difference(line), key=_rank)
    return [*line, *rest], merge.clash


class _Order(Generic[Item]):
    """One merge of an order; `clash` says afterwards whether the sides disagreed."""

    def __init__(self, base: list[Item], ours: list[Item], theirs: list[Item], prefer: Side | None) -> None:
        self.base, self.ours, self.theirs, self.prefer = base, ours, theirs, prefer
        self.known = set(base)
        self.clash = False

    def line(self) -> list[Item]:
        """The members that any side has, in order."""
        skeleton = self._skeleton()
        known = set(skeleton)
        ours, theirs = self._runs(self.ours, known), self._runs(self.theirs, known)
        self._settle_places(ours, theirs, skeleton)
        found: list[Item] = []
        for anchor in (None, *skeleton):
            if anchor is not None:
                found.append(anchor)
            found += self._joined(ours.get(anchor, []), theirs.get(anchor, []))
        return found

    def _skeleton(self) -> list[Item]:
        """Those known before, in the order of the side that changed it."""
        sides = [[item for item in side if item in self.known] for side in (self.ours, self.theirs)]
        there = [set(side) for side in sides]
        moved = [
            side != [item for item in self.base if item in known] for side, known in zip(sides, there, strict=True)
        ]
        if moved == [False, False]:
            return self.base
        if moved == [True, True]:
            shared = there[0] & there[1]
            agree = [item for item in sides[0] if item in shared] == [item for item in sides[1] if item in shared]
            if agree:
                first, second = sorted(sides, key=lambda side: (-len(side), [_rank(each) for each in side]))
                return _woven(_woven(first, second), self.base)
            self.clash = True
            chosen = {"ours": sides[0], "theirs": sides[1]}.get(self.prefer or "base", self.base)
            return _woven(chosen, self.base)
        return _woven(sides[moved.index(True)], self.base)

    def _runs(self, side: list[Item], known: set[Item]) -> dict[Item | None, list[Item]]:
        """What a side added, after which known item (None: at the beginning)."""
        runs: dict[Item | None, list[Item]] = {}
        anchor: Item | None = None
        for item in side:
            if item in known:
                anchor = item
            else:
                runs.setdefault(anchor, []).append(item)
        return runs

    def _settle_places(
        self, ours: dict[Item | None, list[Item]], theirs: dict[Item | None, list[Item]], skeleton: list[Item]
    ) -> None:
        """What both added in different places goes to one of them."""
        places = [{item: anchor for anchor, run in side.items() for item in run} for side in (ours, theirs)]
        rank: dict[Item | None, int] = {item: number for number, item in enumerate(skeleton, 1)}
        for item in places[0].keys() & places[1].keys():
            mine, others = places[0][item], places[1][item]
            if mine == others:
                continue
            self.clash = True
            ours_wins = rank.get(mine, 0) < rank.get(others, 0) if self.prefer not in ("ours", "theirs") else None
            if self.prefer == "ours" or ours_wins:
                theirs[others].remove(item)
            else:
                ours[mine].remove(item)

    def _joined(self, ours: list[Item], theirs: list[Item]) -> list[Item]:
        """What both sides added in one place: in runs, one after the other between what they added alike."""
        if ours == theirs or not theirs:
            return ours
        if not ours:
            return theirs
        there, here = set(theirs), set(ours)
        shared = [item for item in ours if item in there]
        other = [item for item in theirs if item in here]
        if shared != other:
            self.clash = True
            shared = {"ours": shared, "theirs": other}.get(self.prefer or "base", sorted(shared, key=_rank))
            ours = _with_order(ours, shared)
            theirs = _with_order(theirs, shared)
        found: list[Item] = []
        for end in (*shared, None):
            runs = []
            for side in (ours, theirs):
                cut = side.index(end) if end is not None else len(side)
                runs.append(side[:cut])
                del side[: cut + 1]
            runs.sort(key=lambda run: [_rank(each) for each in run])
            found += [*runs[0], *runs[1]]
            if end is not None:
                found.append(end)
        return found


def merge_list(
    base: list[Any], ours: list[Any], theirs: list[Any], *, as_one: bool = False, nonempty: bool = False
) -> list[Any] | None:
    """A list of plain values with both sides' additions and removals; None where it isn't clear what that would be.

    That is so where both replaced the same item, or order it differently. `as_one`: an empty list means something of
    its own (nothing was said yet, or no limit), so a side that has or had none clashes with another that changed it.
    """
    keyed = [_numbered(side) for side in (base, ours, theirs)]
    before, mine, others = (set(side) for side in keyed)
    gone = (before - mine) & (before - others)
    only_ours, only_theirs = (mine - before) - others, (others - before) - mine
    if (gone and only_ours and only_theirs) or (as_one and not (base and ours and theirs)):
        return None
    members = (before & mine & others) | (mine - before) | (others - before)
    if nonempty and not members:
        return None
    line, clash = merge_order(keyed[0], keyed[1], keyed[2], members)
    if clash:
        return None
    values = {
        key: value
        for side, items in zip(keyed, (base, ours, theirs), strict=True)
        for key, value in zip(side, items, strict=True)
    }
    return [values[key] for key in line]


def numbered(items: Iterable[Item]) -> list[tuple[Item, int]]:
    """The items, each with how often it stood before: so that repeated ones can be told apart."""
    seen: dict[Item, int] = {}
    found = []
    for item in items:
        found.append((item, seen.get(item, 0)))
        seen[item] = seen.get(item, 0) + 1
    return found


def _numbered(items: list[Any]) -> list[tuple[str, int]]:
    return numbered(json.dumps(item, sort_keys=True, ensure_ascii=False, default=repr) for item in items)


def _woven(line: list[Item], other: list[Item]) -> list[Item]:
    """The line with what only the other has, each after what it follows there."""
    there = set(line)
    after: dict[Item | None, list[Item]] = {}
    anchor: Item | None = None
    for item in other:
        if item in there:
            anchor = item
        else:
            after.setdefault(anchor, []).append(item)
    found = [*after.get(None, [])]
    for item in line:
        found += [item, *after.get(item, [])]
    return found


def _with_order(run: list[Item], shared: list[Item]) -> list[Item]:
    """The run with those shared in another order, in the same places."""
    waiting = iter(shared)
    known = set(shared)
    return [next(waiting) if item in known else item for item in run]


def _rank(item: Any) -> str:
    return repr(item)
