"""A dossier goes on when its fee is paid online, at whatever hour. Layer 4; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import receive
from maidinh.services.dossiers.actions.paying import BY_PROVIDER, go_on_paid, locked_dossier
from maidinh.services.dossiers.models import Dossier


@receive("fee.paid")
def go_on_when_paid(payload: dict[str, Any], at: datetime) -> None:
    """One step forward for one payment, however often the event arrives; paid at the desk, it has gone on already."""
    receiving = Dossier.objects.values_list("receiving", flat=True).get(pk=payload["dossier"])
    with acting(agencies=[receiving]):
        go_on_paid(locked_dossier(payload["dossier"]), BY_PROVIDER, at)
