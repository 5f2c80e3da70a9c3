"""Which procedures are offered. Layer 4; procedures are public."""

from __future__ import annotations

from maidinh.services.procedures.models import ProcedureVersion


def offered() -> list[ProcedureVersion]:
    """Every procedure that can be applied for, by code."""
    return list(ProcedureVersion.objects.filter(current=True).order_by("code"))


def current_version(code: str) -> ProcedureVersion | None:
    """The version of this procedure that is offered; None when there is none."""
    return ProcedureVersion.objects.filter(code=code, current=True).first()


def version_by_hash(digest: str) -> ProcedureVersion:
    """The version with this content hash; DoesNotExist when there is none."""
    return ProcedureVersion.objects.get(hash=digest)
