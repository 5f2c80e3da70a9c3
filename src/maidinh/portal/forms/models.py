"""Applications and supplements being filled in: saved at once, so that nothing typed or uploaded is lost. Layer 3."""

from __future__ import annotations

import uuid

from django.db import models


class Draft(models.Model):
    """An application not yet submitted. `papers` holds {paper, digest, name, size, media_type} for each file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    applicant = models.CharField(max_length=12)
    procedure = models.ForeignKey("procedures.ProcedureVersion", on_delete=models.PROTECT, related_name="+")
    case = models.CharField(max_length=60, blank=True)
    receiving = models.CharField(max_length=35, blank=True)
    answers = models.JSONField(default=dict)
    papers = models.JSONField(default=list)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    dossier = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["applicant", "-saved_at"])]

    def __str__(self) -> str:
        return str(self.id)


class Supplement(models.Model):
    """What is uploaded for a dossier that waits for a supplement, and not sent yet. `papers` as in a draft."""

    dossier = models.CharField(max_length=60)
    applicant = models.CharField(max_length=12)
    papers = models.JSONField(default=list)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["applicant", "dossier"], name="forms_supplement_once")]

    def __str__(self) -> str:
        return self.dossier
