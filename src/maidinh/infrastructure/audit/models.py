"""Who did what, when, for which agency: rows that nobody can change or delete.

Layer 7. Every action writes one in its own transaction.
"""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act. `subject` names the object without personal data; `details` says what was decided, in no person's words.

    Rows outlive what they tell of: a reason that somebody wrote stands with the thing itself (docs/decisions/0017).
    """

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    agency = models.CharField(max_length=35, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"]), models.Index(fields=["agency", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.subject}"
