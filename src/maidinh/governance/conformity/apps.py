"""Conformity as a Django app: waivers of findings, and the province's own rules. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class ConformityConfig(AppConfig):
    """Waivers with their end, rules of the province with their versions."""

    name = "maidinh.governance.conformity"
    label = "conformity"
    default_auto_field = "django.db.models.BigAutoField"
