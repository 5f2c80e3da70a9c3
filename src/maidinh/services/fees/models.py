"""Fees charged for dossiers (phí, lệ phí), their payment online, refunds and reconciliation. Layer 4; whole dong.

The database holds that a charge has at most one payment open or paid, that a transaction of the provider pays once and
is given back once, and that whoever asks for a refund does not approve it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Charge(models.Model):
    """What one dossier costs, once; paid when an official recorded the payment, or a provider took it."""

    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    charged_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=60, blank=True)
    receipt_number = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, recorded_by="", receipt_number="")
                | Q(paid_at__isnull=False) & ~Q(recorded_by="") & ~Q(receipt_number=""),
                name="fees_paid_has_receipt",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.amount} {self.currency}"


class Payment(models.Model):
    """One try to pay a charge online. `order` is our number for it, under which the provider knows it.

    `reference` is the provider's transaction that paid; `receipt` and `entry` are what the transparency log holds.
    """

    order = models.CharField(max_length=40, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="payments")
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="created")
    provider = models.CharField(max_length=60)
    reference = models.CharField(max_length=80, null=True)
    address = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    receipt = models.JSONField(null=True)
    entry = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                condition=Q(state__in=["created", "pending", "paid"]),
                name="fees_one_payment_open_or_paid",
            ),
            models.UniqueConstraint(fields=["provider", "reference"], name="fees_reference_pays_once"),
            models.CheckConstraint(
                condition=Q(state__in=["created", "pending", "paid", "failed", "refunded"]), name="fees_payment_state"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, currency="VND"), name="fees_payment_whole_dong"),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "refunded"])
                | Q(reference__isnull=False, paid_at__isnull=False, receipt__isnull=False, entry__isnull=False),
                name="fees_paid_payment_has_reference",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["created", "pending"]), name="fees_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.state}"


class PaymentNotice(models.Model):
    """What a provider called to tell us, signed by it; `number` is the provider's, so that a repeated call is one."""

    provider = models.CharField(max_length=60)
    number = models.CharField(max_length=80)
    statement = models.JSONField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "number"], name="fees_notice_once")]
        indexes = [models.Index(fields=["id"], condition=Q(handled_at__isnull=True), name="fees_notices_waiting")]

    def __str__(self) -> str:
        return f"{self.provider} {self.number}"


class Refund(models.Model):
    """Money of one transaction that goes back. What was paid twice goes back by itself; else two officials agree.

    `number` is ours: the provider gives the same number's money back once.
    """

    number = models.CharField(max_length=40, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    provider = models.CharField(max_length=60)
    reference = models.CharField(max_length=80)
    amount = models.PositiveBigIntegerField()
    automatic = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, default="asked")
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(state="declined"), name="fees_reference_goes_back_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "approved", "declined", "refused", "done"]), name="fees_refund_state"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="fees_refund_whole_dong"),
            models.CheckConstraint(
                condition=Q(state="asked")
                | Q(automatic=True)
                | ~Q(decided_by="") & ~Q(decided_by=F("asked_by")) & Q(decided_at__isnull=False),
                name="fees_refund_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Reconciliation(models.Model):
    """One day compared with the provider's list of it; the last comparison counts."""

    provider = models.CharField(max_length=60)
    day = models.DateField()
    at = models.DateTimeField()
    lines = models.PositiveIntegerField()
    paid = models.PositiveBigIntegerField()
    given_back = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "day"], name="fees_day_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"


class ReconciliationFinding(models.Model):
    """What does not agree with the provider, for the cashier of `agency`; of no agency where the order is unknown."""

    kind = models.CharField(max_length=20)
    provider = models.CharField(max_length=60)
    reference = models.CharField(max_length=80)
    order = models.CharField(max_length=80)
    agency = models.CharField(max_length=35, blank=True)
    dossier = models.CharField(max_length=60, blank=True)
    told = models.BigIntegerField()
    expected = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=10)
    day = models.DateField()
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "provider", "order", "reference"], name="fees_found_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="", note="")
                | Q(closed_at__isnull=False) & ~Q(closed_by="") & ~Q(note=""),
                name="fees_closed_with_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order} {self.reference}"
