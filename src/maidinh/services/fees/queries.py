"""What a dossier costs and whether it is paid. Layer 4; the dossier's own policy decides who sees it."""

from __future__ import annotations

from maidinh.services.fees.models import Charge


def charge_of(dossier_id: int) -> Charge | None:
    """The charge of a dossier; None when nothing is to be paid, or the dossier is not the actor's to see."""
    return Charge.objects.filter(dossier_id=dossier_id).first()


def unpaid(dossier_id: int) -> bool:
    """Whether something is charged and not paid."""
    return Charge.objects.filter(dossier_id=dossier_id, paid_at__isnull=True).exists()
