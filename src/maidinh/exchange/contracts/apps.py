"""Contracts between agencies as a Django app. Layer 6."""

from __future__ import annotations

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Proposed texts of contracts, and what agencies answered."""

    name = "maidinh.exchange.contracts"
    label = "contracts"
    default_auto_field = "django.db.models.BigAutoField"
