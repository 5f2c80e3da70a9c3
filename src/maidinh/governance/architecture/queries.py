"""Reading architecture versions. Layer 4, governance; a published architecture is public, a draft is its officials'."""

from __future__ import annotations

from django.db.models import QuerySet

from maidinh.governance.architecture.models import DRAFT, PUBLISHED, Version
from maidinh.infrastructure.identity.rules import Actor

DRAFT_READERS = ("architecture.draft", "architecture.publish")


def current_version() -> Version | None:
    """The version in force; None where none was published yet."""
    return Version.objects.filter(state=PUBLISHED).order_by("-published_at").first()


def versions() -> QuerySet[Version]:
    """Every version, the newest first."""
    return Version.objects.order_by("-effective_from", "-submitted_at")


def versions_for(actor: Actor) -> QuerySet[Version]:
    """The versions that this actor may see: drafts only for who drafts or publishes."""
    if any(actor.may(permission) for permission in DRAFT_READERS):
        return versions()
    return versions().exclude(state=DRAFT)
