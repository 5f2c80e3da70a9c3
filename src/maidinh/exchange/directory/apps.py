"""The directory as a Django app. Layer 6."""

from __future__ import annotations

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Published directories of the exchange."""

    name = "maidinh.exchange.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
