"""Fees charged for dossiers (phí, lệ phí) and their payment. Layer 4; whole dong."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Charge(models.Model):
    """What one dossier costs, once; paid when an official recorded the payment and its receipt number."""

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
