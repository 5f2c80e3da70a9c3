"""What people decided on findings of duplicates.

Layer 4, governance. People are named by id only. Rows are only added; the newest of a pair counts, as long as neither
side has changed since.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from maidinh.governance.duplication.rules import CLASSES, DECISIONS


class Decision(models.Model):
    """What was decided on a project and what it resembles, as both stood then; `score` is the likelihood in percent."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    project_hash = models.CharField(max_length=64)
    other_kind = models.CharField(max_length=20)
    other = models.TextField()
    other_hash = models.CharField(max_length=64)
    found = models.CharField(max_length=20)
    score = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=20)
    reason = models.TextField()
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(found__in=CLASSES), name="duplication_class_known"),
            models.CheckConstraint(condition=Q(decision__in=DECISIONS), name="duplication_decision_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="duplication_decision_says_why"),
            models.CheckConstraint(condition=Q(score__lte=100), name="duplication_score_percent"),
        ]
        indexes = [models.Index(fields=["project", "other", "-id"], name="duplication_newest")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.other} {self.decision}"
