"""`/exchange/keys`: by which keys systems and agencies are recognised; registering, replacing and revoking them.

Layer 2. What is done here is in force at every gateway within seconds, and entered in the public log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import editions
from maidinh.exchange.keys.rules import (
    AGENCY,
    CALLER,
    ENDED,
    ENDING,
    FUTURE,
    LARGEST_FILE,
    LONGEST_REASON,
    N_,
    PLATFORM,
    REVOKED,
    VALID,
    KeyRefused,
    state_of,
)
from maidinh.governance.keyholding import actions as acts
from maidinh.governance.keyholding.actions import MANAGING
from maidinh.governance.keyholding.queries import Holder, RegisteredKey, holder_named, holders, registered_key
from maidinh.infrastructure.actor import Actor

PER_PAGE = 20
SOON, NONE = "soon", "none"
TOO_LARGE = N_("This is no certificate request (PKCS#10).")
TONES = {VALID: "good", ENDING: "wait", FUTURE: "neutral", ENDED: "neutral", REVOKED: "stopped"}
Errors = dict[str, list[str]]


def keys(request: HttpRequest) -> HttpResponse:
    """Every system and agency with its keys."""
    at = timezone.now()
    asked, kind = request.GET.get("q", "")[:100].strip(), request.GET.get("kind", "")
    known = holders()
    found = [
        each
        for each in known
        if kind in ("", each.kind, _standing(each, at)) and asked.casefold() in f"{each.name} {each.id}".casefold()
    ]
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "holders": [_shown(each, at) for each in shown],
        "query": f"?q={asked}&kind={kind}&" if asked or kind else "?",
        "asked": asked,
        "kind": kind,
        "kinds": [
            ("", _("all")), (CALLER, _("systems")), ("member", _("agencies")), (SOON, _("key ends soon")),
            (NONE, _("without a key")),
        ],
        "soon": sum(_standing(each, at) in (SOON, NONE) for each in known),
        "overlap": acts.overlap().days,
        "done": _done_words().get(request.GET.get("done", "")),
    }  # fmt: skip
    return render(request, "exchange/keys.html", context)


def register(request: HttpRequest) -> HttpResponse:
    """Register a key that the agency keeps itself, by a certificate request."""
    holder, typed = _holder(request), request.POST.get("request", "")[: LARGEST_FILE + 1]

    def act(actor: Actor) -> None:
        if not typed.strip():
            raise KeyRefused("request", N_("Paste the certificate request."))
        if len(typed) > LARGEST_FILE:
            raise KeyRefused("request", TOO_LARGE)
        proof = acts.Proof(request=typed.encode())
        acts.register_key(actor=actor, holder=holder.id, proof=proof, at=timezone.now(), signer=settings.SIGNER)

    return _form(request, "exchange/register.html", act, "registered", {"holder": holder, "typed": typed})


def rotate(request: HttpRequest) -> HttpResponse:
    """Have the platform make the next key of a system or an agency."""
    holder = _holder(request)
    return _form(
        request,
        "exchange/rotate.html",
        lambda actor: acts.rotate_key(actor=actor, holder=holder.id, at=timezone.now(), signer=settings.SIGNER),
        "rotated",
        {"holder": holder},
    )


def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke a key for good."""
    source = request.POST if request.method == "POST" else request.GET
    row = registered_key(source.get("key", "")[:255].replace("\0", ""))
    holder = holder_named(row.holder) if row else None
    if row is None or holder is None:
        raise Http404("key")
    reason = request.POST.get("reason", "")[: LONGEST_REASON + 1]
    at = timezone.now()
    left = [each for each in holder.living(at) if each.pk != row.pk]
    context = {"row": row, "holder": holder, "reason": reason, "left": left, "longest": LONGEST_REASON}
    return _form(
        request,
        "exchange/revoke.html",
        lambda actor: acts.revoke_key(actor=actor, kid=row.kid, reason=reason, at=at, signer=settings.SIGNER),
        "revoked",
        context,
    )


def ending_soon(actor: Actor, at: datetime) -> int:
    """How many systems and agencies have no key, or soon none: a figure of the administrator's home."""
    del actor
    return sum(_standing(each, at) in (SOON, NONE) for each in holders())


def _form(
    request: HttpRequest, template: str, act: Callable[[Actor], Any], done: str, context: dict[str, Any]
) -> HttpResponse:
    errors: Errors = {}
    if request.method == "POST":
        try:
            act(request.actor)  # type: ignore[attr-defined]
        except KeyRefused as refusal:
            errors = {refusal.field: [_(refusal.says)]}
        else:
            return redirect(f"{reverse('exchange-keys')}?done={done}")
    more = {"errors": errors, "overlap": acts.overlap().days}
    return render(request, template, context | more, status=422 if errors else 200)


def _holder(request: HttpRequest) -> Holder:
    source = request.POST if request.method == "POST" else request.GET
    holder = holder_named(source.get("holder", "")[:250])
    if holder is None or not holder.declared:
        raise Http404("holder")
    return holder


def _standing(holder: Holder, at: datetime) -> str:
    """Whether somebody must see to this holder's keys."""
    if not holder.living(at):
        return NONE if holder.declared else ""
    ends = holder.ends(at)
    soon = timedelta(days=editions.notice().contract_ends_days)
    return SOON if holder.declared and ends is not None and ends - at <= soon else ""


def _shown(holder: Holder, at: datetime) -> dict[str, Any]:
    standing = _standing(holder, at)
    return {
        "holder": holder,
        "kind": _("system") if holder.kind == CALLER else _("agency"),
        "state": {SOON: _("key ends soon"), NONE: _("without a key")}.get(standing, ""),
        "tone": "stopped" if standing == NONE else "wait",
        "full": holder.full(at),
        "keys": (known := [_key(each, at) for each in holder.keys]),
        "past": [each for each in known if not each["living"]],
    }


def _key(row: RegisteredKey, at: datetime) -> dict[str, Any]:
    state = state_of(row.term, at)
    return {"row": row, "state": _states()[state], "tone": TONES[state], "custody": _custodies()[row.custody],
            "living": state in (VALID, ENDING, FUTURE)}  # fmt: skip


def _states() -> dict[str, str]:
    return {
        FUTURE: _("does not hold yet"),
        VALID: _("in force"),
        ENDING: _("key ends soon"),
        ENDED: _("has ended"),
        REVOKED: _("key revoked"),
    }


def _custodies() -> dict[str, str]:
    return {PLATFORM: _("The platform's signer"), AGENCY: _("The agency itself")}


def _done_words() -> dict[str, str]:
    return {
        "registered": _("The key is registered. The exchange recognises it within seconds."),
        "rotated": _("The new key is in use. The one before holds some days more."),
        "revoked": _("The key is revoked. The exchange refuses it within seconds."),
    }


LIST = "exchange/keys"
BOTH = ("GET", "POST")
ROUTES = [
    page(LIST, keys, name="exchange-keys", who=MANAGING),
    page(f"{LIST}/register", register, name="exchange-key-register", who=MANAGING, methods=BOTH),
    page(f"{LIST}/rotate", rotate, name="exchange-key-rotate", who=MANAGING, methods=BOTH),
    page(f"{LIST}/revoke", revoke, name="exchange-key-revoke", who=MANAGING, methods=BOTH),
]
