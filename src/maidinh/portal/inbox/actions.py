"""Reading notices, and telling of newer versions of procedures that somebody has begun to apply for. Layer 3."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.portal.forms.queries import drafts_left_behind
from maidinh.portal.inbox.models import Notice
from maidinh.portal.inbox.queries import notices_for

DRAFT = "draft"
NO_STATUS = 0  # an application that isn't submitted has none
KIND_LENGTH = 40


@transaction.atomic
def mark_read(*, actor: Actor, up_to: int, at: datetime) -> int:
    """Note that the person has read their notices up to this one; returns how many were new."""
    read = notices_for(actor).filter(read_at__isnull=True, pk__lte=up_to).order_by().update(read_at=at)
    if read:
        record_act(actor=actor, action="read notices", subject=actor.id, at=at, details={"notices": read})
    return read


def tell_of_newer_versions(*, at: datetime) -> int:
    """Tell each applicant once that a version has followed the one they began under; how many were told now.

    The notice carries the application's id. What they typed stays as it is.
    """
    told = 0
    for each in drafts_left_behind(localtime(at).date()):
        _, made = Notice.objects.get_or_create(
            person=each.applicant,
            kind=f"{DRAFT} {each.newer.version}"[:KIND_LENGTH],
            dossier=str(each.draft),
            status=NO_STATUS,
            defaults={"at": at},
        )
        told += made
    return told
