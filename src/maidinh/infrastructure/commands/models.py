"""Commands that were carried out, by their idempotency key: kept for ever.

Layer 7. The key, the request's hash and the id of what came of it; never the answer, which may hold personal data.
"""

from __future__ import annotations

from django.db import models


class Command(models.Model):
    """One command of one scope (a person, an agency or a system)."""

    scope = models.CharField(max_length=120)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="commands_command_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
