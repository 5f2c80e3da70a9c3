"""`/desk/dossiers/<code>/extension`: moving the date of a dossier, with an apology, before it is due. Layer 2."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.refusals import in_words
from maidinh.channels.routing import page
from maidinh.infrastructure.actor import Actor
from maidinh.services.dossiers.actions.ending import awaited_until, may_stop
from maidinh.services.dossiers.actions.extending import LONGEST, NoExtension, extend_dossier, extendable
from maidinh.services.dossiers.actions.steps import NotYours, ReasonMissing
from maidinh.services.dossiers.queries import dossier_for
from maidinh.services.results.actions import issue_due_forms

LONGEST_TEXT = 4000
WORK = "dossier.process"
SUPPLEMENT = 5


def ways_of(actor: Actor, dossier: Any, at: datetime) -> list[dict[str, str]]:
    """What else the official may do with the dossier, each on a page of its own."""
    ways = []
    if actor.may(WORK) and _may_move(dossier, at):
        address = reverse("desk-extension", kwargs={"code": dossier.code})
        ways.append({"href": address, "text": _("Apologise and move the date")})
    until = awaited_until(dossier)
    if may_stop(actor, dossier, at) if dossier.status != SUPPLEMENT else (until is not None and at > until):
        ways.append({"href": reverse("desk-ending", kwargs={"code": dossier.code}), "text": _("Stop the dossier")})
    return ways


def extension(request: HttpRequest, code: str) -> HttpResponse:
    """The present date and until when it may be moved; by POST, moved."""
    dossier = dossier_for(request.actor, code)
    if dossier is None:
        raise Http404(code)
    if request.method == "GET":
        return _shown(request, dossier)
    typed = {name: request.POST.get(name, "").strip() for name in ("amount", "reason")}
    errors = {}
    if not (typed["amount"].isascii() and typed["amount"].isdigit() and 0 < int(typed["amount"][:4]) <= LONGEST):
        errors["amount"] = _("Enter a whole number from 1 to %(n)s") % {"n": LONGEST}
    if not typed["reason"] or len(typed["reason"]) > LONGEST_TEXT:
        errors["reason"] = _("Give the reason in at most %(n)s characters. The applicant reads it") % {
            "n": LONGEST_TEXT
        }
    if errors:
        return _shown(request, dossier, errors=errors, status=422)
    try:
        extend_dossier(
            actor=request.actor, code=code, amount=int(typed["amount"]), reason=typed["reason"], at=timezone.now()
        )
    except (NoExtension, ReasonMissing) as refusal:
        return _shown(request, dossier, problem=_why(refusal), status=409)
    except NotYours as refusal:
        return _shown(request, dossier, problem=in_words(refusal), status=409)
    issue_due_forms(dossier=dossier_for(request.actor, code), at=timezone.now())
    return redirect(f"{reverse('desk-dossier', kwargs={'code': code})}?done=extended")


def _shown(
    request: HttpRequest, dossier: Any, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    may: Any = None
    try:
        may = extendable(dossier, timezone.now())
    except NoExtension as refusal:
        problem = problem or _why(refusal)
    units = {
        "working_day": _("Working days more"),
        "working_hour": _("Working hours more"),
        "calendar_day": _("Days more"),
        "month": _("Months more"),
    }
    context = {
        "dossier": dossier,
        "may": may,
        "unit": units[may.unit] if may else "",
        "typed": request.POST,
        "errors": errors or {},
        "problem": problem,
        "earlier": list(dossier.extensions.order_by("id")),
    }
    return render(request, "counter/extension.html", context, status=status)


def _may_move(dossier: Any, at: datetime) -> bool:
    try:
        extendable(dossier, at)
    except NoExtension:
        return False
    return True


def _why(refusal: Exception) -> str:
    cause = refusal.cause if isinstance(refusal, NoExtension) else "amount"
    day = f"{refusal.day:%d/%m/%Y}" if isinstance(refusal, NoExtension) and refusal.day else ""
    words = {
        "not_accepted": _("The dossier is not accepted yet, so there is no date to move."),
        "ended": _("The dossier is decided. There is no date to move."),
        "clock_stands": _("The clock stands still. Move the date when it goes on."),
        "used_up": _("The date was moved already, as often as the law allows."),
        "too_late": _("It is too late to move the date: that was possible until %(day)s.") % {"day": day},
        "amount": _("The new date must be later than the present one."),
    }
    return words[cause]


ROUTES = [
    page("desk/dossiers/<str:code>/extension", extension, name="desk-extension", who=WORK, methods=("GET", "POST"))
]
