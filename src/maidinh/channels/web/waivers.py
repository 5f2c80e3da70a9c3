"""`/architecture/waivers`: findings that may stand until a day: asked for, decided by another person, read by everyone.

Layer 2. What is only asked for, or was refused, is for those who take part.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.routing import page
from maidinh.channels.web import appraisals, findings, rounds
from maidinh.channels.web.context import language
from maidinh.governance.conformity.actions import waivers as acts
from maidinh.governance.conformity.actions.waivers import ASKING, DECIDING, WaiverRefused
from maidinh.governance.conformity.queries import (
    Waiver,
    rules_on,
    takes_part,
    waiver_for,
    waiver_holds,
    waiver_terms,
    waivers_ending_for,
    waivers_for,
    waivers_to_decide,
)
from maidinh.governance.conformity.waiving import (
    ASKED,
    ENDED,
    GRANTED,
    LONGEST_TEXT,
    REFUSED,
    WITHDRAWN,
    faults_of_texts,
)
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import official, roles
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import with_proof

PER_PAGE = 30
TONES = {ASKED: "wait", GRANTED: "good", REFUSED: "stopped", WITHDRAWN: "stopped", ENDED: "neutral"}
Errors = dict[str, list[str]]


def state_names() -> dict[str, str]:
    """What the state of a waiver is called."""
    return {
        ASKED: _("asked for"),
        GRANTED: _("granted"),
        REFUSED: _("refused"),
        WITHDRAWN: _("withdrawn"),
        ENDED: _("ended"),
    }


def waivers(request: HttpRequest) -> HttpResponse:
    """All of them, those that hold now first; what waits for this person, and what of theirs ends soon."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today, wanted = localtime(timezone.now()).date(), request.GET.get("state", "")
    found = waivers_for(actor)
    if wanted == "now":
        found = found.filter(state=GRANTED, valid_from__lte=today, valid_until__gte=today)
    elif wanted in TONES:
        found = found.filter(state=wanted)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    inside = takes_part(actor)
    states = [(each, name) for each, name in state_names().items() if inside or each not in (ASKED, REFUSED)]
    words = Words(today, official=actor.kind == "official")
    context = {
        "page": shown,
        "rows": [words.row(each) for each in shown],
        "waiting": [words.row(each) for each in waivers_to_decide(actor)],
        "ending": [words.row(each) for each in waivers_ending_for(actor)],
        "states": [("", _("all")), ("now", _("hold today")), *states],
        "wanted": wanted,
        "query": f"?{urlencode({'state': wanted})}&",
        "inside": inside,
    }
    return render(request, "architecture/conformity/waivers.html", context)


