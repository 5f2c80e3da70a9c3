"""What runs and was not declared so, or was declared and does not run: findings, and what people decided on each.

Layer 4, governance. A finding has one row for as long as it is about the same thing; decisions are only ever added, and
its state is what the last one says (see the migration). People are named by id only.
Legal ground: Nghị định 47/2020/NĐ-CP; Nghị định 224/2026/NĐ-CP articles 23 and 24.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from maidinh.governance.observation.rules import ASK, DECISIONS, EXCEPT, KINDS, OPEN, PROPOSE, REFUSE, STATES


class Finding(models.Model):
    """One thing that differs. `subject` identifies it within its kind; source, target and element are ids of elements.

    `owner` is the agency that must act; `contract` and `project` are the agreement and the project that declared it,
    if any did. `gone_at`: since then it is seen no more; a finding that returns is the same row again.
    """

    province = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    subject = models.TextField()
    source = models.TextField(blank=True)
    target = models.TextField(blank=True)
    element = models.TextField(blank=True)
    owner = models.CharField(max_length=35, blank=True)
    contract = models.TextField(blank=True)
    project = models.CharField(max_length=60, blank=True)
    version = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    count = models.BigIntegerField(default=0)
    first_seen_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default=OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="observation_kind_known"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="observation_state_known"),
            models.UniqueConstraint(fields=["province", "kind", "subject"], name="observation_finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.state})"


class FindingDecision(models.Model):
    """What somebody decided on a finding; never changed.

    A proposal names the project that will mend it; an exception is asked for with its last day, and another person
    grants or refuses what was asked (`answers`). The worker opens a finding again, without a person.
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="decisions")
    decision = models.CharField(max_length=10)
    reason = models.TextField()
    project = models.CharField(max_length=60, blank=True)
    until = models.DateField(null=True)
    answers = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=60, blank=True)
    agency = models.CharField(max_length=35, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=DECISIONS), name="observation_decision_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="observation_decision_says_why"),
            models.CheckConstraint(
                condition=Q(decision=PROPOSE) & ~Q(project="") | ~Q(decision=PROPOSE) & Q(project=""),
                name="observation_proposal_names_project",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=(ASK, EXCEPT), until__isnull=False)
                | ~Q(decision__in=(ASK, EXCEPT)) & Q(until__isnull=True),
                name="observation_exception_ends",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=(EXCEPT, REFUSE), answers__isnull=False)
                | ~Q(decision__in=(EXCEPT, REFUSE)) & Q(answers__isnull=True),
                name="observation_answer_to_what_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.decision}"


class Tally(models.Model):
    """How often one kind of call was seen: `settled` before the watch's mark, `recent` since then."""

    client = models.CharField(max_length=410)
    service = models.CharField(max_length=511)
    method = models.CharField(max_length=16)
    path = models.CharField(max_length=500)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=100)
    zone = models.CharField(max_length=100)
    authenticated = models.BooleanField()
    settled = models.BigIntegerField(default=0)
    recent = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.client} {self.method} {self.service}"


class Watch(models.Model):
    """How far the traffic of a province has been counted, and what was last held against what."""

    province = models.CharField(max_length=60, primary_key=True)
    settled_until = models.DateTimeField()
    judged = models.CharField(max_length=64, blank=True)
    judged_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.province} {self.settled_until}"
