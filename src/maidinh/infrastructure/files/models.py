"""Documents by content: one row per distinct content, the bytes on disk under their digest.

Layer 7. Names and owners stand with whoever uses a document, under that table's own policies.
"""

from __future__ import annotations

from django.db import models


class Document(models.Model):
    """A stored content: its SHA-256, size in bytes and media type as found by looking, not as claimed.

    `came_at` is when the same content last came again, from whomever; empty where it came once.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=60)
    stored_at = models.DateTimeField()
    came_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.digest
