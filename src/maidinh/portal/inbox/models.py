"""Notices to people about their dossiers. Layer 3."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One notice to one person; `kind` chooses the words, in the reader's language."""

    person = models.CharField(max_length=12)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    dossier = models.CharField(max_length=60)
    status = models.PositiveSmallIntegerField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "dossier", "kind", "status", "at"], name="inbox_notice_once")
        ]
        indexes = [models.Index(fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"{self.dossier} {self.kind}"
