"""Appraisals of projects: whose turn it is on the legal clock, opinions, supplements, verdict, exceptions, approval.

Layer 4, governance. People are named by id only. What must hold is held by the database itself (see the migrations):
author, appraiser and approver are three people; the appraiser is not of the owner's body; a verdict is bound to the
hashes of what was appraised and never changes; an approval stands on a passing verdict of exactly this revision against
the version in force, or on an exception that holds on its day; one approval for a project.
Legal ground: Nghị định 224/2026/NĐ-CP articles 37 and 50; Mẫu 01 mục VIII.3 of the guidance of 2026 (draft).
"""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.db.models import F, Q

from maidinh.governance.appraisal.rules import ASKED, EXCEPTION_STATES, OPEN, RESULTS, STANCES, STATES
from maidinh.governance.projects.definition import Project as Proposal


class Appraisal(models.Model):
    """One appraisal of one revision after another of a project, by the law of its pack.

    `version` and `version_hash` say against which architecture it is made; `assessment` is what the automatic checks
    said of `revision` (`checking.Assessment` as JSON), `assessed_at` when. `appraiser` is who took it up.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="appraisals")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=OPEN)
    pack = models.CharField(max_length=60)
    revision = models.ForeignKey("projects.Revision", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("architecture.Version", on_delete=models.PROTECT, related_name="+")
    version_hash = models.CharField(max_length=64)
    owner = models.CharField(max_length=35)
    agency = models.CharField(max_length=35)
    appraiser = models.CharField(max_length=60, blank=True)
    opened_by = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    assessment = models.JSONField(null=True)
    assessed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="appraisal_state_known"),
            models.UniqueConstraint(fields=["project", "number"], name="appraisal_number_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(closed_at__isnull=True), name="appraisal_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(agency=F("owner")), name="appraisal_by_another_body"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} #{self.number} ({self.state})"

    @cached_property
    def revision_form(self) -> Proposal:
        """What the revision that is appraised says."""
        return Proposal.model_validate(self.revision.content)


class Turn(models.Model):
    """Whose share of the clock ran when: a term of the pack (`term`), the agency that has it, from when to when.

    `due_at` is when its share ends (derived from the pack, the calendar and the supplements, kept for the work list).
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="turns")
    term = models.CharField(max_length=40)
    agency = models.CharField(max_length=35)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["appraisal", "started_at"], name="appraisal_turns_in_order")]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.term} {self.agency}"


class Supplement(models.Model):
    """A request to complete or mend a project: all `defects` at once, each `{"field", "says", "basis"}`.

    `field` is a dotted path of the project's form, "" for the whole. While it is unanswered, the clock stands.
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="supplements")
    number = models.PositiveSmallIntegerField()
    defects = models.JSONField()
    reason = models.TextField(blank=True)
    asked_by = models.CharField(max_length=60)
    asked_agency = models.CharField(max_length=35)
    asked_at = models.DateTimeField()
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.ForeignKey("projects.Revision", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appraisal", "number"], name="appraisal_supplement_once")]

    def __str__(self) -> str:
        return f"{self.appraisal_id} supplement {self.number}"


class BodyOpinion(models.Model):
    """What another body says of the project: asked by the appraiser with a day, given once, about one `revision`."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="opinions")
    agency = models.CharField(max_length=35)
    revision = models.ForeignKey("projects.Revision", null=True, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(blank=True)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    stance = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    given_by = models.CharField(max_length=60, blank=True)
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "agency"], condition=Q(given_at__isnull=True), name="appraisal_opinion_once"
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True, stance="", given_by="")
                | Q(given_at__isnull=False, stance__in=STANCES) & ~Q(given_by=""),
                name="appraisal_opinion_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.agency} {self.stance}"


