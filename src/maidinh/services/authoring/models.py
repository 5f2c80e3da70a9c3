"""Drafts of procedure versions, and every change to them.

Layer 4. People are named by id only. What must hold is held by the database itself (see the migration): history is
kept, a draft that ended does not change, nobody who wrote in a draft approves it, and no version comes into force by
the web but through a draft that another person approved.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from maidinh.services.authoring.definition import EDITING, LIVING, STATES


class Draft(models.Model):
    """A version in the making. `files` are its files by name; each change to them is one revision more.

    `seen` is the newest version of the procedure that was there when the draft began: one that came later makes the
    draft stale. `hash` is the identity of the content that was handed in.
    """

    code = models.CharField(max_length=8)
    version = models.CharField(max_length=40)
    name = models.TextField()
    agency = models.CharField(max_length=35)
    base = models.ForeignKey("procedures.ProcedureVersion", null=True, on_delete=models.PROTECT, related_name="+")
    seen = models.BigIntegerField(default=0)
    files = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default=EDITING)
    author = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    note = models.TextField(blank=True)
    hash = models.CharField(max_length=64, blank=True)
    submitted_by = models.CharField(max_length=60, blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="authoring_state_known"),
            models.UniqueConstraint(
                fields=["code", "version"], condition=Q(state__in=LIVING), name="authoring_one_draft_of_a_version"
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=models.F("author")), name="authoring_decided_by_another"
            ),
        ]
        indexes = [models.Index(fields=["agency", "state"], name="authoring_drafts_of_agency")]

    def __str__(self) -> str:
        return f"{self.code} {self.version} ({self.state})"


class Revision(models.Model):
    """One change to a draft: the new text of each file that changed, None of one that is gone. Never changed itself."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    why = models.TextField(blank=True)
    files = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="authoring_revision_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} r{self.number}"
