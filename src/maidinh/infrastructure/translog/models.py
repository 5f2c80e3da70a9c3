"""Tables of the transparency log: entries, which only ever gain their place in the log, and signed checkpoints.

Layer 7. Who may do what to these rows stands in the first migration, as grants, policies and triggers.
"""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """A leaf. Pending until the sequencer gives it its place (`index`), which never changes."""

    created_at = models.DateTimeField()
    leaf = models.BinaryField()
    index = models.BigIntegerField(null=True, unique=True)
    idempotency = models.TextField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="translog_pending", condition=models.Q(index__isnull=True))]
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="translog_index_from_zero")]


class Checkpoint(models.Model):
    """A signed state of the log: so many entries, this root. Another origin is another log over the same entries."""

    origin = models.TextField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="translog_size_from_zero"),
            models.UniqueConstraint(fields=["origin", "size"], name="translog_one_checkpoint_of_a_size"),
        ]


class Timestamp(models.Model):
    """An outside authority's token over a recorded checkpoint: all its entries were there at that time (RFC 3161)."""

    origin = models.TextField()
    size = models.BigIntegerField()
    authority = models.TextField()
    response = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "size", "authority"], name="translog_one_stamp_of_an_authority"),
        ]
