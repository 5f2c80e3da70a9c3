"""The transparency log as a Django app. Layer 7."""

from __future__ import annotations

from django.apps import AppConfig


class TranslogConfig(AppConfig):
    """Owns the pending and published entries and the checkpoints."""

    name = "maidinh.infrastructure.translog"
    label = "translog"
    default_auto_field = "django.db.models.BigAutoField"
