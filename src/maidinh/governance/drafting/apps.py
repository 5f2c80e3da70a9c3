"""Drafting as a Django app: drafts of architecture versions, opinions on them. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class DraftingConfig(AppConfig):
    """Drafts of architecture versions and what the agencies say of them."""

    name = "maidinh.governance.drafting"
    label = "drafting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the receivers known."""
        from maidinh.governance.drafting import handlers  # noqa: F401
