"""Archives of finished dossiers (lưu trữ hồ sơ) and their disposal (tiêu hủy) when the retention is over.

Layer 4. How long is the procedure's own definition (thời hạn bảo quản); that two people decide on a disposal, the
database holds. An archive's row stays for good: with the disposal it is what is left of a destroyed dossier.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Archive(models.Model):
    """A dossier put away as one file with its proofs: its digest, and the last day on which it must be kept.

    Without `keep_until` it is kept for ever. A dossier whose history goes on afterwards (a result is revoked) gets
    another edition.
    """

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    procedure = models.CharField(max_length=8)
    agency = models.CharField(max_length=35)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField()
    keep_until = models.DateField(null=True)
    archived_at = models.DateTimeField()
    receipt = models.JSONField()
    entry = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "edition"], name="archives_edition_once")]
        indexes = [models.Index(fields=["agency", "keep_until"], name="archives_due")]

    def __str__(self) -> str:
        return f"{self.code} ({self.edition})"


class Disposal(models.Model):
    """That a dossier's personal content be destroyed: asked for under a decision, then decided by a second person.

    What is left afterwards is this row: code, procedure, the archive's digest, the decision's number, the log's leaf.
    `destroyed_at` is when the rows were emptied, `forgotten_at` when the files were gone too.
    """

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    procedure = models.CharField(max_length=8)
    agency = models.CharField(max_length=35)
    digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=100)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    receipt = models.JSONField(null=True)
    entry = models.BigIntegerField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(granted__isnull=True) | Q(granted=True),
                name="archives_one_disposal_open_or_granted",
            ),
            models.CheckConstraint(condition=~Q(decision=""), name="archives_disposal_names_its_decision"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, decided_by="", decided_at__isnull=True)
                | Q(granted__isnull=False, decided_at__isnull=False) & ~Q(decided_by="") & ~Q(decided_by=F("asked_by")),
                name="archives_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, receipt__isnull=True, entry__isnull=True)
                | Q(destroyed_at__isnull=False, granted=True, receipt__isnull=False, entry__isnull=False),
                name="archives_destroyed_as_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.decision}"
