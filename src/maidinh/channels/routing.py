"""The one way a page comes to be: its address, its view, and who may call it.

Layer 2. `page` wraps the view so that the permission is checked and the request's transaction carries the actor's
agencies and person before any row is read. tests/architecture refuses a route made otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse

from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.database.scope import acting

View = Callable[..., HttpResponse]
ANYONE = "anyone"


@dataclass(frozen=True)
class Page:
    """A declared route: who may call it, and by which methods."""

    name: str
    address: str
    who: str
    methods: tuple[str, ...]


PAGES: dict[str, Page] = {}


def page(address: str, view: View, *, name: str, who: str, methods: tuple[str, ...] = ("GET",)) -> URLPattern:
    """A route that `who` may call: a permission's id, or ANYONE. HEAD goes with GET."""
    PAGES[name] = Page(name, address, who, methods)
    allowed = {*methods, *(("HEAD",) if "GET" in methods else ())}

    @wraps(view)
    def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
        if request.method not in allowed:
            return HttpResponseNotAllowed(sorted(allowed), render_to_string("errors/405.html"))
        actor = request.actor  # type: ignore[attr-defined]
        if who != ANYONE and not actor.may(who):
            if actor.signed_in:
                raise PermissionDenied(who)
            return redirect(f"{reverse('sign-in')}?{urlencode({'next': _way_back(request, allowed)})}")
        official = actor.id if actor.kind == "official" else None
        with acting(agencies=actor.agencies, person=actor.person, official=official):
            try:
                answer = view(request, **parts)
            except NotAllowed as refusal:
                raise PermissionDenied(refusal.permission) from refusal
        if actor.signed_in and "Cache-Control" not in answer:
            answer["Cache-Control"] = "private, no-store"  # the next person at this computer finds nothing
        return answer

    return path(address, guarded, name=name)


def _way_back(request: HttpRequest, allowed: set[str]) -> str:
    """Where to go after signing in: to this page, or to the one whose form was sent where this one can't be opened."""
    if "GET" in allowed:
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("Referer", ""))
    return sent_from.path if sent_from.netloc == request.get_host() else ""
