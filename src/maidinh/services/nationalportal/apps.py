"""The app of the national portal. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class NationalPortalConfig(AppConfig):
    """Dossiers synchronised with the national portal."""

    name = "maidinh.services.nationalportal"
    label = "nationalportal"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.services.nationalportal import handlers  # noqa: F401
