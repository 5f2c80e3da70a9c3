"""Appraisal as a Django app. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    """See the module models."""

    name = "maidinh.governance.appraisal"
    label = "appraisal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.governance.appraisal import handlers  # noqa: F401
