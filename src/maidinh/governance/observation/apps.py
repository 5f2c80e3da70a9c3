"""Observation as a Django app. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class ObservationConfig(AppConfig):
    """See the module models."""

    name = "maidinh.governance.observation"
    label = "observation"
    default_auto_field = "django.db.models.BigAutoField"
