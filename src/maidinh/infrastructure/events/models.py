"""The outbox: news written in the transaction of the act, delivered upwards by the worker.

Layer 7. At least once to each receiver; a delivery row makes the effect once.
"""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """Something that happened, in the past tense, with the ids a receiver needs and no personal data."""

    name = models.CharField(max_length=60)
    payload = models.JSONField()
    at = models.DateTimeField()
    agency = models.CharField(max_length=35, blank=True)
    done_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="events_waiting",
                condition=models.Q(done_at__isnull=True, given_up_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Delivery(models.Model):
    """One receiver has had one event, or has failed so often, the last time for this reason."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    receiver = models.CharField(max_length=120)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "receiver"], name="events_delivery_once")]

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.receiver}"
