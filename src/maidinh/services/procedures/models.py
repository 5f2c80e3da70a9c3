"""Procedure versions as the database keeps them: immutable copies by content hash.

Layer 4. A dossier pins the version it began under; a newer one never changes it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from django.db import models

from maidinh.services.procedures.definition import Procedure

KEPT = 512
_read: OrderedDict[str, Procedure] = OrderedDict()


def read_definitions(versions: Iterable[ProcedureVersion]) -> None:
    """Read the definitions of these versions that no one has read yet, in one query."""
    unread = [each.hash for each in versions if each.hash not in _read]
    for each in ProcedureVersion.objects.filter(hash__in=unread) if unread else ():
        each.procedure  # noqa: B018 - read here, kept below


class ProcedureVersion(models.Model):
    """One version of one procedure. `search` is the name without diacritics; which one is offered, the day decides."""

    hash = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=8)
    version = models.CharField(max_length=40)
    content = models.JSONField()
    search = models.TextField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="procedures_version_once"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="procedures_one_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def procedure(self) -> Procedure:
        """The definition itself; read once for each hash, as its content never changes under it."""
        found = _read.get(self.hash)
        if found is None:
            found = _read[self.hash] = Procedure.model_validate(self.content)
            while len(_read) > KEPT:
                _read.popitem(last=False)
        return found
