"""The keys of the exchange's members and systems as a Django app. Layer 6."""

from __future__ import annotations

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Which public key belongs to whom, from when to when."""

    name = "maidinh.exchange.keys"
    label = "keys"
    default_auto_field = "django.db.models.BigAutoField"
