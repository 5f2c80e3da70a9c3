"""The results app. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Results of dossiers."""

    name = "maidinh.services.results"
    label = "results"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.services.results import handlers  # noqa: F401
