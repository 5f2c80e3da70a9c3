"""Measures as a Django app: they hear what happens to dossiers. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """The index 766 and what stands beside it."""

    name = "maidinh.services.measures"
    label = "measures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.services.measures import handlers  # noqa: F401
