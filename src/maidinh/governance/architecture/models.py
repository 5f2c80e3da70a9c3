"""Architecture versions as the database keeps them, drafted by one person and published by another; and withdrawals.

Layer 4, governance. The rules that matter are held by the database itself (see the migrations): four eyes, the
immutable content, the decision that stands once it is set, one version in force for a province, one line of versions.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import (
    ASKED,
    CONFIRMED,
    DRAFT,
    PUBLISHED,
    STATES,
    TAKEN_BACK,
    WITHDRAWAL_STATES,
)


class Version(models.Model):
    """One version with all that it inherits, its signature (`jws`) and its place in the public log.

    `authors` are all who wrote in it beside its `author`; `base` is the version it was made from, which must still be
    in force when it is published. `needs_approval`: it went out for opinions, and a decision must stand with it.
    """

    province = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    instance = models.CharField(max_length=40)
    hash = models.CharField(max_length=64)
    content = models.JSONField()
    effective_from = models.DateField()
    state = models.CharField(max_length=10, default=DRAFT)
    author = models.CharField(max_length=60)
    authors = ArrayField(models.CharField(max_length=60), default=list)
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)
    decision = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)
    approved_by = models.CharField(max_length=60, null=True)
    approved_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=60, null=True)
    published_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    jws = models.TextField(blank=True)
    receipt = models.JSONField(null=True)
    entry = models.BigIntegerField(null=True)
    serial = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["province", "version"], name="architecture_version_once"),
            models.UniqueConstraint(
                fields=["province"], condition=models.Q(state=PUBLISHED), name="architecture_one_in_force"
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="architecture_state_known"),
            models.CheckConstraint(
                condition=~models.Q(author=models.F("published_by")), name="architecture_published_by_another"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=DRAFT, published_by__isnull=True, published_at__isnull=True, entry__isnull=True, jws=""
                )
                | ~models.Q(state=DRAFT)
                & ~models.Q(jws="")
                & models.Q(
                    published_by__isnull=False, published_at__isnull=False, entry__isnull=False, receipt__isnull=False
                ),
                name="architecture_published_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    approved_at__isnull=True, approved_by__isnull=True, decided_on__isnull=True, decision=""
                )
                | ~models.Q(decision="")
                & models.Q(approved_at__isnull=False, approved_by__isnull=False, decided_on__isnull=False),
                name="architecture_approved_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.province} {self.version} ({self.state})"

    @cached_property
    def model(self) -> ArchitectureVersion:
        """The architecture itself."""
        return ArchitectureVersion.model_validate(self.content)

    @property
    def writers(self) -> frozenset[str]:
        """Everyone who wrote in it, by id: none of them approves or publishes it."""
        return frozenset((self.author, *self.authors))

    @property
    def decided(self) -> tuple[str, date | None]:
        """The decision that approved it and its day: set at approval, else as its own files state it."""
        if self.approved_at is not None:
            return self.decision, self.decided_on
        return self.model.decision or "", self.model.decided_on


class Withdrawal(models.Model):
    """One contract that is stopped before its end, or a stop that ends (`ends`): one person asks, another decides.

    While a withdrawal is confirmed, no directory holds its contract, whatever version is in force. `serial` is the
    directory by which the exchange learnt of it.
    """

    province = models.CharField(max_length=60)
    contract = models.CharField(max_length=255)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    ends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="endings")
    reason = models.TextField()
    legal_ground = models.TextField()
    state = models.CharField(max_length=10, default=ASKED)
    asked_by = models.CharField(max_length=60)
    asked_agency = models.CharField(max_length=35)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    serial = models.BigIntegerField(null=True)
    entry = models.BigIntegerField(null=True)
    receipt = models.JSONField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=WITHDRAWAL_STATES), name="architecture_withdrawal_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(legal_ground=""), name="architecture_withdrawal_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(state=TAKEN_BACK) | ~models.Q(decided_by=models.F("asked_by")),
                name="architecture_withdrawal_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | ~models.Q(state=ASKED) & models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="architecture_withdrawal_decision_is_whole",
            ),
            models.UniqueConstraint(
                fields=["province", "contract"],
                condition=models.Q(ends__isnull=True, state__in=(ASKED, CONFIRMED)),
                name="architecture_withdrawal_once",
            ),
            models.UniqueConstraint(
                fields=["ends"],
                condition=models.Q(state__in=(ASKED, CONFIRMED)),
                name="architecture_withdrawal_ended_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract} ({self.state})"
