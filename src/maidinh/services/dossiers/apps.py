"""Dossiers as a Django app: they hear when a fee is paid online. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """Dossiers, their tasks, papers and history."""

    name = "maidinh.services.dossiers"
    label = "dossiers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.services.dossiers import handlers  # noqa: F401
