"""Putting procedure versions into force. Layer 4."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.models import ProcedureVersion


class VersionChanged(Exception):
    """A version that is already in force has another content now: give the changed one a new version."""


@transaction.atomic
def apply_procedure(*, procedure: Procedure, at: datetime) -> ProcedureVersion:
    """Make this the version that is offered. Applying the same again changes nothing. Raises VersionChanged."""
    content = procedure.model_dump(mode="json", by_alias=True)
    digest = content_hash(content)
    known = ProcedureVersion.objects.select_for_update().filter(code=procedure.code, version=procedure.version).first()
    if known is not None and known.hash != digest and not _same(known, content):
        raise VersionChanged(f"procedure {procedure.code} version {procedure.version} is in force with another content")
    offered = ProcedureVersion.objects.filter(code=procedure.code, current=True)
    offered.exclude(version=procedure.version).update(current=False)
    if known is not None:
        if not known.current:
            known.current = True
            known.save(update_fields=["current"])
        return known
    searched = " ".join((procedure.name.vi, procedure.name.en or "", procedure.field.vi, procedure.code))
    return ProcedureVersion.objects.create(
        hash=digest,
        code=procedure.code,
        version=procedure.version,
        content=content,
        search=fold(searched),
        effective_from=procedure.effective_from,
        effective_to=procedure.effective_to,
        loaded_at=at,
    )


def _same(known: ProcedureVersion, content: dict[str, Any]) -> bool:
    """Whether a version kept under an older form of definitions says the same, read by today's form."""
    return known.procedure.model_dump(mode="json", by_alias=True) == content
