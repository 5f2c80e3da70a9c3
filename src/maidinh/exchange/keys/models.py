"""Every public key that a member or a system of the exchange has had.

Layer 6. Rows are added; afterwards a key only ends earlier, or is revoked once. The directory is made from what holds.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from maidinh.exchange.keys.rules import AGENCY, PLATFORM, Term


class RegisteredKey(models.Model):
    """One public key; `custody` says who has the private one: the platform's signer, or the agency itself."""

    kid = models.CharField(max_length=255, unique=True)
    holder = models.CharField(max_length=250)
    custody = models.CharField(max_length=10)
    public_key_pem = models.TextField()
    thumbprint = models.CharField(max_length=64, unique=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    registered_by = models.CharField(max_length=60, blank=True)
    registered_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=60, blank=True)
    revoked_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(custody__in=(PLATFORM, AGENCY)), name="keys_custody_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="keys_end_after_beginning"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, reason="") | (Q(revoked_at__isnull=False) & ~Q(reason="")),
                name="keys_revocation_says_why",
            ),
        )
        indexes = (models.Index(fields=("holder", "valid_from"), name="keys_of_holder"),)

    def __str__(self) -> str:
        return self.kid

    @property
    def term(self) -> Term:
        """The time of this key, for the rules."""
        return Term(self.kid, self.valid_from, self.valid_to, self.revoked_at)
