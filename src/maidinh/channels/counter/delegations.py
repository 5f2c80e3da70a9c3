"""`/desk/delegations`: who may do whose steps on which days, made and ended.

Layer 2. An official lets a colleague do their steps while away; the agency's leader may do it for somebody who is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.handing import LEAD, READ
from maidinh.channels.counter.refusals import in_words
from maidinh.channels.routing import page
from maidinh.channels.wording import language
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import official, officials_of, roles
from maidinh.services.dossiers.actions.assignment import NoDelegation, delegate, end_delegation
from maidinh.services.dossiers.actions.steps import NotYours, ReasonMissing
from maidinh.services.dossiers.queries import delegations_of
from maidinh.services.procedures.queries import offered

LONGEST = 1000
MOST_SHOWN = 100


def delegations(request: HttpRequest) -> HttpResponse:
    """Those that are known; by POST, a new one or the end of one."""
    if request.method == "GET":
        return _shown(request)
    if "end" in request.POST:
        return _end(request)
    return _make(request)


def _make(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    posted = request.POST
    of = posted.get("of", actor.id) if actor.may(LEAD) else actor.id
    giver = official(of)
    days = {name: _day(posted, name) for name in ("from_day", "until_day")}
    words = {"from_day": _("Enter the first day"), "until_day": _("Enter the last day")}
    errors = {} if posted.get("to") else _wrong("to")
    errors |= {name: words[name] for name, day in days.items() if day is None}
    reason = posted.get("reason", "").strip()
    if not reason or len(reason) > LONGEST:
        errors["reason"] = _("Say why, in at most %(n)s characters") % {"n": LONGEST}
    known = {version.code for version in offered()}
    scope = [code for code in posted.getlist("procedures") if code in known]
    first, last = days["from_day"], days["until_day"]
    if not errors and first is not None and last is not None:
        try:
            delegate(
                actor=actor,
                of=of,
                to=posted.get("to", ""),
                roles_given=list(giver.roles) if giver else [],
                procedures=scope,
                from_day=first,
                until_day=last,
                reason=reason,
                at=timezone.now(),
            )
            return redirect(f"{reverse('delegations')}?done=made")
        except NoDelegation as wrong:
            errors = _wrong(wrong.field)
        except ReasonMissing:
            errors = {"reason": _("Say why")}
    return _shown(request, errors=errors, status=422)


def _end(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("end", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    try:
        end_delegation(actor=request.actor, delegation_id=number, at=timezone.now())  # type: ignore[attr-defined]
    except NotYours as refusal:
        return _shown(request, problem=in_words(refusal), status=409)
    return redirect(f"{reverse('delegations')}?done=ended")


def _shown(
    request: HttpRequest, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()
    names = {version.code: version.procedure.short_name.in_language(language()) for version in offered()}
    people = [(person.pk, person.name) for person in officials_of(actor.agency)]
    context = {
        "rows": [_row(each, actor, today, names) for each in delegations_of(actor)[:MOST_SHOWN]],
        "people": [(pk, name) for pk, name in people if actor.may(LEAD) or pk != actor.id],
        "leads": actor.may(LEAD),
        "procedures": sorted(names.items(), key=lambda pair: pair[1]),
        "typed": request.POST,
        "chosen": request.POST.getlist("procedures"),
        "days": {name: _typed_day(request.POST, name) for name in ("from_day", "until_day")},
        "of": request.POST.get("of", actor.id),
        "errors": errors or {},
        "problem": problem,
        "notice": {"made": _("The delegation is made."), "ended": _("The delegation has ended.")}.get(
            request.GET.get("done", ""), ""
        ),
    }
    return render(request, "counter/delegations.html", context, status=status)


def _row(each: Any, actor: Actor, today: date, names: Mapping[str, str]) -> dict[str, Any]:
    over = each.ended_at is not None or each.until_day < today
    return {
        "id": each.pk,
        "of": _name(each.of_official),
        "to": _name(each.to_official),
        "roles": ", ".join(roles().role(role).name.in_language(language()) for role in each.roles),
        "scope": ", ".join(names.get(code, code) for code in each.procedures),
        "from_day": each.from_day,
        "until_day": each.until_day,
        "reason": each.reason,
        "state": "over" if over else ("ahead" if each.from_day > today else "now"),
        "may_end": not over and (actor.id in (each.of_official, each.made_by) or actor.may(LEAD)),
    }


def _name(official_id: str) -> str:
    person = official(official_id)
    return person.name if person else official_id


def _wrong(field: str) -> dict[str, str]:
    words = {
        "of": _("Choose an official of your agency"),
        "to": _("Choose a colleague of the same agency"),
        "roles": _("This colleague may not do such steps: choose another"),
        "until_day": _("The last day is today or later, and not before the first day"),
    }
    return {"to" if field == "roles" else field: words[field]}


def _day(posted: Mapping[str, str], name: str) -> date | None:
    typed = [posted.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day")]
    if not all(each.isascii() and each.isdigit() and len(each) <= 4 for each in typed):
        return None
    try:
        return date(*(int(each) for each in typed))
    except ValueError:
        return None


def _typed_day(posted: Mapping[str, str], name: str) -> dict[str, str]:
    return {part: posted.get(f"{name}-{part}", "")[:10] for part in ("day", "month", "year")}


ROUTES = [page("desk/delegations", delegations, name="delegations", who=READ, methods=("GET", "POST"))]
