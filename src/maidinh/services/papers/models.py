"""Digitised papers (giấy tờ số hóa): each person's store of verified papers, and where they were used again.

Layer 4. Circular 01/2023/TT-VPCP on digitising at reception (from memory, not checked). A store is its owner's; the
agencies of the dossier that a paper came from see it too, because one of them verified it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class KeptPaper(models.Model):
    """A paper in a person's store: what kind it is, which file, who verified it when, and from which dossier it came.

    `scanned_by` is the official who scanned it at the counter; without one, its owner uploaded it. `issuer`, `number`
    and `valid_until` are what the paper says. One that its owner took out, or an agency revoked, isn't offered again.
    """

    person = models.CharField(max_length=12)
    kind = models.CharField(max_length=60)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    paper = models.CharField(max_length=60)
    handed_in_at = models.DateTimeField()
    scanned_by = models.CharField(max_length=60, blank=True)
    agency = models.CharField(max_length=35)
    verified_by = models.CharField(max_length=60)
    verified_at = models.DateTimeField()
    issuer = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=100, blank=True)
    valid_until = models.DateField(null=True)
    removed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=60, blank=True)
    revocation_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "document"],
                condition=Q(removed_at__isnull=True, revoked_at__isnull=True),
                name="papers_kept_once",
            ),
            models.CheckConstraint(condition=~Q(kind=""), name="papers_kept_has_kind"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="", revocation_reason="")
                | Q(revoked_at__isnull=False) & ~Q(revoked_by="") & ~Q(revocation_reason=""),
                name="papers_revocation_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier"], name="papers_kept_from"),
            models.Index(fields=["person", "kind"], name="papers_kept_of"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id[:12]}"


class Scan(models.Model):
    """A file of a dossier that an official scanned at the counter from the paper that the applicant brought."""

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    paper = models.CharField(max_length=60)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    agency = models.CharField(max_length=35)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "paper", "document"], name="papers_scanned_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.paper}"


class Reuse(models.Model):
    """A paper of a dossier that was not handed in again: it lay in the applicant's store, or is a result of our own.

    What the verification said is kept here as it was, for the officials of this dossier see nobody's store.
    """

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    paper = models.CharField(max_length=60)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(KeptPaper, null=True, on_delete=models.PROTECT, related_name="uses")
    result = models.CharField(max_length=60, blank=True)
    agency = models.CharField(max_length=35)
    verified_by = models.CharField(max_length=60)
    verified_at = models.DateTimeField()
    issuer = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=100, blank=True)
    valid_until = models.DateField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "paper", "document"], name="papers_reused_once"),
            models.CheckConstraint(
                condition=Q(kept__isnull=False, result="") | Q(kept__isnull=True) & ~Q(result=""),
                name="papers_reuse_of_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="papers_reused_when")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.paper}"
