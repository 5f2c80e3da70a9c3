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
    one going. `returned_way` is how the result was handed over, `returned_note` the number it was posted under.
    `told` is the status that its history last tells, where it is known: nobody changes one without the other.
    """

    told: int | None = None

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
    limit = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    waiting = ArrayField(models.CharField(max_length=60), default=list)
    returned_way = models.CharField(max_length=20, blank=True)
    returned_note = models.CharField(max_length=200, blank=True)
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
            models.CheckConstraint(
                condition=Q(agencies__contains=[F("receiving")]), name="dossiers_receiving_takes_part"
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-submitted_at"]),
            models.Index(fields=["tracking_digest"]),
            models.Index(fields=["receiving", "submitted_at"], name="dossiers_register"),
        ]

    def __str__(self) -> str:
        return self.code


class Task(models.Model):
    """A step of a dossier that waits for, or was done by, an official. Each step is open at most once.

    `not_before` is the earliest moment at which it may end (public posting). While a task that `suspends` is open, the
    dossier's clock stands. `assigned_by` gave it to whoever holds it. One that `asked` ended with a request to the
    applicant, and opens again with the answer.
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
    assigned_by = models.CharField(max_length=60, blank=True)
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


class ClockKind(models.TextChoices):
    """The kinds of lines of a dossier's clock, as services/clock knows them."""

    ASKED = "supplement_asked"
    RECEIVED = "supplement_received"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    CALENDAR = "calendar_changed"
    LIMIT = "limit_changed"


CLOCK_KINDS = [kind.value for kind in ClockKind]
MOVING = ["extended", "calendar_changed", "limit_changed"]
WITH_AMOUNT = ["extended", "limit_changed"]


class ClockEntry(models.Model):
    """A line of a dossier's clock: what stopped its term, let it go on, moved it or counted it anew; never changed.

    `serial` counts the dossier's lines from one, in the order of time. `amount` and `unit` are what an extension adds;
    of a change of the limit the limit that held until then. A line that moves the end tells from when to when.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="clock")
    serial = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=ClockKind.choices)
    at = models.DateTimeField()
    step = models.CharField(max_length=60, blank=True)
    agency = models.CharField(max_length=35, blank=True)
    by = models.CharField(max_length=80)
    reason = models.TextField(blank=True)
    amount = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    old_due = models.DateTimeField(null=True)
    new_due = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "serial"], name="dossiers_clock_serial_once"),
            models.CheckConstraint(condition=Q(kind__in=CLOCK_KINDS), name="dossiers_clock_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=WITH_AMOUNT, amount__isnull=False) & ~Q(unit="")
                | ~Q(kind__in=WITH_AMOUNT) & Q(amount__isnull=True, unit=""),
                name="dossiers_clock_amount_where_any",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MOVING, old_due__isnull=False, new_due__isnull=False)
                | ~Q(kind__in=MOVING) & Q(old_due__isnull=True, new_due__isnull=True),
                name="dossiers_clock_dues_where_moved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.serial} {self.kind}"


class Delegation(models.Model):
    """An official's steps may be done by a colleague of the same agency, for some days and within a scope.

    No procedure named means all of them. One that ended early has `ended_at`.
    """

    agency = models.CharField(max_length=35)
    of_official = models.CharField(max_length=60)
    to_official = models.CharField(max_length=60)
    roles = ArrayField(models.CharField(max_length=60))
    procedures = ArrayField(models.CharField(max_length=8), default=list)
    from_day = models.DateField()
    until_day = models.DateField()
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__gte=F("from_day")), name="dossiers_delegation_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(of_official=F("to_official")), name="dossiers_delegation_is_to_another"
            ),
        ]
        indexes = [models.Index(fields=["to_official", "until_day"], name="dossiers_delegated")]

    def __str__(self) -> str:
        return f"{self.of_official} to {self.to_official}"


class Extension(models.Model):
    """The date of a dossier was moved, with an apology (form 04); `amount` is what the time limit grew by."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="extensions")
    agency = models.CharField(max_length=35)
    old_due = models.DateTimeField()
    new_due = models.DateTimeField()
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=20)
    reason = models.TextField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(new_due__gt=F("old_due")), name="dossiers_extension_moves_on"),
            models.CheckConstraint(condition=~Q(reason=""), name="dossiers_extension_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} until {self.new_due}"


class Defect(models.Model):
    """One thing that a request for a supplement names: what is missing or wrong, at which paper or field.

    `target` is empty where it is the dossier as a whole. `request` counts the dossier's requests from one.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="defects")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="defects")
    request = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=[("paper", "paper"), ("field", "field"), ("whole", "whole")])
    target = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="whole", target="") | Q(kind__in=["paper", "field"]) & ~Q(target=""),
                name="dossiers_defect_is_at_something",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="dossiers_defect_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.kind} {self.target}"
