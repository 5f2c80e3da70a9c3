"""Drafts of procedures as a Django app. Layer 4."""

from __future__ import annotations

from django.apps import AppConfig


class AuthoringConfig(AppConfig):
    """Versions of procedures in the making: their files, who wrote them, who decided."""

    name = "maidinh.services.authoring"
    label = "authoring"
    default_auto_field = "django.db.models.BigAutoField"