def waiver(request: HttpRequest, waiver_id: int, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """One waiver: why, until when, asked and decided by whom; the forms of who decides and who withdraws."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(actor, waiver_id)
    today = localtime(timezone.now()).date()
    inside = takes_part(actor)
    decides = actor.may(DECIDING) and row.role in actor.roles
    rule = rules_on(today).get(row.rule)
    context = {
        "row": Words(today, official=actor.kind == "official").row(row),
        "waiver": row,
        "rule": rule,
        "rule_title": rule.title.in_language(language()) if rule else row.rule,
        "remedy": rule.remedy.in_language(language()) if rule else "",
        "inside": inside,
        "people": _people(row) if inside else {},
        "who_decides": _role_name(row.role),
        "holds": waiver_holds(row, today),
        "may_decide": row.state == ASKED and decides and row.asked_by != actor.id,
        "own": row.state == ASKED and decides and row.asked_by == actor.id,
        "may_withdraw": (row.state == ASKED and row.asked_by == actor.id)
        or (row.state == GRANTED and (row.asked_by == actor.id or decides)),
        "done": request.GET.get("done", ""),
        "typed": {name: request.POST.get(name, "")[: LONGEST_TEXT + 1] for name in ("decision", "reason", "granted")},
        "errors": errors or {},
    }
    return render(request, "architecture/conformity/waiver.html", context, status=status)


def ask(request: HttpRequest) -> HttpResponse:
    """Ask that a finding may stand until a day: the finding is the one that the address names."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    source = request.POST if request.method == "POST" else request.GET
    asked = {name: source.get(name, "")[:400].replace("\0", "") for name in ("rule", "subject", "draft")}
    found = appraisals.finding_for(actor, asked["rule"], asked["subject"], asked["draft"])
    if found is None or found.rule.waivable_by is None:
        raise Http404(asked["rule"])
    today = localtime(timezone.now()).date()
    term = waiver_terms().on(today)
    typed: dict[str, Any] = {
        "justification": request.POST.get("justification", "")[: LONGEST_TEXT + 1],
        "legal_ground": request.POST.get("legal_ground", "")[:401],
        "valid_from": _parts(today),
        "valid_until": {},
    }
    errors: Errors = {}
    if request.method == "POST":
        valid_from, typed["valid_from"] = rounds.typed_date(request, "valid_from")
        valid_until, typed["valid_until"] = rounds.typed_date(request, "valid_until")
        if valid_from is None:
            errors["valid_from"] = [_("Enter the first day, with day, month and four-digit year.")]
        if valid_until is None:
            errors["valid_until"] = [_("Enter the last day, with day, month and four-digit year.")]
        if errors:
            for fault in faults_of_texts(acts.kept(typed["justification"]), acts.kept(typed["legal_ground"])):
                errors[fault.field] = [_(fault.says)]
        elif valid_from is not None and valid_until is not None:
            finding = acts.Finding(
                rule=found.rule.id, subject=asked["subject"], subject_name=found.name, version=found.version,
                role=found.rule.waivable_by,
            )  # fmt: skip
            try:
                row = acts.ask_waiver(
                    actor=actor, finding=finding, justification=typed["justification"],
                    legal_ground=typed["legal_ground"], valid_from=valid_from, valid_until=valid_until,
                    at=timezone.now(),
                )  # fmt: skip
            except WaiverRefused as refusal:
                errors |= _errors(refusal)
            else:
                return redirect(f"{_address(row.pk)}?done=asked")
    context = {
        "found": found,
        "row": found.row,
        "asked": asked,
        "typed": typed,
        "errors": errors,
        "longest": LONGEST_TEXT,
        "who_decides": _role_name(found.rule.waivable_by),
        "latest": today + timedelta(days=term.longest_days) if term else None,
        "longest_days": term.longest_days if term else 0,
    }
    return render(request, "architecture/conformity/ask.html", context, status=422 if errors else 200)


def decide(request: HttpRequest, waiver_id: int) -> HttpResponse:
    """Grant or refuse what another person asked for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, waiver_id)
    choice = request.POST.get("granted", "")
    if choice not in ("yes", "no"):
        return waiver(request, waiver_id, {"granted": [_("Choose whether you grant or refuse it.")]}, 422)
    try:
        acts.decide_waiver(
            actor=actor, waiver_id=waiver_id, granted=choice == "yes", decision=request.POST.get("decision", ""),
            at=timezone.now(), signer=settings.SIGNER,
        )  # fmt: skip
    except WaiverRefused as refusal:
        return waiver(request, waiver_id, _errors(refusal), 422)
    return redirect(f"{_address(waiver_id)}?done={'granted' if choice == 'yes' else 'refused'}")


def withdraw(request: HttpRequest, waiver_id: int) -> HttpResponse:
    """End a waiver before its time."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, waiver_id)
    reason = request.POST.get("reason", "")
    try:
        acts.withdraw_waiver(actor=actor, waiver_id=waiver_id, reason=reason, at=timezone.now())
    except WaiverRefused as refusal:
        return waiver(request, waiver_id, _errors(refusal), 422)
    return redirect(f"{_address(waiver_id)}?done=withdrawn")


def proof(request: HttpRequest, waiver_id: int) -> HttpResponse:
    """What was entered in the transparency log when it was granted, with the proof once it is there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(actor, waiver_id)
    if row.entry is None or row.receipt is None or (actor.kind != "official" and _closed(row)):
        raise Http404(waiver_id)
    return JsonResponse(
        with_proof(row.receipt, row.entry),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="waiver-{row.province}-{row.pk}.json"'},
    )


class Words:
    """Waivers in the reader's language, as of a day; of what security rules found, officials are told more."""

    def __init__(self, today: date, *, official: bool) -> None:
        self.official = official
        self.today, self.agencies, self.states = today, agency_names(language()), state_names()
        self.rules = rules_on(today)

    def row(self, waiver: Waiver) -> dict[str, Any]:
        """A waiver as lists and pages show it; of people it names agencies only."""
        rule = self.rules.get(waiver.rule)
        over = waiver.state == GRANTED and waiver.valid_until < self.today  # the worker has not closed it yet
        state = ENDED if over else waiver.state
        closed = not self.official and _closed(waiver)
        about = waiver.subject_name or waiver.subject or _("the architecture as a whole")
        return {
            "waiver": waiver,
            "closed": closed,
            "href": _address(waiver.pk),
            "about": _("a finding about security") if closed else about,
            "rule": rule.title.in_language(language()) if rule else waiver.rule,
            "state": self.states[state],
            "tone": TONES[state],
            "agency": self.agencies.get(waiver.asked_agency, waiver.asked_agency),
            "left": self._left(waiver) if state == GRANTED else "",
        }

    def _left(self, waiver: Waiver) -> str:
        days = (waiver.valid_until - self.today).days
        if waiver.valid_from > self.today:
            return _("does not hold yet")
        return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def _closed(row: Waiver) -> bool:
    """Whether what it is about is told to officials only."""
    return findings.group_of(row.rule) in findings.INSIDE_GROUPS


def _found(actor: Actor, waiver_id: int) -> Waiver:
    row = waiver_for(actor, waiver_id)
    if row is None:
        raise Http404(waiver_id)
    return row


def _people(row: Waiver) -> dict[str, str]:
    """Who asked, decided and ended it, by name; for those who take part."""
    return {
        what: (found.name if (found := official(who)) else who)
        for what, who in (("asked", row.asked_by), ("decided", row.decided_by), ("ended", row.ended_by))
        if who
    }


def _role_name(role: str) -> str:
    found = next((each for each in roles().roles if each.id == role), None)
    return found.name.in_language(language()) if found else role


def _errors(refusal: WaiverRefused) -> Errors:
    errors: Errors = {}
    for fault in refusal.faults:
        errors.setdefault(fault.field, []).append(fault.says)
    return errors


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def _address(waiver_id: int) -> str:
    return reverse("waiver", kwargs={"waiver_id": waiver_id})


def to_decide(actor: Actor, at: datetime) -> int:
    """How many waivers wait for this person's decision, and how many of theirs end soon: a figure of their home."""
    return int(waivers_to_decide(actor).count()) + ending(actor, at)


def ending(actor: Actor, at: datetime) -> int:
    """How many waivers of this person's end soon: a figure of their home."""
    del at
    return int(waivers_ending_for(actor).count())


def next_end(actor: Actor, at: datetime) -> date | None:
    """The day on which the next waiver of this person's ends, of those that end soon."""
    del at
    found = waivers_ending_for(actor).first()
    return None if found is None else found.valid_until


READ = "architecture.read"
WAIVER = "architecture/waivers/<int:waiver_id>"
ROUTES = [
    page("architecture/waivers", waivers, name="waivers", who=READ),
    page("architecture/waivers/new", ask, name="waiver-ask", who=ASKING, methods=("GET", "POST")),
    page(WAIVER, waiver, name="waiver", who=READ),
    page(f"{WAIVER}/proof", proof, name="waiver-proof", who=READ),
    page(f"{WAIVER}/decide", decide, name="waiver-decide", who=DECIDING, methods=("POST",)),
    page(f"{WAIVER}/withdraw", withdraw, name="waiver-withdraw", who="home.read", methods=("POST",)),
]
