"""Which agencies there are. Layer 7; agencies are public facts."""

from __future__ import annotations

from maidinh.infrastructure.organisations.models import Agency


def agency(code: str) -> Agency:
    """The agency with this code; Agency.DoesNotExist when there is none."""
    return Agency.objects.get(code=code)


def in_line(one: str, other: str) -> bool:
    """Whether one agency is the other or stands above it, on either side. The root of all stands above nobody here."""
    return one == other or one in _above(other) or other in _above(one)


def _above(code: str) -> list[str]:
    parents = dict(Agency.objects.values_list("code", "parent_id"))
    found: list[str] = []
    at = parents.get(code)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found[:-1]


def agency_names(language: str) -> dict[str, str]:
    """Every agency's name by its code."""
    rows = Agency.objects.values_list("code", "name_vi", "name_en")
    return {code: (english or name) if language == "en" else name for code, name, english in rows}


def agencies() -> dict[str, Agency]:
    """Every agency by its code."""
    return {row.code: row for row in Agency.objects.all()}
