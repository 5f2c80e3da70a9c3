"""Every role has a home whose pages exist and are its own to open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from maidinh.channels.routing import PAGES
from maidinh.config import urls
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import roles
from maidinh.users.menus import HOMES, homes_of, may_open, of_request

assert urls.urlpatterns


def actor_with(role: str) -> Actor:
    kind = {"anonymous": "anonymous", "citizen": "citizen", "business": "citizen"}.get(role, "official")
    return Actor(kind=kind, id="x", roles=frozenset({role}), permissions=roles().permissions_of([role]))  # type: ignore[arg-type]


def test_every_role_has_one_home() -> None:
    assert sorted(home.role for home in HOMES) == sorted(role.id for role in roles().roles)


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.role)
def test_a_home_leads_only_to_pages_that_exist_and_are_allowed(home: Any) -> None:
    actor = actor_with(home.role)
    for entry in (*home.tasks, *home.menu):
        assert entry.page in PAGES, f"there is no page {entry.page}"
        assert may_open(actor, entry.page), f"{home.role} may not open {entry.page}"
    assert home.tasks
    assert home.guide


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.role)
def test_the_menu_marks_where_one_is(home: Any) -> None:
    request = RequestFactory().get(reverse("architecture"))
    request.actor = actor_with(home.role)  # type: ignore[attr-defined]
    shown = of_request(request)
    assert [entry["text"] for entry in shown["menu"] if entry["current"]]
    assert bool(shown["side_menu"]) == (request.actor.kind == "official")  # type: ignore[attr-defined]


def test_an_unknown_role_opens_nothing() -> None:
    assert homes_of(Actor(kind="official", roles=frozenset({"nobody"}))) == []


def test_the_desk_greets_each_official(db: None, province: Any, sign_in_as: Any) -> None:
    from maidinh.infrastructure.identity import queries

    seen = set()
    for person in province.organisations.officials:
        if seen >= set(person.roles):
            continue
        seen |= set(person.roles)
        client = Client()
        sign_in_as(client, queries.actor_of_official(queries.official(person.id)))
        page = client.get(reverse("desk"))
        assert page.status_code == 200
        assert person.name in page.content.decode()
    assert len(seen) > 5


def test_a_visitor_is_asked_to_sign_in() -> None:
    answer = Client().get(reverse("desk"))
    assert answer.status_code == 302
    assert reverse("sign-in") in answer["Location"]


def test_one_entry_of_a_menu_is_where_one_is(official: Any) -> None:
    request = RequestFactory().get("/architecture/versions")
    request.actor = official("architecture.draft")
    for group in of_request(request)["side_menu"]:
        here = [entry["href"] for entry in group["items"] if entry["current"]]
        assert here in ([], ["/architecture/versions"])
    assert [entry["href"] for entry in of_request(request)["menu"] if entry["current"]] == ["/architecture"]
