"""What the gateway wrote down: the intent before a call is forwarded, the exchange before it is answered.

Layer 6. The rows are written by gateway/writer.py with its own SQL; a test holds the two together. Nothing here holds
a query string, a path with somebody's number in it, or a body: digests, and the contract's pattern of the path.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

OUTCOMES = ("allowed", "refused", "failed")


class Intent(models.Model):
    """A call that was believed and allowed, committed before it was forwarded. Its `jti` is never accepted again."""

    id = models.UUIDField(primary_key=True)
    client = models.CharField(max_length=410)
    jti = models.CharField(max_length=128)
    x_road_id = models.CharField(max_length=255)
    service = models.CharField(max_length=511)
    contract = models.CharField(max_length=255)
    serial = models.BigIntegerField()
    request_hash = models.CharField(max_length=88)
    consumer_agency = models.CharField(max_length=100)
    provider_agency = models.CharField(max_length=100)
    received_at = models.DateTimeField()

    class Meta:
        indexes = (BrinIndex(fields=["received_at"], name="evidence_intent_received"),)
        constraints = (models.UniqueConstraint(fields=["client", "jti"], name="evidence_intent_once"),)

    def __str__(self) -> str:
        return str(self.id)


class Exchange(models.Model):
    """One exchange or one refusal, with its signed record. The id is the protocol's X-Road-Request-Id.

    `zone` is the network zone that the call came from, as the gateway saw it; empty where nobody told it the networks.
    The verdicts are those of the interface's checks: empty where nothing was checked, `valid`, or a stable word. `cut`
    counts the fields that the contract did not name and that were taken out of the answer. `subject` is the keyed
    digest of the person whom the answer is about; the person finds the row by it, and nobody finds the person.
    """

    id = models.UUIDField(primary_key=True)
    x_road_id = models.CharField(max_length=255)
    client = models.CharField(max_length=410, blank=True)
    authenticated = models.BooleanField()
    service = models.CharField(max_length=511, blank=True)
    method = models.CharField(max_length=16)
    path = models.CharField(max_length=500, blank=True)
    zone = models.CharField(max_length=60, blank=True)
    protocol = models.CharField(max_length=10)
    represented = models.CharField(max_length=255, blank=True)
    request_verdict = models.CharField(max_length=100, blank=True)
    response_verdict = models.CharField(max_length=100, blank=True)
    cut = models.IntegerField()
    subject = models.BinaryField(null=True)
    forwarded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=[(each, each) for each in OUTCOMES])
    reason = models.CharField(max_length=100, blank=True)
    contract = models.CharField(max_length=255, blank=True)
    serial = models.BigIntegerField()
    status = models.IntegerField(null=True)
    request_hash = models.CharField(max_length=88, blank=True)
    response_hash = models.CharField(max_length=88, blank=True)
    request_size = models.BigIntegerField()
    response_size = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    consumer_agency = models.CharField(max_length=100, blank=True)
    provider_agency = models.CharField(max_length=100, blank=True)
    record = models.TextField()
    signatures = models.JSONField()
    salt = models.BinaryField()
    log_entry = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["finished_at"], name="evidence_exchange_finished"),
            models.Index(fields=["x_road_id"], name="evidence_exchange_x_road_id"),
            models.Index(
                fields=["subject"], name="evidence_exchange_subject", condition=models.Q(subject__isnull=False)
            ),
        )
        constraints = (models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="evidence_outcome_known"),)

    def __str__(self) -> str:
        return str(self.id)


class Concerned(models.Model):
    """One of several people whom an exchange is about; of a single one the exchange itself holds the digest."""

    exchange = models.UUIDField()
    subject = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["subject", "exchange"], name="evidence_concerned_once"),)

    def __str__(self) -> str:
        return str(self.exchange)


class Usage(models.Model):
    """How much of a contract's quota was taken in one minute or one day, by all gateway processes together.

    Whose calls they were stands in the exchanges; these rows are forgotten after some days.
    """

    contract = models.CharField(max_length=255)
    period = models.CharField(max_length=6, choices=[(each, each) for each in ("minute", "day")])
    begins = models.DateTimeField()
    used = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["contract", "period", "begins"], name="evidence_usage_once"),)

    def __str__(self) -> str:
        return f"{self.contract} {self.period} {self.begins}"
