"""The archives app. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    """Finished dossiers put away, and what becomes of them when their time is over."""

    name = "maidinh.services.archives"
    label = "archives"
    default_auto_field = "django.db.models.BigAutoField"
