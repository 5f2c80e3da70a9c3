"""Every address declares who may call it; nothing is routed by another road."""

from __future__ import annotations

from django.urls import get_resolver

from maidinh.channels.routing import ANYONE, PAGES
from maidinh.config.urls import urlpatterns
from maidinh.infrastructure.identity.queries import roles


def test_every_route_is_a_declared_page() -> None:
    names = [pattern.name for pattern in urlpatterns]
    assert len(names) > 10
    assert len(set(names)) == len(names), "two routes have the same name"
    assert set(names) == set(PAGES)
    assert all(not hasattr(pattern, "url_patterns") for pattern in get_resolver().url_patterns), "routes are not nested"


def test_every_page_names_a_permission_there_is() -> None:
    known = {permission.id for permission in roles().permissions}
    assert {page.who for page in PAGES.values()} <= known | {ANYONE}


def test_every_permission_is_somebodys() -> None:
    known = roles()
    given = {permission for role in known.roles for permission in role.permissions}
    assert {permission.id for permission in known.permissions} == given
