"""What runs and was not declared so, or was declared and does not run: findings, and what people decided on each.

Layer 4, governance. A finding has one row for as long as it is about the same thing; decisions are only ever added.
Legal ground: Nghị định 47/2020/NĐ-CP; Nghị định 224/2026/NĐ-CP articles 23 and 24.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

KINDS = (
    "undeclared",  # a connection that nobody declared
    "unused",  # a declared one that nobody uses
    "owner-differs",
    "zone-differs",
    "method-differs",
    "not-served",  # a procedure that is declared and not served
    "not-master",  # a register written by someone who is not its master
    "no-consumer",  # a shared platform that nobody uses
)
OPEN, PROPOSED, EXCEPTED, CLOSED = STATES = ("open", "proposed", "excepted", "closed")
DECISIONS = ("propose", "except", "close", "reopen")


class Finding(models.Model):
    """One thing that differs. `subject` identifies it within its kind; source, target and element are ids of elements.

    `owner` is the agency that must act; `project` the code of the project that declared or forgot it. `gone_at`: it is
    seen no more.
    """

    province = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    subject = models.TextField()
    source = models.TextField(blank=True)
    target = models.TextField(blank=True)
    element = models.TextField(blank=True)
    owner = models.CharField(max_length=35, blank=True)
    contract = models.CharField(max_length=255, blank=True)
    project = models.CharField(max_length=60, blank=True)
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

    A proposal names the project that will mend it, an exception its last day and who granted it (another person).
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="decisions")
    decision = models.CharField(max_length=10)
    reason = models.TextField()
    project = models.CharField(max_length=60, blank=True)
    until = models.DateField(null=True)
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    at = models.DateTimeField()
    granted_by = models.CharField(max_length=60, null=True)
    granted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=DECISIONS), name="observation_decision_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="observation_decision_says_why"),
            models.CheckConstraint(condition=~Q(granted_by=F("by")), name="observation_exception_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.decision}"