class Meeting(models.Model):
    """A meeting of the appraisal council: when, who took part (agencies), what was said and concluded."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField()
    chair = models.TextField()
    agencies = models.JSONField(default=list)
    minutes = models.TextField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.appraisal_id} meeting {self.held_on}"


class Verdict(models.Model):
    """The verdict on one revision against one version; never changed. One for an appraisal.

    `results` are the pack's requirements with their four-valued result, basis, proof and remedy; `conditions` each
    `{"id", "text", "until"}`. `document` is the signed opinion (PDF).
    """

    appraisal = models.OneToOneField(Appraisal, on_delete=models.PROTECT, related_name="verdict")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="verdicts")
    revision = models.ForeignKey("projects.Revision", on_delete=models.PROTECT, related_name="+")
    project_hash = models.CharField(max_length=64)
    version = models.ForeignKey("architecture.Version", on_delete=models.PROTECT, related_name="+")
    version_hash = models.CharField(max_length=64)
    pack = models.CharField(max_length=60)
    result = models.CharField(max_length=24)
    reasons = models.TextField()
    results = models.JSONField()
    conditions = models.JSONField(default=list)
    given_by = models.CharField(max_length=60)
    given_agency = models.CharField(max_length=35)
    given_at = models.DateTimeField()
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    entry = models.BigIntegerField()
    receipt = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=RESULTS), name="appraisal_result_known"),
            models.CheckConstraint(condition=~Q(reasons=""), name="appraisal_verdict_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.result}"


class ConditionMet(models.Model):
    """A condition of a verdict, met: with its proof, kept for ever."""

    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="met")
    condition = models.CharField(max_length=60)
    evidence = models.TextField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["verdict", "condition"], name="appraisal_condition_once")]

    def __str__(self) -> str:
        return f"{self.verdict_id} {self.condition}"


class ProjectException(models.Model):
    """A named, justified, time-limited, public exception: this revision may be approved though it does not fit.

    The fields are those of the exception record of the guidance of 2026. Asked by one person, granted by another.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="exceptions")
    project_hash = models.CharField(max_length=64)
    version = models.ForeignKey("architecture.Version", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=ASKED)
    unmet = models.TextField()
    cause = models.TextField()
    alternatives = models.TextField()
    effects = models.TextField()
    controls = models.TextField()
    agency = models.CharField(max_length=35)
    valid_until = models.DateField()
    review_on = models.DateField()
    remedy = models.TextField()
    asked_by = models.CharField(max_length=60)
    asked_agency = models.CharField(max_length=35)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=120, blank=True)
    decision_text = models.TextField(blank=True)
    decided_by = models.CharField(max_length=60, null=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    entry = models.BigIntegerField(null=True)
    receipt = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EXCEPTION_STATES), name="appraisal_exception_state_known"),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="appraisal_exception_by_another"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state=ASKED), name="appraisal_exception_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} until {self.valid_until} ({self.state})"


class Approval(models.Model):
    """The decision that approves a project; one for a project, never changed. Verdict or exception stands under it."""

    project = models.OneToOneField("projects.Project", on_delete=models.PROTECT, related_name="approval")
    revision = models.ForeignKey("projects.Revision", on_delete=models.PROTECT, related_name="+")
    project_hash = models.CharField(max_length=64)
    version = models.ForeignKey("architecture.Version", on_delete=models.PROTECT, related_name="+")
    version_hash = models.CharField(max_length=64)
    verdict = models.ForeignKey(Verdict, null=True, on_delete=models.PROTECT, related_name="+")
    exception = models.ForeignKey(ProjectException, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=120)
    decided_on = models.DateField()
    approved_by = models.CharField(max_length=60)
    approved_agency = models.CharField(max_length=35)
    approved_at = models.DateTimeField()
    entry = models.BigIntegerField()
    receipt = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__isnull=False, exception__isnull=True)
                | Q(verdict__isnull=True, exception__isnull=False),
                name="appraisal_approval_stands_on_one",
            ),
            models.CheckConstraint(condition=~Q(decision=""), name="appraisal_approval_has_a_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.decision}"
