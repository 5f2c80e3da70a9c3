"""`/exceptions`: projects that may be approved though they do not fit, each until a day: asked, decided, public.

Layer 2. The fields are those of the exception record of the guidance of 2026. What is only asked for, or was refused,
is for officials who take part; everyone reads what was granted and who answers for it, never a person's name.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraising_words
from maidinh.channels.web.appraising_checks import Checks
from maidinh.channels.web.appraising_forms import LONGEST, day_asked, text_asked, typed, typed_day
from maidinh.channels.web.approvals import LONGEST_NUMBER, project_of
from maidinh.channels.web.context import language
from maidinh.governance.appraisal.actions.exceptions import ask_exception, decide_exception
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.queries import (
    ProjectException,
    appraisal_of,
    exception_for,
    exceptions_for,
    exceptions_to_decide,
    pack_of,
)
from maidinh.governance.appraisal.rules import ASKED, ENDED, EXCEPTION_STATES, GRANTED, NOT_GRANTED
from maidinh.governance.projects.rules import APPRAISED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.organisations.queries import agency_names

PER_PAGE = 30
ASKING, DECIDING, READING, ANYBODY = "project.propose", "project.grant-exception", "project.read", "architecture.read"
TEXTS = ("unmet", "cause", "alternatives", "effects", "controls", "remedy")


def exceptions(request: HttpRequest) -> HttpResponse:
    """All that were granted, those that hold now first; for officials who take part also what waits."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today, wanted = localtime(timezone.now()).date(), request.GET.get("state", "")
    rows = exceptions_for(actor)
    if wanted == "now":
        rows = rows.filter(state=GRANTED, valid_until__gte=today)
    elif wanted in EXCEPTION_STATES:
        rows = rows.filter(state=wanted)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    inside = actor.may(READING)
    names = appraising_words.exception_states()
    states = [(each, name) for each, name in names.items() if inside or each in (GRANTED, ENDED)]
    waiting_rows = exceptions_to_decide(actor) if actor.may(DECIDING) else []
    context = {
        "page": shown,
        "rows": [row_of(each, today) for each in shown],
        "waiting": [row_of(each, today) for each in waiting_rows],
        "states": [("", _("all")), ("now", _("hold today")), *states],
        "wanted": wanted,
        "query": f"?{urlencode({'state': wanted})}&",
    }
    return render(request, "architecture/appraising/exceptions.html", context)


def exception(
    request: HttpRequest, exception_id: int, errors: appraising_words.Errors | None = None, status: int = 200
) -> HttpResponse:
    """One exception: all that its record holds, how long it still holds, and the form of who decides."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(actor, exception_id)
    today = localtime(timezone.now()).date()
    names = agency_names(language())
    open_now = row.state == ASKED and actor.may(DECIDING)
    own = row.asked_by == actor.id or actor.id in row.project.writers
    context = {
        "exception": row,
        "row": row_of(row, today),
        "record": record(row),
        "asker": names.get(row.asked_agency, row.asked_agency),
        "may_decide": open_now and not own,
        "own": open_now and own,
        "inside": actor.may(READING),
        "done": request.GET.get("done", ""),
        "typed": {
            "granted": request.POST.get("granted", ""),
            "decision": typed(request.POST, "decision", LONGEST_NUMBER),
            "text": typed(request.POST, "text"),
        },
        "longest": LONGEST,
        "errors": errors or {},
    }
    return render(request, "architecture/appraising/exception.html", context, status=status)


def decide(request: HttpRequest, exception_id: int) -> HttpResponse:
    """Grant or refuse what another person asked for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, exception_id)
    choice, errors = request.POST.get("granted", ""), appraising_words.Errors()
    number, text = typed(request.POST, "decision", LONGEST_NUMBER), typed(request.POST, "text")
    if choice not in ("yes", "no"):
        errors["granted"] = [_("Choose whether you grant or refuse it.")]
    if choice == "yes":
        text_asked(errors, "decision", number, _("Enter the number of the decision."), LONGEST_NUMBER)
    text_asked(errors, "text", text, _("Give the reason of your decision. Everyone can read it."))
    if errors:
        return exception(request, exception_id, errors, 422)
    try:
        decide_exception(
            actor=actor, exception_id=exception_id, granted=choice == "yes", decision=number, text=text,
            at=timezone.now(), signer=settings.SIGNER,
        )  # fmt: skip
    except AppraisalRefused as refusal:
        named = appraising_words.errors_of(refusal.faults, ("granted", "decision", "text"))
        return exception(request, exception_id, named, 422)
    except SignerError:
        words = _("It could not be signed now. Nothing was changed. Try again in a minute.")
        return exception(request, exception_id, {"": [words]}, 503)
    done = "granted" if choice == "yes" else "refused"
    return redirect(f"{reverse('exception', kwargs={'exception_id': exception_id})}?done={done}")


