"""Agencies as loaded from the definitions: one row per agency, replaced only by a newer definition.

Layer 7. Not personal, so readable by every process; written when definitions are applied.
"""

from __future__ import annotations

from django.db import models


class Agency(models.Model):
    """An agency (cơ quan) under its canonical code."""

    code = models.CharField(max_length=35, primary_key=True)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=40)
    tier = models.CharField(max_length=20)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    aliases = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    successor = models.CharField(max_length=35, blank=True)
    checked = models.BooleanField()
    sample = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.code} {self.name_vi}"

    def name(self, language: str) -> str:
        """The name in the language asked for."""
        return (self.name_en or self.name_vi) if language == "en" else self.name_vi
