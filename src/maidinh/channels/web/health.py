"""Whether this process answers: for whoever watches it. Layer 2; says nothing of what is inside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from maidinh.channels.routing import ANYONE, PAGES, Page


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


# Not made by `page`: it must answer while the database is gone, and reads no row.
PAGES["health"] = Page("health", "health", ANYONE, ("GET",))
ROUTES = [path("health", health, name="health")]
