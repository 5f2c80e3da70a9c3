"""Which agencies there are. Layer 7; agencies are public facts."""

from __future__ import annotations

from maidinh.infrastructure.organisations.models import Agency


def agency(code: str) -> Agency:
    """The agency with this code; Agency.DoesNotExist when there is none."""
    return Agency.objects.get(code=code)


def agency_names(language: str) -> dict[str, str]:
    """Every agency's name by its code."""
    return {row.code: row.name(language) for row in Agency.objects.all()}
