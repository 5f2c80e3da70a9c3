"""Marking the draft of a version that came into force as published. Layer 4, governance; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.governance.drafting.models import Draft
from maidinh.governance.drafting.rules import PUBLISHED, SUBMITTED
from maidinh.infrastructure.events.actions import receive


@receive("architecture.published")
def close_draft(payload: dict[str, Any], at: datetime) -> None:
    """The draft that the version was made from ends, with the decision; once, however often the event arrives."""
    waiting = Draft.objects.filter(province=payload["province"], version=payload["version"], state=SUBMITTED)
    for draft, decision, decided_on in waiting.values_list("pk", "made__decision", "made__decided_on"):
        ended = {"state": PUBLISHED, "decision": decision, "decided_on": decided_on, "updated_at": at}
        Draft.objects.filter(pk=draft).update(**ended)
