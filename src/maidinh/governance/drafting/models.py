"""Drafts of architecture versions, every change to them, the opinions asked for and what was answered.

Layer 4, governance. People are named by id only. What must hold is held by the database itself (see the first
migration): who sees what, that history and opinions are kept, that nothing is handed in before it is answered.
"""

from __future__ import annotations

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.drafting.rules import AGREE, ANSWERS, EDITING, LIVING, STANCES, STATES, TAKEN, WAYS


class Draft(models.Model):
    """A version in the making. `content` is the resolved architecture; each change to it is one revision more.

    `makers` are the agencies of those who draft and approve, `invited` those ever asked for an opinion: they see it.
    `made` is the version it was handed in as.
    """

    province = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    title = models.JSONField()
    base = models.ForeignKey("architecture.Version", null=True, on_delete=models.PROTECT, related_name="+")
    inherits = models.CharField(max_length=40, null=True)
    content = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default=EDITING)
    author = models.CharField(max_length=60)
    makers = ArrayField(models.CharField(max_length=35))
    invited = ArrayField(models.CharField(max_length=35), default=list)
    made = models.ForeignKey("architecture.Version", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    decision = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="drafting_state_known"),
            models.UniqueConstraint(
                fields=["province", "version"], condition=Q(state__in=LIVING), name="drafting_one_draft_of_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.province} {self.version} ({self.state})"

    @cached_property
    def model(self) -> ArchitectureVersion:
        """The architecture as it stands in the draft."""
        return ArchitectureVersion.model_validate(self.content)


class DraftChange(models.Model):
    """One field of a draft that one revision changed; never changed itself. `path` is "" for a whole item."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    section = models.CharField(max_length=40)
    item = models.TextField(blank=True)
    path = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    place = models.PositiveIntegerField(null=True)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    via = models.CharField(max_length=12)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(via__in=WAYS), name="drafting_way_known")]
        indexes = [models.Index(fields=["draft", "revision"], name="drafting_changes_in_order")]

    def __str__(self) -> str:
        return f"{self.draft_id} r{self.revision} {self.section} {self.item} {self.path}"


class Consultation(models.Model):
    """One round in which agencies say what they think of a draft as it stood at `revision`.

    Opinions come in until it is closed; `concluded_revision` is the revision that the conclusion is about.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="consultations")
    round = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    opened_by = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    conclusion = models.TextField(blank=True)
    concluded_by = models.CharField(max_length=60, blank=True)
    concluded_at = models.DateTimeField(null=True)
    concluded_revision = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "round"], name="drafting_round_once"),
            models.UniqueConstraint(
                fields=["draft"], condition=Q(concluded_at__isnull=True), name="drafting_one_round_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(conclusion="", concluded_by="", concluded_at__isnull=True, concluded_revision__isnull=True)
                | ~Q(conclusion="")
                & ~Q(concluded_by="")
                & Q(closed_at__isnull=False, concluded_at__isnull=False, concluded_revision__isnull=False),
                name="drafting_conclusion_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} round {self.round}"

    @property
    def open(self) -> bool:
        """Whether opinions are still taken."""
        return self.closed_at is None


class Invitation(models.Model):
    """An agency that was asked for its opinion in a round."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="invitations")
    agency = models.CharField(max_length=35)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "agency"], name="drafting_invited_once")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.agency}"


class Opinion(models.Model):
    """What an agency thinks of one thing in a draft, or of the whole; and the one answer it gets, with the reason.

    Mere agreement needs no answer.
    """

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="opinions")
    agency = models.CharField(max_length=35)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    section = models.CharField(max_length=40, null=True)
    item = models.TextField(null=True)
    text = models.TextField(blank=True)
    stance = models.CharField(max_length=10)
    answer = models.CharField(max_length=10, null=True)
    answer_text = models.TextField(blank=True)
    answered_by = models.CharField(max_length=60, null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stance__in=STANCES), name="drafting_stance_known"),
            models.CheckConstraint(condition=Q(stance=AGREE) | ~Q(text=""), name="drafting_opinion_says_something"),
            models.CheckConstraint(
                condition=Q(section__isnull=True, item__isnull=True) | Q(section__isnull=False, item__isnull=False),
                name="drafting_opinion_is_tied_whole",
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=True, answer_text="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(answer__in=ANSWERS, answered_by__isnull=False, answered_at__isnull=False)
                & (Q(answer=TAKEN) | ~Q(answer_text="")),
                name="drafting_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(by=models.F("answered_by")), name="drafting_opinion_answered_by_another"
            ),
        ]
        indexes = [models.Index(fields=["consultation", "agency"], name="drafting_opinions_of_agency")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.agency} {self.stance}"
