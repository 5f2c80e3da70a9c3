"""Duplication as a Django app. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class DuplicationConfig(AppConfig):
    """See the module models."""

    name = "maidinh.governance.duplication"
    label = "duplication"
    default_auto_field = "django.db.models.BigAutoField"
