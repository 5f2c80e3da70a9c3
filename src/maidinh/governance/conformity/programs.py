"""Questions that SQL can't put well: each a function over the loaded model, named by rules as `program`.

Layer 4, governance. Pure. Which tables it reads is said here, so that it runs again only when they change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maidinh.governance.modelling.integrity import MEMBERS_TOLD, RINGS_TOLD, SHARING_IDS, rings
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
    yield from _told(image.connection.execute(asked), table)


def _told(pairs: Iterable[tuple[str, str]], table: str) -> Iterator[tuple[Value, ...]]:
    for count, ring in enumerate(rings(pairs)):
        if count == RINGS_TOLD:
            return
        first = ring.index(min(ring))
        turned = [*ring[first:], *ring[:first]]
        yield turned[0], ",".join((*turned[:MEMBERS_TOLD], turned[0])), len(ring), table


def _circles_of_service(image: Image) -> Rows:
    """Systems that serve each other round in a ring."""
    asked = (
        "SELECT v.source, v.target FROM serving v JOIN system a ON a.id = v.source JOIN system b ON b.id = v.target "
        "WHERE a.state <> 'retired' AND b.state <> 'retired' AND v.source <> v.target ORDER BY v.source, v.target"
    )
    return tuple(_told(image.connection.execute(asked), "serving"))


def _repeated(image: Image) -> Rows:
    """What has an id that stands before; in the tables only the last of them is left."""
    sections = [getattr(image.model, each) for each in SHARING_IDS]
    if sum(map(len, sections)) == len(image.things):
        return ()
    things = (each for section in sections for each in section)
    return tuple((id_, count) for id_, count in sorted(Counter(each.id for each in things).items()) if count > 1)


PROGRAMS: dict[str, Program] = {
    "part-rings": Program(
        ("subject", "path", "count", "relation"), whole("composition", "aggregation"),
        _rings("composition", "aggregation"),
    ),
    "specialization-rings": Program(
        ("subject", "path", "count", "relation"), whole("specialization"), _rings("specialization")
    ),
    "serving-rings": Program(("subject", "path", "count", "relation"), whole("serving", "system"), _circles_of_service),
    "repeated-ids": Program(("subject", "count"), whole("element", "relation", "principle", "view"), _repeated),
}  # fmt: skip
