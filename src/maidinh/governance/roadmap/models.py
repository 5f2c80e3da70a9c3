"""Scenarios of the roadmap, every revision of them, which one is adopted, and what training was held.

Layer 4, governance. Rows are only added; a revision's computation is filled in once by the worker. People are named by
id only. What must hold is held by the database (see the migration): who wrote a scenario does not adopt it, and only a
computed revision is adopted, by the hashes of what was computed. Of all adoptions the newest counts.
Legal ground: Nghị định 224/2026/NĐ-CP.
"""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.db.models import Q

from maidinh.governance.roadmap import definition
from maidinh.governance.roadmap.rules import COMPUTED, DRAFT, STATES


class Scenario(models.Model):
    """One way in which the years could go. `copied_from` is the revision that it began as."""

    province = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    opened_by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    copied_from = models.ForeignKey(
        "roadmap.ScenarioRevision", null=True, on_delete=models.PROTECT, related_name="copies"
    )
    sample = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="roadmap_scenario_has_a_name")]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"


class ScenarioRevision(models.Model):
    """A portfolio as one revision left it, and the roadmap computed from exactly it (`computed_from` is its hash)."""

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    portfolio = models.JSONField()
    portfolio_hash = models.CharField(max_length=64)
    made_by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    state = models.CharField(max_length=10, default=DRAFT)
    asked_by = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    computed_from = models.CharField(max_length=64, blank=True)
    roadmap = models.JSONField(null=True)
    roadmap_hash = models.CharField(max_length=64, blank=True)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="roadmap_revision_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="roadmap_state_known"),
            models.CheckConstraint(
                condition=Q(state=COMPUTED, roadmap__isnull=False, computed_from=models.F("portfolio_hash"))
                & ~Q(roadmap_hash="")
                | ~Q(state=COMPUTED) & Q(roadmap__isnull=True, roadmap_hash=""),
                name="roadmap_computed_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["id"], name="roadmap_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.scenario_id} r{self.number} ({self.state})"

    @cached_property
    def portfolio_form(self) -> definition.Portfolio:
        """What it is computed from."""
        return definition.Portfolio.model_validate(self.portfolio)

    @cached_property
    def roadmap_form(self) -> definition.Roadmap | None:
        """What was computed; None before that."""
        return None if self.roadmap is None else definition.Roadmap.model_validate(self.roadmap)


class Adoption(models.Model):
    """A computed revision that another person adopted; the newest one is the roadmap. Entered in the log."""

    province = models.CharField(max_length=60)
    revision = models.ForeignKey(ScenarioRevision, on_delete=models.PROTECT, related_name="adoptions")
    portfolio_hash = models.CharField(max_length=64)
    roadmap_hash = models.CharField(max_length=64)
    decision = models.CharField(max_length=100)
    text = models.TextField()
    adopted_by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    at = models.DateTimeField()
    entry = models.BigIntegerField()
    receipt = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="roadmap_adoption_entered_once"),
            models.CheckConstraint(condition=~Q(decision="") & ~Q(text=""), name="roadmap_adoption_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.decision}"


class TrainingRecord(models.Model):
    """Training that was held: of which project and which line of its plan, how many people, when, by what proof."""

    province = models.CharField(max_length=60)
    project = models.CharField(max_length=60)
    training = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    people = models.PositiveIntegerField()
    held_on = models.DateField()
    evidence = models.TextField(blank=True)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(people__gt=0), name="roadmap_training_of_people")]
        indexes = [models.Index(fields=["province", "project"], name="roadmap_training_of_project")]

    def __str__(self) -> str:
        return f"{self.project} {self.training} {self.people}"
