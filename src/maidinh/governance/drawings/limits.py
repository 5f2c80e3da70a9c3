"""How much of a plan is drawn: so many boxes as a page can hold, from every group some. The rest stands in the table.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from maidinh.governance.drawings.plan import Group, Item, Plan, Strip
from maidinh.governance.drawings.wording import Wording

BOXES, GROUPS = 240, 60


@dataclass(frozen=True)
class Kept:
    """A group as it is drawn: some of its items, and how many there is no room for."""

    title: str
    items: tuple[Item, ...]
    missing: int


def limited(plan: Plan, wording: Wording) -> list[list[Kept]]:
    """What is drawn of each band's groups; the items with most ties are kept."""
    strips = _fewer_groups(plan.strips, wording)
    sizes = [len(group.items) for groups in strips for group in groups]
    share = max(sizes, default=0)
    while share > 1 and sum(min(size, share) for size in sizes) > BOXES:
        share -= 1
    busy = Counter(end for tie in plan.ties for end in (tie.source, tie.target))
    kept = []
    for groups in strips:
        row = []
        for group in groups:
            chosen = _busiest(group.items, share, busy)
            row.append(Kept(group.title, chosen, len(group.items) - len(chosen)))
        kept.append(row)
    return kept


def _busiest(items: tuple[Item, ...], share: int, busy: Counter[str]) -> tuple[Item, ...]:
    if len(items) <= share:
        return items
    rank = sorted(range(len(items)), key=lambda at: (-busy[items[at].element.id], at))
    return tuple(items[at] for at in sorted(rank[:share]))


def _fewer_groups(strips: Sequence[Strip], wording: Wording) -> list[list[Group]]:
    """The groups of each band; the smallest of too many become one."""
    total = sum(len(strip.groups) for strip in strips)
    found = []
    for strip in strips:
        groups = list(strip.groups)
        allowed = max(3, len(groups) * GROUPS // max(total, 1)) if total > GROUPS else len(groups)
        if len(groups) > allowed:
            large = set(sorted(range(len(groups)), key=lambda at: (-len(groups[at].items), at))[: allowed - 1])
            rest = [group for at, group in enumerate(groups) if at not in large]
            groups = [group for at, group in enumerate(groups) if at in large]
            items = tuple(item for group in rest for item in group.items)
            groups.append(Group(wording.say("Smaller groups"), items))
        found.append(groups)
    return found
