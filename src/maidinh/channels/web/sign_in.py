"""Signing in at the identity provider and out again. Layer 2.

The session's key changes at both, so that nobody can hand a session to somebody else.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from maidinh.channels.routing import ANYONE, page
from maidinh.channels.sessions import ACCOUNT, SIGNED_IN_AT
from maidinh.channels.web.context import language
from maidinh.channels.web.wording import sign_in_refusal
from maidinh.infrastructure.identity.actions import SignInRefused, sign_in
from maidinh.infrastructure.identity.adapters.openid import (
    Begun,
    IdentityRefused,
    IdentityUnavailable,
    OpenIdProvider,
)
from maidinh.infrastructure.identity.queries import actor_of_account

BEGUN, NEXT = "sign-in", "sign-in-next"


@cache
def provider() -> OpenIdProvider:
    """The identity provider of this installation."""
    environment = settings.MAIDINH
    return OpenIdProvider(environment.issuer, environment.oidc_client_id, environment.oidc_client_secret)


def begin(request: HttpRequest) -> HttpResponse:
    """Send the person to the identity provider."""
    try:
        begun = provider().begin(redirect_uri=_return_address(), language=language())
    except IdentityUnavailable:
        return _refused(request, "unavailable", 503)
    request.session[BEGUN] = begun.remembered()
    request.session[NEXT] = _own_path(request, request.GET.get("next", ""))
    return redirect(begun.address)


def come_back(request: HttpRequest) -> HttpResponse:
    """Take in the person whom the identity provider sends back."""
    kept = request.session.pop(BEGUN, None)
    destination = _own_path(request, request.session.pop(NEXT, ""))
    if kept is None:
        return _refused(request, "not-begun", 400)
    at = timezone.now()
    try:
        identity = provider().finish(
            begun=Begun(**kept), redirect_uri=_return_address(), answer=request.GET.dict(), at=at
        )
        account = sign_in(issuer=identity.issuer, subject=identity.subject, claims=identity.claims, at=at)
    except IdentityUnavailable:
        return _refused(request, "unavailable", 503)
    except (IdentityRefused, SignInRefused) as refusal:
        return _refused(request, refusal.reason, 403)
    request.session.flush()
    request.session[ACCOUNT], request.session[SIGNED_IN_AT] = account.pk, at.isoformat()
    rotate_token(request)
    official = actor_of_account(account.pk).kind == "official"
    return redirect(destination or reverse("desk" if official else "dossiers"))


def leave(request: HttpRequest) -> HttpResponse:
    """Sign out: nothing of the session remains."""
    request.session.flush()
    rotate_token(request)
    return redirect("home")


def _return_address() -> str:
    return f"{settings.MAIDINH.address}{reverse('sign-in-return')}"


def _own_path(request: HttpRequest, wanted: str) -> str:
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else ""


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "web/sign_in.html", {"text": sign_in_refusal(reason)}, status=status)


ROUTES = [
    page("sign-in", begin, name="sign-in", who=ANYONE),
    page("sign-in/return", come_back, name="sign-in-return", who=ANYONE),
    page("sign-out", leave, name="sign-out", who=ANYONE, methods=("POST",)),
]
