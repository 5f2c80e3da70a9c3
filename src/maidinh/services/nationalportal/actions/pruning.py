"""Taking out what the portal took long ago, so that the queue doesn't grow for ever.

Layer 4, part of the national portal's actions. Only of dossiers of which nothing waits: what isn't delivered keeps all
that went before it. The link keeps its last serial, so what comes later goes on where it was. What told of a result
stays, for an event counts once by it. Of what the portal told the content goes, not the number by which it counts once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.services.nationalportal.models import Inbound, Message

MOST = 5000


@transaction.atomic
def prune_delivered(*, before: datetime, most: int = MOST) -> int:
    """Take out messages that were delivered before this moment, the oldest first; how many."""
    old = Message.objects.filter(state="delivered", answered_at__lt=before, link__state="idle").exclude(kind="result")
    found = list(old.order_by("answered_at", "pk").values_list("pk", flat=True)[:most])
    Message.objects.filter(pk__in=found).delete()
    return len(found)


@transaction.atomic
def empty_handled(*, before: datetime, most: int = MOST) -> int:
    """Empty what the portal told and was handled before this moment, the oldest first; how many."""
    old = Inbound.objects.filter(handled_at__lt=before).exclude(state="waiting").exclude(content={})
    found = list(old.order_by("handled_at", "pk").values_list("pk", flat=True)[:most])
    return Inbound.objects.filter(pk__in=found).update(content={})
