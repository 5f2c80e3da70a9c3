"""Who the person behind a session is: middleware that puts the actor on the request.

Layer 2. An official's roles are read at every request, so that taking a role away works at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from maidinh.infrastructure.identity.queries import actor_of_account, anonymous

ACCOUNT, SIGNED_IN_AT = "account", "signed-in-at"


def actor_of_session(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `request.actor` is the signed-in actor, or the anonymous one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def signed_in_at(request: HttpRequest) -> datetime | None:
    """When the session was signed in; None where it doesn't say."""
    told = request.session.get(SIGNED_IN_AT)
    return datetime.fromisoformat(told) if told else None


def _actor(request: HttpRequest) -> object:
    account = request.session.get(ACCOUNT)
    return anonymous() if account is None else actor_of_account(account)
