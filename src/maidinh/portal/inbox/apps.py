"""The inbox as a Django app: notices to people, written when a dossier's status changes. Layer 3."""

from __future__ import annotations

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Notices to people about their dossiers."""

    name = "maidinh.portal.inbox"
    label = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.portal.inbox import handlers  # noqa: F401
