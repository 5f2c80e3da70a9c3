"""A person's notices. Layer 3; the database shows nobody else's."""

from __future__ import annotations

from django.db.models import QuerySet

from maidinh.infrastructure.actor import Actor, require
from maidinh.portal.inbox.models import Notice


def notices_for(actor: Actor) -> QuerySet[Notice]:
    """The person's notices, the newest first."""
    require(actor, "dossier.read-own")
    return Notice.objects.filter(person=actor.person).order_by("-at", "-id")


def unread_for(actor: Actor) -> int:
    """How many of them the person hasn't read."""
    return notices_for(actor).filter(read_at__isnull=True).count()
