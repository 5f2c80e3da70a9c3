"""Architecture versions as the database keeps them: drafted by one person, published by another, then never changed.

Layer 4, governance. The rules that matter are held by the database itself (see the first migration): four eyes, the
immutable content, one version in force for a province.
"""

from __future__ import annotations

from functools import cached_property

from django.db import models

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import DRAFT, PUBLISHED, STATES


class Version(models.Model):
    """One version with all that it inherits, its signature (`jws`) and its place in the public log."""

    province = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    instance = models.CharField(max_length=40)
    hash = models.CharField(max_length=64)
    content = models.JSONField()
    effective_from = models.DateField()
    state = models.CharField(max_length=10, default=DRAFT)
    author = models.CharField(max_length=60)
    submitted_at = models.DateTimeField()
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
        )

    def __str__(self) -> str:
        return f"{self.province} {self.version} ({self.state})"

    @cached_property
    def model(self) -> ArchitectureVersion:
        """The architecture itself."""
        return ArchitectureVersion.model_validate(self.content)
