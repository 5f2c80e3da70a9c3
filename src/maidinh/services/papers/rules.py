"""Which papers may be used again for what a procedure asks, and when one may leave its owner's store. Pure.

Layer 4. Circular 01/2023/TT-VPCP on re-use of what was digitised (from memory, not checked).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from maidinh.infrastructure.files.rules import FORMATS
from maidinh.services.procedures.definition import Paper


@dataclass(frozen=True)
class Offer:
    """What of the applicant's own may be handed in as a paper; `reference` is `kept:ID` or `result:NUMBER`."""

    reference: str
    kind: str
    digest: str
    name: str
    size: int
    media_type: str
    agency: str
    verified_by: str
    verified_at: datetime
    handed_in_at: datetime
    issuer: str = ""
    number: str = ""
    valid_until: date | None = None

    @property
    def is_result(self) -> bool:
        """Whether it is a result that this installation signed."""
        return self.reference.startswith("result:")


def offered_for(paper: Paper, offers: Iterable[Offer], today: date) -> list[Offer]:
    """Those that may be used as this paper, the newest first: its kind, a format that it takes, and still valid."""
    taken = {FORMATS[each] for each in paper.formats}
    fitting = [
        each
        for each in offers
        if each.kind in paper.kinds
        and each.media_type in taken
        and (each.valid_until is None or each.valid_until >= today)
    ]
    return sorted(fitting, key=lambda each: (each.handed_in_at, each.reference), reverse=True)


@dataclass(frozen=True)
class Digitised:
    """A paper that a person had as a file: of what kind and format, usable since when, until when (None: still)."""

    kind: str
    media_type: str
    since: datetime
    until: datetime | None = None
    valid_until: date | None = None


def usable_at(papers: Iterable[Paper], digitised: Iterable[Digitised], at: datetime, today: date) -> bool:
    """Whether one of these papers could be used again at a moment; what became of it later changes nothing."""
    asked = {(kind, FORMATS[each]) for paper in papers for kind in paper.kinds for each in paper.formats}
    return any(
        (each.kind, each.media_type) in asked
        and each.since <= at
        and (each.until is None or each.until > at)
        and (each.valid_until is None or each.valid_until >= today)
        for each in digitised
    )


def kinds_of(papers: Iterable[Paper]) -> set[str]:
    """The kinds that these papers name."""
    return {kind for paper in papers for kind in paper.kinds}
