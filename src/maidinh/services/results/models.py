"""Results of dossiers and the forms about them: the signed document, what anyone may know to verify it, the numbers.

Layer 4. Circular 03/2025/TT-VPCP, Annex I, for the forms; a number is given once and none is left out.
"""

from __future__ import annotations

from django.db import models


class Result(models.Model):
    """A signed result (kết quả) of a dossier. The document holds personal data; `PublishedResult` does not.

    One that `replaces` another was signed after that one was revoked; `corrections` are the answers that it corrects.
    `level` is that of its signature as it was made: B-T with a time stamp, B-B without; empty where nobody looked.
    """

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    agency = models.CharField(max_length=35)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    signed_by = models.CharField(max_length=60)
    signed_at = models.DateTimeField()
    receipt = models.JSONField()
    entry = models.BigIntegerField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    corrections = models.JSONField(default=dict)
    level = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=models.Q(replaces__isnull=True), name="results_first_once"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Stamping(models.Model):
    """A result that was signed without a time stamp got one later: the same signature, with the token, in another file.

    The file that was signed first stays; the log has a leaf for each of the two.
    """

    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="stamping")
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    stamped_at = models.DateTimeField()
    at = models.DateTimeField()
    receipt = models.JSONField()
    entry = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.result_id} stamped"


class Revocation(models.Model):
    """A result was revoked (thu hồi): by whom, when, why, and its leaf in the log."""

    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="revocation")
    agency = models.CharField(max_length=35)
    reason = models.TextField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    receipt = models.JSONField()
    entry = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="results_revocation_has_reason")]

    def __str__(self) -> str:
        return f"{self.result_id} revoked"


class PublishedResult(models.Model):
    """What the public may know of a result: enough to tell a true one from a forged one, and nothing of the person."""

    verification_code = models.CharField(max_length=24, unique=True)
    number = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=40)
    agency = models.CharField(max_length=35)
    signed_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.TextField(blank=True)
    replaced_by = models.CharField(max_length=60, blank=True)
    entry = models.BigIntegerField()
    stamped_digest = models.CharField(max_length=64, blank=True)
    stamped_entry = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["stamped_digest"], condition=~models.Q(stamped_digest=""), name="results_stamped")
        ]

    def __str__(self) -> str:
        return self.number


class FormCounter(models.Model):
    """The last number that an agency gave to a form in a year. Its row is locked while the next one is given."""

    agency = models.CharField(max_length=35)
    form = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "form", "year"], name="results_counter_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.form} {self.year}: {self.last}"


class IssuedForm(models.Model):
    """A form of the one-stop shop with its number; `occasion` is what it was issued for, `content` what it says."""

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="forms")
    form = models.CharField(max_length=2)
    occasion = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "form", "year", "number"], name="results_form_number_once"),
            models.UniqueConstraint(fields=["dossier", "form", "occasion"], name="results_form_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.form} {self.year}/{self.number}"
