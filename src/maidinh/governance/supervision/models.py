"""What is reported of an approved project, how it is rated, and what was measured of the running system.

Layer 4, governance. Nothing here is ever changed: what was wrong is set right by a row that supersedes it. The database
holds that, and who writes what (see the migration). People are named by id only.
Legal ground: Nghị định 224/2026/NĐ-CP articles 68 and 69.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from maidinh.governance.supervision.rules import COST_KINDS, LEVELS, REPORTS


class Report(models.Model):
    """What every report has in common: of which project, by whom, when; which earlier row it sets right."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="successor")
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class MilestoneReport(Report):
    """When a milestone of the approved schedule really began and ended; each report supersedes the one before it."""

    milestone = models.CharField(max_length=60)
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "milestone"],
                condition=Q(supersedes__isnull=True),
                name="supervision_milestone_begins_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("began_on")),
                name="supervision_milestone_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.milestone}"


class Disbursement(Report):
    """Money that was paid: of which source, in which budget year, to build or to run. One of 0 takes another back."""

    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=5, default="build")
    amount = models.BigIntegerField()
    paid_on = models.DateField()
    document = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=COST_KINDS), name="supervision_money_kind_known"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(amount=0, supersedes__isnull=False), name="supervision_money_is_paid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.year} {self.source} {self.amount}"


class ContractRecord(Report):
    """A contract with an organisation, or an amendment (`amends`): its value and end are then those of the contract."""

    amends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="amendments")
    number = models.CharField(max_length=120)
    contractor = models.CharField(max_length=300)
    contractor_code = models.CharField(max_length=20, blank=True)
    subject = models.TextField(blank=True)
    value = models.BigIntegerField()
    signed_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="supervision_contract_has_a_value"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("signed_on")), name="supervision_contract_ends_after_signature"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.number}"


class OfficerRating(Report):
    """How an officer rates the risk, with reasons, beside what was computed at that moment (`computed`, `causes`)."""

    level = models.CharField(max_length=6)
    reasons = models.TextField()
    computed = models.CharField(max_length=6)
    causes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=LEVELS) & Q(computed__in=LEVELS), name="supervision_level_known"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="supervision_rating_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.level}"


class EvaluationReport(Report):
    """A report that the law or a setting asks for: of the completion, of a year's benefits, or an evaluation.

    `period` is the year it is about, 0 where it is about the whole. `results` are what the benefits came to, by id.
    """

    kind = models.CharField(max_length=10)
    period = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField()
    text = models.TextField()
    results = models.JSONField(default=dict)
    document = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=REPORTS), name="supervision_report_known"),
            models.CheckConstraint(condition=~Q(text=""), name="supervision_report_says_something"),
            models.UniqueConstraint(
                fields=["project", "kind", "period"],
                condition=Q(supersedes__isnull=True),
                name="supervision_report_begins_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.period}"


class PhaseMeasure(models.Model):
    """One figure of the running system on one day: `part` of `whole` where it is a share, else `part` alone.

    `subject` is a system's or a procedure's id, "" for the province; it is over the `days` that end with `as_of`.
    """

    province = models.CharField(max_length=60)
    measure = models.CharField(max_length=40)
    subject = models.TextField(blank=True)
    days = models.PositiveSmallIntegerField()
    part = models.BigIntegerField()
    whole = models.BigIntegerField(null=True)
    as_of = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["province", "as_of", "measure", "subject", "days"], name="supervision_measured_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.subject} {self.as_of}"


class Reminder(models.Model):
    """That somebody was told of something due, once: a condition whose day passed, a report, by `subject`."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind", "subject"], name="supervision_told_once")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.subject}"
