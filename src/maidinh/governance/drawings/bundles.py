"""Which ties are drawn: those of one end and kind together as a tree, and no more than can be followed by eye.

Layer 4, governance. Pure. What isn't drawn is counted at the box it belongs to and stands in the table.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from maidinh.governance.drawings.plan import Tie

FAN, BRANCHES = 9, 64
# What goes first where there are too many; whatever was seen on the exchange never goes.
LEAST_FIRST = (
    "association", "influence", "specialization", "assignment", "aggregation", "composition", "technology",
    "realization", "triggering", "serving", "access", "masters", "flow",
)  # fmt: skip


@dataclass(frozen=True)
class Bundle:
    """Ties of one kind that have an end in common, the hub; `outward` where they begin there."""

    hub: str
    kind: str
    outward: bool
    ties: tuple[Tie, ...]

    @property
    def leaves(self) -> tuple[str, ...]:
        """The other ends, each once."""
        return tuple(dict.fromkeys(self.leaf(each) for each in self.ties))

    def leaf(self, tie: Tie) -> str:
        """The end of a tie that isn't the hub."""
        return tie.target if self.outward else tie.source


@dataclass(frozen=True)
class Choice:
    """The bundles that are drawn, and the ties that only the table tells, by the box that counts them."""

    bundles: tuple[Bundle, ...]
    hidden: dict[str, list[Tie]]

    @property
    def drawn(self) -> set[str]:
        """The ids of the ties that are drawn."""
        return {tie.id for bundle in self.bundles for tie in bundle.ties}


def choose(ties: Iterable[Tie], drawn: Collection[str]) -> Choice:
    """What is drawn of the ties between what is drawn."""
    possible = [each for each in ties if each.source in drawn and each.target in drawn]
    hidden: dict[str, list[Tie]] = defaultdict(list)
    kept = []
    for each in possible:
        if each.source == each.target:
            hidden[each.source].append(each)
        else:
            kept.append(each)
    bundles: list[Bundle] = []
    for bundle in _bundled(kept):
        if len(bundle.leaves) > FAN and not bundle.ties[0].verdict:
            hidden[bundle.hub].extend(bundle.ties)
        else:
            bundles.append(bundle)
    count = sum(len(bundle.leaves) for bundle in bundles)
    order = {kind: rank for rank, kind in enumerate(LEAST_FIRST)}
    for bundle in sorted(bundles, key=lambda one: (order.get(one.kind, 0), -len(one.leaves), one.hub)):
        if count <= BRANCHES:
            break
        if not bundle.ties[0].verdict:
            bundles.remove(bundle)
            hidden[bundle.hub].extend(bundle.ties)
            count -= len(bundle.leaves)
    return Choice(tuple(bundles), dict(hidden))


def _bundled(ties: list[Tie]) -> list[Bundle]:
    """Each tie with those that share its busier end; what was seen stays by itself, for it has its own label."""
    leaving = Counter((each.kind, each.source) for each in ties if not each.verdict)
    arriving = Counter((each.kind, each.target) for each in ties if not each.verdict)
    of: dict[tuple[str, str, bool, str], list[Tie]] = defaultdict(list)
    for each in ties:
        if each.verdict:
            of[each.source, each.kind, True, each.id].append(each)
            continue
        outward = leaving[each.kind, each.source] >= arriving[each.kind, each.target]
        access = each.relation.access or "" if each.relation else ""
        of[each.source if outward else each.target, each.kind, outward, access].append(each)
    return [Bundle(hub, kind, outward, tuple(own)) for (hub, kind, outward, _), own in of.items()]
