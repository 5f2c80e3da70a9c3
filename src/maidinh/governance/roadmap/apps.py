"""Roadmap as a Django app. Layer 4, governance."""

from __future__ import annotations

from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    """See the module models."""

    name = "maidinh.governance.roadmap"
    label = "roadmap"
    default_auto_field = "django.db.models.BigAutoField"
