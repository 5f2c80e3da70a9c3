"""People who sign in: officials as the definitions name them, and the accounts of the identity provider.

Layer 7. A citizen's account holds the personal number the identity provider vouches for, nothing typed by hand.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Official(models.Model):
    """A person who works for an agency, with the roles they hold there."""

    id = models.CharField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    agency = models.ForeignKey("organisations.Agency", on_delete=models.PROTECT, related_name="+")
    roles = ArrayField(models.CharField(max_length=60))
    sample = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.name} ({self.agency_id})"


class Account(models.Model):
    """Who an issuer's subject is here: a citizen's personal number or an official's id."""

    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    person = models.CharField(max_length=12, blank=True)
    official = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    first_signed_in_at = models.DateTimeField()
    last_signed_in_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_account_subject_once"),
            models.CheckConstraint(
                condition=models.Q(person="", official__isnull=False)
                | ~models.Q(person="") & models.Q(official__isnull=True),
                name="identity_account_is_citizen_or_official",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"
