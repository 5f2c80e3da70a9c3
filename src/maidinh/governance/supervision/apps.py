"""Supervision as a Django app. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """See the module models."""

    name = "maidinh.governance.supervision"
    label = "supervision"
    default_auto_field = "django.db.models.BigAutoField"
