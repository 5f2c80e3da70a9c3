"""The results app. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Results of dossiers."""

    name = "maidinh.services.results"
    label = "results"
