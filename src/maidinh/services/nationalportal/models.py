"""What waits for the national portal, what came from it, and the dossiers that ministries run on the territory.

Layer 4. Decree 224/2026/NĐ-CP article 15. Messages of one dossier have serial numbers without gaps and leave in their
order; a row is written in the transaction that takes note of the event, and the intent to send before it is sent.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

LINK_STATES = [("idle", "idle"), ("waiting", "waiting"), ("parked", "parked")]
MESSAGE_STATES = [("waiting", "waiting"), ("sent", "sent"), ("delivered", "delivered"), ("refused", "refused")]
INBOUND_STATES = [("waiting", "waiting"), ("applied", "applied"), ("refused", "refused"), ("stale", "stale")]


class Link(models.Model):
    """One of our dossiers as the portal knows it. Its row is locked by whoever adds a message or takes one to send.

    One without a dossier is for an `unknown_code`: the portal asked for something about a dossier that we don't have,
    and is told so. The `last_…` numbers say up to which rows of the dossier messages were made. `held_until` is the end
    of the time for which a sender has its first message in hand; one that was killed lets go by that.
    """

    dossier = models.OneToOneField("dossiers.Dossier", null=True, on_delete=models.PROTECT, related_name="+")
    unknown_code = models.CharField(max_length=200, blank=True, default="", db_default="")
    national_code = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=LINK_STATES, default="idle")
    next_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    last_serial = models.PositiveIntegerField(default=0)
    last_event = models.BigIntegerField(default=0)
    last_task = models.BigIntegerField(default=0)
    last_paper = models.BigIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(default=0)
    synced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["national_code"], condition=~Q(national_code=""), name="nationalportal_code_once"
            ),
            models.UniqueConstraint(
                fields=["unknown_code"], condition=~Q(unknown_code=""), name="nationalportal_unknown_once"
            ),
            models.CheckConstraint(
                condition=Q(dossier__isnull=False, unknown_code="")
                | Q(dossier__isnull=True, national_code="") & ~Q(unknown_code=""),
                name="nationalportal_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(next_at__isnull=False), name="nationalportal_waiting_until"
            ),
        ]
        indexes = [models.Index(fields=["next_at", "id"], condition=Q(state="waiting"), name="nationalportal_due")]

    def __str__(self) -> str:
        return f"{self.dossier_id or self.unknown_code} {self.state}"


class Message(models.Model):
    """One message about a dossier, under the number that makes it count once. `source` is the row it tells of."""

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="messages")
    serial = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    source = models.CharField(max_length=100)
    message = models.CharField(max_length=36, unique=True)
    content = models.JSONField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MESSAGE_STATES, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    intended_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "serial"], name="nationalportal_serial_once"),
            models.UniqueConstraint(fields=["link", "source"], name="nationalportal_source_once"),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(answered_at__isnull=False), name="nationalportal_delivered_when"
            ),
        ]
        indexes = [
            models.Index(fields=["link", "serial"], condition=~Q(state="delivered"), name="nationalportal_undelivered"),
            models.Index(
                fields=["answered_at"],
                condition=Q(state="delivered") & ~Q(kind="result"),
                name="nationalportal_prunable",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id}/{self.serial} {self.kind}"


class Inbound(models.Model):
    """One message of the portal, kept once however often it comes; handled in the order of the portal's list."""

    message = models.CharField(max_length=200, unique=True)
    position = models.BigIntegerField()
    kind = models.CharField(max_length=200)
    code = models.CharField(max_length=200)
    serial = models.PositiveIntegerField()
    content = models.JSONField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=INBOUND_STATES, default="waiting")
    reason = models.CharField(max_length=300, blank=True)
    handled_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(handled_at__isnull=False), name="nationalportal_handled_when"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="nationalportal_refused_why"),
        ]
        indexes = [
            models.Index(fields=["position"], condition=Q(state="waiting"), name="nationalportal_unhandled"),
            models.Index(fields=["code", "serial"], name="nationalportal_of_code"),
            models.Index(
                fields=["handled_at"],
                condition=~Q(state="waiting") & ~Q(content={}),
                name="nationalportal_to_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} {self.state}"


class SectoralDossier(models.Model):
    """A dossier of a procedure that a ministry's system runs, on the province's territory: its newest status.

    Nothing of the applicant; who has its code and tracking code may see where it stands.
    """

    code = models.CharField(max_length=200, unique=True)
    procedure = models.CharField(max_length=200)
    agency = models.CharField(max_length=200)
    agency_name = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    status_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tracking_digest = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["tracking_digest"], condition=~Q(tracking_digest=""), name="nationalportal_tracked"),
            models.Index(fields=["-status_at", "id"], name="nationalportal_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.status}"


class SectoralStatus(models.Model):
    """One status that such a dossier had, as it was told; those that came late stand in their place."""

    dossier = models.ForeignKey(SectoralDossier, on_delete=models.PROTECT, related_name="history")
    serial = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "serial"], name="nationalportal_told_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.serial} {self.status}"


class Feed(models.Model):
    """How far the portal's list was read, when, and what was wrong the last time."""

    name = models.CharField(max_length=20, unique=True)
    cursor = models.BigIntegerField(default=0)
    polled_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.cursor}"
