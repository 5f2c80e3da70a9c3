"""Results of dossiers: the signed document, its number, and what anyone may know to verify it. Layer 4."""

from __future__ import annotations

from django.db import models


class Result(models.Model):
    """A signed result (kết quả) of one dossier. The document holds personal data; `PublishedResult` does not."""

    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    agency = models.CharField(max_length=35)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    signed_by = models.CharField(max_length=60)
    signed_at = models.DateTimeField()
    receipt = models.JSONField()
    entry = models.BigIntegerField()

    def __str__(self) -> str:
        return self.number


class PublishedResult(models.Model):
    """What the public may know of a result: enough to tell a true one from a forged one, and nothing of the person."""

    verification_code = models.CharField(max_length=24, unique=True)
    number = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=40)
    agency = models.CharField(max_length=35)
    signed_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    entry = models.BigIntegerField()

    def __str__(self) -> str:
        return self.number
