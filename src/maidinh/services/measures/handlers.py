"""What happens to a dossier makes it wait to be counted again. Layer 4; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.events.actions import receive
from maidinh.services.measures.actions import count_again


@receive("dossier.submitted")
@receive("dossier.status_changed")
@receive("dossier.extended")
@receive("dossier.paper_added")
@receive("dossier.moved")
@receive("result.issued")
@receive("result.revoked")
@receive("fee.charged")
@receive("fee.paid")
@receive("fee.refunded")
def count_when_changed(payload: dict[str, Any], at: datetime) -> None:
    """It waits once, however often events of it arrive."""
    del at
    count_again(dossier_id=payload["dossier"])
