"""Questions that SQL can't put well: each a function over the loaded model, named by rules as `program`.

Layer 4, governance. Pure. Which tables it reads is said here, so that it runs again only when they change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from maidinh.governance.modelling.integrity import MEMBERS_TOLD, RINGS_TOLD, rings
from maidinh.governance.querying.footprints import Footprint, whole
from maidinh.governance.querying.loading import Image
from maidinh.governance.querying.sandbox import Value

Rows = tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Program:
    """A question in Python: its columns, what it reads, how it answers."""

    columns: tuple[str, ...]
    footprint: Footprint
    answer: Callable[[Image], Rows]


def _rings(*tables: str) -> Callable[[Image], Rows]:
    def answer(image: Image) -> Rows:
        return tuple(row for table in tables for row in _rings_of(image, table))

    return answer


def _rings_of(image: Image, table: str) -> Iterator[tuple[Value, ...]]:
    asked = f"SELECT source, target FROM {table} ORDER BY source, target"  # noqa: S608
    for count, ring in enumerate(rings(image.connection.execute(asked))):
        if count == RINGS_TOLD:
            return
        first = ring.index(min(ring))
        turned = [*ring[first:], *ring[:first]]
        yield turned[0], ",".join((*turned[:MEMBERS_TOLD], turned[0])), len(ring), table


PROGRAMS: dict[str, Program] = {
    "part-rings": Program(
        ("subject", "path", "count", "relation"), whole("composition", "aggregation"),
        _rings("composition", "aggregation"),
    ),
    "specialization-rings": Program(
        ("subject", "path", "count", "relation"), whole("specialization"), _rings("specialization")
    ),
}  # fmt: skip
