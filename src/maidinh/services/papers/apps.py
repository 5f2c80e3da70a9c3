"""The papers app. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Digitised papers that are kept to be used again."""

    name = "maidinh.services.papers"
    label = "papers"
    default_auto_field = "django.db.models.BigAutoField"
