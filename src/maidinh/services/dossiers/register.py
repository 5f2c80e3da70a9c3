"""The dossiers that an agency received in their order (sổ theo dõi hồ sơ): counted, and turned page by page.

Layer 4. A page is found by the line that it follows or precedes, not by how many lines come before it: so it costs the
same in a busy agency's year as in a quiet one's week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from maidinh.infrastructure.actor import Actor, require
from maidinh.services.dossiers.models import Dossier


class Place(NamedTuple):
    """Where a line stands: when its dossier came in, and the dossier's id among those of the same moment."""

    submitted_at: datetime
    id: int


class Line(NamedTuple):
    """What the register tells of a dossier, and no more of it is read; `procedure` is the hash of its version."""

    id: int
    code: str
    procedure: str
    applicant: str
    channel: int
    responsible: str
    status: int
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    supplements: int

    @property
    def place(self) -> Place:
        """Where the line stands."""
        return Place(self.submitted_at, self.id)


COLUMNS = (
    "id", "code", "procedure__hash", "applicant_name", "channel", "responsible", "status", "submitted_at",
    "accepted_at", "due_at", "finished_at", "returned_at", "supplements",
)  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """A page of the register: its lines, before which line there are more, and after which."""

    lines: list[Line]
    before: Place | None = None
    after: Place | None = None


def received_for(actor: Actor, agency: str, since: datetime, until: datetime) -> list[Line]:
    """The dossiers that one of the official's agencies received from `since` until before `until`, as they came in."""
    found = _received(actor, agency).filter(submitted_at__gte=since, submitted_at__lt=until)
    return [Line(*row) for row in found.order_by("submitted_at", "id").values_list(*COLUMNS)]


def leaf_for(
    actor: Actor,
    agency: str,
    since: datetime,
    until: datetime,
    size: int,
    *,
    after: Place | None = None,
    before: Place | None = None,
) -> Leaf:
    """So many of them: the first ones, or those that follow or precede a place.

    The server is told where to begin, and what lies beyond the other end is left out here: told of both ends, it plans
    for a few rows whatever they are, and reads and sorts all that lies between them.
    """
    received = _received(actor, agency)
    if before is not None:
        rows = received.filter(submitted_at__lte=before.submitted_at)
        rows = rows.exclude(submitted_at=before.submitted_at, id__gte=before.id).order_by("-submitted_at", "-id")
        lines = [line for line in _lines(rows, size + 1) if since <= line.submitted_at < until]
        return _leaf(lines[:size][::-1], earlier=len(lines) > size, later=True)
    rows = received.filter(submitted_at__gte=max(since, after.submitted_at) if after else since)
    if after is not None:
        rows = rows.exclude(submitted_at=after.submitted_at, id__lte=after.id)
    lines = [line for line in _lines(rows.order_by("submitted_at", "id"), size + 1) if line.submitted_at < until]
    return _leaf(lines[:size], earlier=after is not None, later=len(lines) > size)


def number_received(actor: Actor, agency: str, since: datetime, until: datetime) -> int:
    """How many they are; counted from the index alone, where a policy would have the server look at each dossier."""
    require(actor, "dossier.read-agency")
    if agency not in actor.agencies:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_received(%s, %s, %s)", [agency, since, until])
        return int(cursor.fetchone()[0])


def _received(actor: Actor, agency: str) -> QuerySet[Dossier]:
    require(actor, "dossier.read-agency")
    return Dossier.objects.filter(receiving=agency) if agency in actor.agencies else Dossier.objects.none()


def _lines(rows: QuerySet[Dossier], most: int) -> list[Line]:
    return [Line(*row) for row in rows.values_list(*COLUMNS)[:most]]


def _leaf(lines: list[Line], *, earlier: bool, later: bool) -> Leaf:
    if not lines:
        return Leaf([])
    return Leaf(lines, lines[0].place if earlier else None, lines[-1].place if later else None)