def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask that this project may be approved though it does not fit, until a day, with all that the record holds."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = project_of(actor, code)
    if row.owner not in actor.agencies:
        raise PermissionDenied(ASKING)
    last = appraisal_of(row)
    texts = {name: typed(request.POST, name) for name in TEXTS}
    if request.method == "GET" and last is not None and last.assessment:
        texts["unmet"] = _unmet(Checks(last.assessment, pack_of(last)))
    until, until_words = typed_day(request.POST, "valid_until")
    review, review_words = typed_day(request.POST, "review_on")
    names = agency_names(language())
    agency = request.POST.get("agency", row.owner if request.method == "GET" else "")[:40]
    errors = appraising_words.Errors()
    if request.method == "POST":
        errors = _missing(texts, agency, names)
        day_asked(errors, "valid_until", until, until_words, labels()["valid_until"])
        day_asked(errors, "review_on", review, review_words, labels()["review_on"])
        if not errors and until is not None and review is not None:
            try:
                made = ask_exception(
                    actor=actor, project_id=row.pk, **texts, agency=agency, valid_until=until, review_on=review,
                    at=timezone.now(),
                )  # fmt: skip
            except AppraisalRefused as refusal:
                errors = appraising_words.errors_of(refusal.faults, (*TEXTS, "agency", "valid_until", "review_on"))
            else:
                return redirect(f"{reverse('exception', kwargs={'exception_id': made.pk})}?done=asked")
    context = {
        "project": row,
        "open": row.state == APPRAISED,
        "title": appraising_words.text(row.title),
        "texts": texts,
        "agencies": sorted(names.items(), key=lambda pair: pair[1]),
        "typed": {"agency": agency, "valid_until": until_words, "review_on": review_words},
        "labels": labels(),
        "hints": hints(),
        "longest": LONGEST,
        "errors": errors,
    }
    return render(request, "architecture/appraising/exception_ask.html", context, status=422 if errors else 200)


def labels() -> dict[str, str]:
    """What the fields of an exception's record are called."""
    return {
        "unmet": _("Requirements that are not met"),
        "cause": _("Cause"),
        "alternatives": _("Alternatives that were considered"),
        "effects": _("Effects on work, data, connections, security and means"),
        "controls": _("Measures of control"),
        "agency": _("Agency that answers for it"),
        "valid_until": _("Last day"),
        "review_on": _("Day of review"),
        "remedy": _("How it will be mended"),
    }


def hints() -> dict[str, str]:
    """What to write in each."""
    return {
        "unmet": _("Name each, with its number in the law or the version. What the appraisal found stands here."),
        "cause": _("Why it can't be met now."),
        "alternatives": _("What else was looked at, and why it does not do."),
        "effects": _("Say it for each of them; “none” where there is none."),
        "controls": _("What keeps the harm small until it is mended."),
        "remedy": _("The steps, with their days."),
    }


def record(row: ProjectException) -> list[dict[str, Any]]:
    """The record of an exception, in the order of the guidance."""
    names, agencies = labels(), agency_names(language())
    told: list[dict[str, Any]] = [
        {"key": names[name], "lines": appraising_words.lines(getattr(row, name))} for name in TEXTS[:5]
    ]
    told.append({"key": names["agency"], "value": agencies.get(row.agency, row.agency)})
    told.append({"key": names["valid_until"], "day": row.valid_until})
    told.append({"key": names["review_on"], "day": row.review_on})
    told.append({"key": names["remedy"], "lines": appraising_words.lines(row.remedy)})
    if row.decision:
        told.append({"key": _("Decision"), "value": row.decision})
    if row.decision_text:
        told.append({"key": _("Reason of the decision"), "lines": appraising_words.lines(row.decision_text)})
    return told


def row_of(row: ProjectException, today: date) -> dict[str, Any]:
    """An exception as lists and pages show it; agencies only, no person."""
    agencies = agency_names(language())
    over = row.state == GRANTED and row.valid_until < today  # the worker has not closed it yet
    state = ENDED if over else row.state
    return {
        "exception": row,
        "href": reverse("exception", kwargs={"exception_id": row.pk}),
        "title": appraising_words.text(row.project.title),
        "code": row.project.code,
        "agency": agencies.get(row.agency, row.agency),
        "unmet": next(iter(appraising_words.lines(row.unmet)), ""),
        "state": appraising_words.exception_states()[state],
        "tone": appraising_words.EXCEPTION_TONES[state],
        "left": appraising_words.days_left(row.valid_until, today) if state == GRANTED else "",
        "shown": state not in (NOT_GRANTED,),
    }


def _missing(texts: dict[str, str], agency: str, names: dict[str, str]) -> appraising_words.Errors:
    errors, called = appraising_words.Errors(), labels()
    for name, words in texts.items():
        text_asked(errors, name, words, _("Fill in “%(field)s”.") % {"field": called[name]})
    if agency not in names:
        errors["agency"] = [_("Choose the agency that answers for it.")]
    return errors


def _unmet(checks: Checks) -> str:
    """What the appraisal found not met, as a text to begin with."""
    return "\n".join(f"{each['title']} ({each['basis']})" for each in checks.to_judge if each["result"] == "not-met")


def _found(actor: Actor, exception_id: int) -> ProjectException:
    row = exception_for(actor, exception_id)
    if row is None:
        raise Http404(exception_id)
    return row


def to_decide(actor: Actor, at: datetime) -> int:
    """How many exceptions wait for this person's decision: a figure of their home."""
    del at
    return len(exceptions_to_decide(actor))


ONE = "exceptions/<int:exception_id>"
ROUTES = [
    page("exceptions", exceptions, name="exceptions", who=ANYBODY),
    page(ONE, exception, name="exception", who=ANYBODY),
    page(f"{ONE}/decide", decide, name="exception-decide", who=DECIDING, methods=("POST",)),
    page("projects/<str:code>/exception", ask, name="project-exception", who=ASKING, methods=("GET", "POST")),
]
