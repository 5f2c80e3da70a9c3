"""Whose page it is: the actor, the main menu, and an official's menu of work, for every page. Layer 1.

An entry appears when its page exists and the actor may open it, so that no menu leads to a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.routing import ANYONE, PAGES
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import anonymous
from maidinh.users import (
    administrator,
    appraiser,
    architect,
    auditor,
    business,
    citizen,
    integrator,
    leader,
    one_stop,
    planner,
    project_approver,
    project_officer,
    public,
    specialist,
)
from maidinh.users.home import Home, Item

HOMES: tuple[Home, ...] = (
    public.HOME,
    citizen.HOME,
    business.HOME,
    one_stop.HOME,
    specialist.HOME,
    leader.HOME,
    architect.HOME,
    architect.APPROVER,
    project_officer.HOME,
    appraiser.HOME,
    planner.HOME,
    project_approver.HOME,
    integrator.HOME,
    auditor.HOME,
    administrator.HOME,
)


def homes_of(actor: Actor) -> list[Home]:
    """The homes of the actor's roles, in the order of the house."""
    return [home for home in HOMES if home.role in actor.roles]


def may_open(actor: Actor, page: str) -> bool:
    """Whether the page exists and is the actor's to open."""
    declared = PAGES.get(page)
    return declared is not None and (declared.who == ANYONE or actor.may(declared.who))


def of_request(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: `actor`, `menu`, and for officials `side_menu`."""
    actor: Actor = getattr(request, "actor", None) or anonymous()
    if actor.kind != "official":
        items = citizen.MENU if actor.signed_in else public.MENU
        return {"actor": actor, "menu": _entries(items, actor, request), "side_menu": []}
    groups = [
        {"title": str(home.title), "items": _entries(home.menu, actor, request)}
        for home in homes_of(actor)
        if home.menu
    ]
    top = [Item(_("My work"), "desk"), *(item for item in public.MENU if item.page != "track")]
    return {"actor": actor, "menu": _entries(top, actor, request), "side_menu": groups}


def _entries(items: Iterable[Item], actor: Actor, request: HttpRequest) -> list[dict[str, Any]]:
    entries = [(str(item.title), reverse(item.page)) for item in items if may_open(actor, item.page)]
    here = max((address for _title, address in entries if _at(request.path, address)), key=len, default=None)
    return [{"text": title, "href": address, "current": address == here} for title, address in entries]


def _at(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(f"{address.rstrip('/')}/"))
