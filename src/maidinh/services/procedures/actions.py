"""Putting procedure versions into force. Layer 4.

A version is offered from its first day until the next one's, or until its own last day. What a dossier began under
stays as it is: of a known version only the last day of its validity may be set later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.models import ProcedureVersion
from maidinh.services.procedures.rules import VersionChanged


class ValidityOverlaps(Exception):
    """Two versions of a procedure would be in force on one day; `other` names the one that is there."""

    def __init__(self, procedure: Procedure, other: ProcedureVersion) -> None:
        self.other = other.version
        super().__init__(
            f"procedure {procedure.code}: version {procedure.version} (from {procedure.effective_from}) and version"
            f" {other.version} (from {other.effective_from}) would both be in force on one day"
        )


@transaction.atomic
def apply_procedure(*, procedure: Procedure, at: datetime) -> ProcedureVersion:
    """Keep this version, offered from its first day. Applying the same again changes nothing.

    Raises VersionChanged, ValidityOverlaps.
    """
    content = procedure.model_dump(mode="json", by_alias=True)
    digest = content_hash(content)
    with connection.cursor() as cursor:  # two installations starting at once load one version
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"procedure {procedure.code}"])
    known = check_version(procedure)
    if known is not None:
        if known.effective_to != procedure.effective_to:
            known.effective_to = procedure.effective_to
            known.save(update_fields=["effective_to"])
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


def check_version(procedure: Procedure) -> ProcedureVersion | None:
    """The kept version of this number, if any; nothing is written. Raises VersionChanged, ValidityOverlaps."""
    content = procedure.model_dump(mode="json", by_alias=True)
    known = ProcedureVersion.objects.filter(code=procedure.code, version=procedure.version).first()
    if known is not None and known.hash != content_hash(content) and not _same(known, content):
        raise VersionChanged(procedure.code, procedure.version)
    _refuse_overlap(procedure)
    return known


def _same(known: ProcedureVersion, content: dict[str, Any]) -> bool:
    """Whether the kept version says the same by today's form, apart from the last day of one that had none."""
    kept = known.procedure.model_dump(mode="json", by_alias=True)
    if kept["effective_to"] is None:
        kept["effective_to"] = content["effective_to"]
    return kept == content


def _refuse_overlap(procedure: Procedure) -> None:
    """A version without a last day gives way to the next one; one with a last day must end before it begins."""
    first, last = procedure.effective_from, procedure.effective_to
    for other in ProcedureVersion.objects.filter(code=procedure.code).exclude(version=procedure.version):
        earlier_end, later_begin = (
            (other.effective_to, first) if other.effective_from < first else (last, other.effective_from)
        )
        if other.effective_from == first or (earlier_end is not None and earlier_end >= later_begin):
            raise ValidityOverlaps(procedure, other)
