"""Which procedures are offered on a day. Layer 4; procedures are public.

A version holds from its first day; a later one takes its place on that one's first day, without anybody's doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate

from maidinh.infrastructure.database.rows import Columns
from maidinh.services.procedures.models import ProcedureVersion, read_definitions

VERSION = Columns(ProcedureVersion, without=("content", "search"))  # what is long, and read once for its hash


def offered(on: date | None = None) -> list[ProcedureVersion]:
    """Every procedure that can be applied for on a day, by code; today where no day is named."""
    day = on or localdate()
    newest = ProcedureVersion.objects.filter(effective_from__lte=day).order_by("code", "-effective_from", "-id")
    found = [version for version in newest.distinct("code").defer("content") if _holds(version, day)]
    read_definitions(found)
    return found


def current_version(code: str, on: date | None = None) -> ProcedureVersion | None:
    """The version of this procedure that is offered on a day; None when there is none."""
    day = on or localdate()
    newest = VERSION.where(
        "code = %s AND effective_from <= %s ORDER BY effective_from DESC, id DESC LIMIT 1", [code, day]
    )
    return newest[0] if newest and _holds(newest[0], day) else None


def version_by_hash(digest: str) -> ProcedureVersion:
    """The version with this content hash; DoesNotExist when there is none."""
    return ProcedureVersion.objects.get(hash=digest)


def versions_of(code: str) -> list[ProcedureVersion]:
    """Every kept version of this procedure, in the order of their first days."""
    return list(ProcedureVersion.objects.filter(code=code).order_by("effective_from"))


def version_before(code: str, day: date) -> ProcedureVersion | None:
    """The version whose first day is the last one before this day; None when there is none."""
    return ProcedureVersion.objects.filter(code=code, effective_from__lt=day).order_by("-effective_from").first()


@dataclass(frozen=True)
class Publication:
    """A version as the public could see it: from when it holds, when it was published here, how it is applied for."""

    code: str
    responsible: str
    effective_from: date
    effective_to: date | None
    published_at: datetime
    wholly_online: bool


def publications() -> list[Publication]:
    """Every kept version, without its content, in the order of their first days."""
    rows = ProcedureVersion.objects.order_by("effective_from", "id").values_list(
        "code", "content__responsible", "effective_from", "effective_to", "loaded_at", "content__channels",
        "content__online_level",
    )  # fmt: skip
    return [
        Publication(code, responsible, first, last, at, "online" in channels and level != "partial")
        for code, responsible, first, last, at, channels, level in rows
    ]


def _holds(version: ProcedureVersion, day: date) -> bool:
    return version.effective_to is None or version.effective_to >= day
