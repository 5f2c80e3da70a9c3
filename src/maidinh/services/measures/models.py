"""What dossiers count for: a row for each dossier, the sums of a month, how a form was filled in.

Layer 4. All of it is made from the dossiers themselves and can be made again; only how a form was filled in is written
down once, by whoever submits, and holds counts alone.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

RECEIVED = (
    "received", "received_online", "papers_asked", "papers_kept", "papers_reusable", "papers_reused",
    "filled", "one_sitting", "minutes_to_submission", "fields_typed", "fields_picked", "fields_prefilled",
)  # fmt: skip
ENDED = (
    "ended", "rated", "on_time", "rounds", "supplemented", "done", "electronic", "online_electronic", "timed",
    "working_minutes", "paid", "paid_online",
)  # fmt: skip


class FormFilling(models.Model):
    """How an application was filled in: how many fields were typed, picked, prefilled, and how long it took.

    `minutes` is the time since the sign-in, where it was begun and submitted within one.
    """

    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, primary_key=True, related_name="+")
    typed = models.PositiveSmallIntegerField()
    picked = models.PositiveSmallIntegerField()
    prefilled = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.typed} typed"


class WaitingDossier(models.Model):
    """A dossier that something happened to since it was last counted; one that `failed` waits for the next event."""

    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, primary_key=True, related_name="+")
    failed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.dossier_id)


class DossierFact(models.Model):
    """What one dossier counts for. `month` is that of its end, None while it is on its way.

    `paid` is how its fee was paid; empty where there is none.
    """

    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, primary_key=True, related_name="+")
    agency = models.CharField(max_length=35)
    procedure = models.CharField(max_length=8)
    case = models.CharField(max_length=60)
    online = models.BooleanField()
    received_month = models.DateField()
    papers_asked = models.BooleanField()
    papers_kept = models.BooleanField()
    papers_reusable = models.BooleanField(default=False)
    papers_reused = models.BooleanField(default=False)
    typed = models.PositiveSmallIntegerField(null=True)
    picked = models.PositiveSmallIntegerField(null=True)
    prefilled = models.PositiveSmallIntegerField(null=True)
    minutes = models.PositiveIntegerField(null=True)
    month = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_status = models.PositiveSmallIntegerField(null=True)
    promised_at = models.DateTimeField()
    on_time = models.BooleanField(null=True)
    working_minutes = models.PositiveIntegerField(null=True)
    rounds = models.PositiveSmallIntegerField(default=0)
    electronic = models.BooleanField(default=False)
    paid = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(month__isnull=True, ended_at__isnull=True, end_status__isnull=True, on_time__isnull=True)
                | Q(month__isnull=False, ended_at__isnull=False, end_status__isnull=False),
                name="measures_ended_has_month",
            ),
            models.CheckConstraint(
                condition=Q(paid__in=["", "unpaid", "counter", "online"]), name="measures_paid_how"
            ),
            models.CheckConstraint(
                condition=Q(papers_reused=False) | Q(papers_reusable=True), name="measures_reused_was_there"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["month", "agency", "procedure"], name="measures_ended"),
            models.Index(fields=["received_month", "agency", "procedure"], name="measures_received"),
        ]

    def __str__(self) -> str:
        return str(self.dossier_id)


class MonthSum(models.Model):
    """What the dossiers of an agency and procedure come to in a month: those submitted in it, and those ended in it."""

    agency = models.CharField(max_length=35)
    procedure = models.CharField(max_length=8)
    month = models.DateField()
    received = models.PositiveIntegerField()
    received_online = models.PositiveIntegerField()
    papers_asked = models.PositiveIntegerField()
    papers_kept = models.PositiveIntegerField()
    papers_reusable = models.PositiveIntegerField(default=0)
    papers_reused = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField()
    one_sitting = models.PositiveIntegerField()
    minutes_to_submission = models.PositiveBigIntegerField()
    fields_typed = models.PositiveBigIntegerField()
    fields_picked = models.PositiveBigIntegerField()
    fields_prefilled = models.PositiveBigIntegerField()
    ended = models.PositiveIntegerField()
    rated = models.PositiveIntegerField()
    on_time = models.PositiveIntegerField()
    rounds = models.PositiveIntegerField()
    supplemented = models.PositiveIntegerField()
    done = models.PositiveIntegerField()
    electronic = models.PositiveIntegerField()
    online_electronic = models.PositiveIntegerField()
    timed = models.PositiveIntegerField()
    working_minutes = models.PositiveBigIntegerField()
    paid = models.PositiveIntegerField()
    paid_online = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "agency", "procedure"], name="measures_month_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.procedure} {self.month}"
