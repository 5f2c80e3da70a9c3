"""`/desk/dossiers/<code>/ending`: stopping a dossier with a reason, or ending one whose supplement never came.

Layer 2. The applicant reads the reason, and form 05 carries it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import LONGEST_TEXT, READ, found, log_keeper
from maidinh.channels.counter.refusals import REFUSALS, in_words
from maidinh.channels.routing import page
from maidinh.services.dossiers.actions.ending import (
    NotToEnd,
    StillAwaited,
    awaited_until,
    end_unanswered,
    may_stop,
    stop_dossier,
)
from maidinh.services.results.actions import issue_due_forms

SUPPLEMENT = 5


def ending(request: HttpRequest, code: str) -> HttpResponse:
    """What ending it means, and why; by POST, ended."""
    dossier = found(request, code)
    if request.method == "GET":
        return _shown(request, dossier)
    reason = request.POST.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_TEXT:
        told = _("Give the reason, in at most %(n)s characters") % {"n": LONGEST_TEXT}
        return _shown(request, dossier, errors={"reason": told}, status=422)
    end = end_unanswered if dossier.status == SUPPLEMENT else stop_dossier
    try:
        end(actor=request.actor, code=code, reason=reason, at=timezone.now(), log=log_keeper())
    except StillAwaited as refusal:
        return _shown(request, dossier, problem=_awaited(refusal.until), status=409)
    except NotToEnd:
        return _shown(request, dossier, problem=_("The dossier has ended, or its result is signed."), status=409)
    except REFUSALS as refusal:
        return _shown(request, dossier, problem=in_words(refusal), status=409)
    issue_due_forms(dossier=found(request, code), at=timezone.now())
    return redirect(f"{reverse('desk-dossier', kwargs={'code': code})}?done=stopped")


def _shown(
    request: HttpRequest, dossier: Any, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    at = timezone.now()
    until = awaited_until(dossier)
    waits = dossier.status == SUPPLEMENT
    may = (until is not None and at > until) if waits else may_stop(request.actor, dossier, at)
    if not may and not problem:
        problem = _awaited(until) if waits else _("This dossier is not yours to stop, or it has ended.")
    context = {
        "dossier": dossier,
        "may": may,
        "waits": waits,
        "until": until,
        "typed": request.POST,
        "errors": errors or {},
        "problem": problem,
    }
    return render(request, "counter/ending.html", context, status=status)


def _awaited(until: Any) -> str:
    if until is None:
        return _("A supplement is awaited, and the rules name no day after which the dossier may be ended.")
    moment = f"{timezone.localtime(until):%H:%M %d/%m/%Y}"
    return _("The supplement is awaited until %(moment)s. The dossier may be ended after that.") % {"moment": moment}


ROUTES = [page("desk/dossiers/<str:code>/ending", ending, name="desk-ending", who=READ, methods=("GET", "POST"))]
