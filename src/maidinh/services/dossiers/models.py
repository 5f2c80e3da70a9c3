"""Dossiers (hồ sơ): their state, tasks, papers and history.

Layer 4. Rows are the state. An official sees a dossier through the agencies that take part in it, an applicant
through their own number, anyone else through the tracking code; the database holds that, not the pages.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Status(models.IntegerChoices):
    """The ten national statuses (TrangThai), by their codes."""

    NEW = 1, "new"
    ACCEPTED = 2, "accepted"
    NOT_ACCEPTED = 3, "not_accepted"
    IN_PROCESS = 4, "in_process"
    SUPPLEMENT = 5, "supplement"
    PAYMENT = 6, "payment"
    WITHDRAWAL = 7, "withdrawal"
    STOPPED = 8, "stopped"
    DONE = 9, "done"
    RETURNED = 10, "returned"


ENDED = (Status.NOT_ACCEPTED, Status.STOPPED, Status.RETURNED)


class Dossier(models.Model):
    """One dossier. `agencies` are those that take part and may therefore see it.

    Its place in the process is its open tasks and the joins it waits at (`waiting`); `facts` are what officials found.
    `limit` is the time limit as it was decided at acceptance. `called_by` is the step of another dossier that set this
    one going.
    """

    code = models.CharField(max_length=60, unique=True)
    procedure = models.ForeignKey("procedures.ProcedureVersion", on_delete=models.PROTECT, related_name="+")
    case = models.CharField(max_length=60)
    channel = models.PositiveSmallIntegerField()
    applicant = models.CharField(max_length=12)
    applicant_name = models.CharField(max_length=200)
    answers = models.JSONField()
    receiving = models.CharField(max_length=35)
    responsible = models.CharField(max_length=35)
    agencies = ArrayField(models.CharField(max_length=35))
    status = models.PositiveSmallIntegerField(choices=Status.choices)
    submitted_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    supplements = models.PositiveSmallIntegerField(default=0)
    suspensions = models.JSONField(default=list)
    limit = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    waiting = ArrayField(models.CharField(max_length=60), default=list)
    called_by = models.ForeignKey("Task", null=True, on_delete=models.PROTECT, related_name="called")
    rule_pack = models.CharField(max_length=20)
    tracking_secret = models.CharField(max_length=20)
    tracking_digest = models.CharField(max_length=64)
    receipt = models.JSONField()
    entry = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="dossiers_status_is_national"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(due_at__isnull=False), name="dossiers_accepted_has_due"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[2, 4, 6, 9, 10]) | Q(accepted_at__isnull=False),
                name="dossiers_process_is_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(status=10) | Q(returned_at__isnull=False), name="dossiers_returned_when"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__gte=F("submitted_at")), name="dossiers_accepted_after_submitted"
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-submitted_at"]),
            models.Index(fields=["tracking_digest"]),
        ]

    def __str__(self) -> str:
        return self.code


class Task(models.Model):
    """A step of a dossier that waits for, or was done by, an official. Each step is open at most once.

    `not_before` is the earliest moment at which it may end (public posting). While a task that `suspends` is open, the
    dossier's clock stands. One that `asked` ended with a request to the applicant, and opens again with the answer.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="tasks")
    step = models.CharField(max_length=60)
    role = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    suspends = models.BooleanField(default=False)
    asked = models.BooleanField(default=False)
    claimed_by = models.CharField(max_length=60, blank=True)
    claimed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    findings = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "step"], condition=Q(closed_at__isnull=True), name="dossiers_step_open_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False) & ~Q(outcome="") & ~Q(closed_by=""),
                name="dossiers_closed_task_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "role", "due_at"], condition=Q(closed_at__isnull=True), name="dossiers_worklist"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.step}"


class Paper(models.Model):
    """A file that belongs to a dossier, under the name the applicant gave it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="papers")
    paper = models.CharField(max_length=60)
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "paper", "document"], name="dossiers_paper_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.paper}"


class DossierEvent(models.Model):
    """One line of a dossier's history; never changed. `public` lines are shown to the applicant."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="history")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField(choices=Status.choices)
    step = models.CharField(max_length=60, blank=True)
    agency = models.CharField(max_length=35, blank=True)
    actor = models.CharField(max_length=80)
    reason = models.TextField(blank=True)
    public = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.kind}"
