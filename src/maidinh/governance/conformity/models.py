"""Waivers of findings and the versions of the province's own rules.

Layer 4, governance. People are named by id only. What must hold is held by the database itself (see the first
migration): four eyes, a waiver that ends, texts that never change, one version of a rule in force.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from maidinh.governance.conformity.proposing import APPROVED, PROPOSED, RULE_STATES
from maidinh.governance.conformity.proposing import REFUSED as RULE_REFUSED
from maidinh.governance.conformity.proposing import WITHDRAWN as RULE_WITHDRAWN
from maidinh.governance.conformity.waiving import ASKED, GRANTED, REFUSED, STATES


class Waiver(models.Model):
    """One finding that may stand until a day: of which rule, about what, why, asked and decided by whom.

    `subject` is the id of what the finding is about, "" for the whole architecture; `role` is the one that the rule
    names as who may waive it. `ended_on` is the day from which on it holds no more before its time.
    """

    province = models.CharField(max_length=60)
    rule = models.CharField(max_length=80)
    subject = models.TextField(blank=True)
    subject_name = models.TextField(blank=True)
    version = models.CharField(max_length=40)
    justification = models.TextField()
    legal_ground = models.TextField()
    role = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()
    state = models.CharField(max_length=10, default=ASKED)
    asked_by = models.CharField(max_length=60)
    asked_agency = models.CharField(max_length=35)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, null=True)
    decided_role = models.CharField(max_length=40, null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    ended_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=60, null=True)
    ended_reason = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True)
    entry = models.BigIntegerField(null=True)
    receipt = models.JSONField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="conformity_waiver_state_known"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="conformity_waiver_ends"),
            models.CheckConstraint(
                condition=~Q(justification="") & ~Q(legal_ground=""), name="conformity_waiver_says_why"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="conformity_waiver_decided_by_another"),
            models.CheckConstraint(
                condition=Q(decided_role__isnull=True) | Q(decided_role=F("role")),
                name="conformity_waiver_decided_by_the_role",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, decided_role__isnull=True)
                & ~Q(state__in=(GRANTED, REFUSED))
                | Q(decided_at__isnull=False, decided_by__isnull=False, decided_role__isnull=False) & ~Q(state=ASKED),
                name="conformity_waiver_decision_is_whole",
            ),
            models.UniqueConstraint(
                fields=["province", "rule", "subject"], condition=Q(state=ASKED), name="conformity_waiver_asked_once"
            ),
        )
        indexes = (models.Index(fields=["province", "rule", "subject"], name="conformity_waiver_of_finding"),)

    def __str__(self) -> str:
        return f"{self.rule} {self.subject} ({self.state})"


class RuleVersion(models.Model):
    """A rule of the province as one person wrote it and another put it into force; its text never changes.

    From `in_force_from` on it is checked, until the day before `in_force_to`: another version or nothing follows it.
    """

    province = models.CharField(max_length=60)
    rule = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=PROPOSED)
    written_by = models.CharField(max_length=60)
    written_agency = models.CharField(max_length=35)
    written_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    in_force_from = models.DateField(null=True)
    in_force_to = models.DateField(null=True)
    ended_by = models.CharField(max_length=60, null=True)
    ended_reason = models.TextField(blank=True)
    entry = models.BigIntegerField(null=True)
    receipt = models.JSONField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=RULE_STATES), name="conformity_rule_state_known"),
            models.UniqueConstraint(fields=["province", "rule", "number"], name="conformity_rule_version_once"),
            models.UniqueConstraint(
                fields=["province", "rule"], condition=Q(state=PROPOSED), name="conformity_rule_proposed_once"
            ),
            models.UniqueConstraint(
                fields=["province", "rule"],
                condition=Q(state=APPROVED, in_force_to__isnull=True),
                name="conformity_rule_one_without_end",
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("written_by")), name="conformity_rule_decided_by_another"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, state__in=(PROPOSED, RULE_WITHDRAWN))
                | Q(decided_at__isnull=False, decided_by__isnull=False, state__in=(APPROVED, RULE_REFUSED)),
                name="conformity_rule_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=APPROVED, in_force_from__isnull=False)
                & (Q(in_force_to__isnull=True) | Q(in_force_to__gte=F("in_force_from")))
                | ~Q(state=APPROVED) & Q(in_force_from__isnull=True, in_force_to__isnull=True),
                name="conformity_rule_force_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} v{self.number} ({self.state})"
