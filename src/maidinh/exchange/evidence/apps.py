"""The evidence of the exchange as a Django app. Layer 6."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """What was exchanged, refused or begun."""

    name = "maidinh.exchange.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
