"""Every directory that was ever published, as it was signed.

Layer 6. The gateway reads this table with its own SQL (gateway/directory.py); a test holds the two together.
"""

from __future__ import annotations

from django.db import models


class PublishedDirectory(models.Model):
    """One signed directory; rows are only ever added."""

    serial = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    jws = models.TextField()
    architecture_version = models.CharField(max_length=100)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(serial__gt=0), name="directory_serial_positive"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")), name="directory_expires_after_issue"
            ),
        )

    def __str__(self) -> str:
        return f"{self.serial} {self.hash[:12]}"
