"""What the appraiser does on the way: take up, pass on, check again, ask for supplements and opinions, record meetings.

Layer 2. Each form says before what it does; what is refused stays as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraising, appraising_fields, appraising_words
from maidinh.channels.web.appraising import APPRAISING, address, found, head
from maidinh.channels.web.appraising_checks import Checks
from maidinh.channels.web.appraising_forms import LONGEST, DefectLines, day_asked, text_asked, typed, typed_day
from maidinh.channels.web.context import language
from maidinh.governance.appraisal.actions.asking import Defect, ask_opinion, ask_supplement, record_meeting
from maidinh.governance.appraisal.actions.opening import check_again, forward, move_to_version, take_up
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.queries import Appraisal, pack_of
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import agencies_with
from maidinh.infrastructure.organisations.queries import agency_names

OPINING = "project.opine"
STEPS: dict[str, Callable[..., Any]] = {
    "take-up": take_up,
    "forward": forward,
    "check": check_again,
    "move": move_to_version,
}


def step(request: HttpRequest, appraisal_id: int, name: str) -> HttpResponse:
    """One of the steps that need no form."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found(actor, appraisal_id)
    try:
        row = STEPS[name](actor=actor, appraisal_id=appraisal_id, at=timezone.now())
    except AppraisalRefused as refusal:
        return appraising.appraisal(request, appraisal_id, appraising_words.errors_of(refusal.faults), 422)
    return redirect(address(row.pk, name))  # after a verdict that stands no more, the checks begin a new appraisal


def supplement(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Ask the owner to mend everything at once; what the checks found not met stands there to begin with."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(actor, appraisal_id)
    project = row.revision_form
    begun = Checks(row.assessment, pack_of(row)).defects(project) if row.assessment else []
    lines = DefectLines.of(request.POST) if request.method == "POST" else DefectLines(begun)
    reason = typed(request.POST, "reason")
    options = appraising_fields.choices(project, *(each["field"] for each in begun))
    if request.method == "POST" and request.POST.get("step") != "more":
        kept = lines.checked(path for path, _name in options)
        text_asked(lines.errors, "reason", reason, _("Say in a sentence why you ask."))
        if not lines.errors:
            try:
                ask_supplement(
                    actor=actor, appraisal_id=appraisal_id, defects=[_defect(each) for each in kept], reason=reason,
                    at=timezone.now(),
                )  # fmt: skip
            except AppraisalRefused as refusal:
                lines.errors = appraising_words.errors_of(refusal.faults, ("reason",))
            else:
                return redirect(address(appraisal_id, "supplement"))
    context = {
        **head(row, timezone.now()),
        "lines": lines.with_blank(),
        "options": options,
        "begun": bool(begun) and request.method == "GET",
        "reason": reason,
        "longest": LONGEST,
        "errors": lines.errors,
        "may": appraising.what_may(actor, row),
    }
    return render(request, "architecture/appraising/supplement.html", context, status=422 if lines.errors else 200)


def opinion(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Ask another body what it says of the project, by a day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row, errors = found(actor, appraisal_id), appraising_words.Errors()
    agency, question = request.POST.get("agency", "")[:40], typed(request.POST, "question")
    due, words = typed_day(request.POST, "due")
    options = bodies(row)
    if request.method == "POST":
        if agency not in dict(options):
            errors["agency"] = [_("Choose the body that you ask.")]
        text_asked(errors, "question", question, _("Say what you want to know."))
        day_asked(errors, "due", due, words)
        if not errors and due is not None:
            try:
                ask_opinion(
                    actor=actor, appraisal_id=appraisal_id, agency=agency, question=question, due_on=due,
                    at=timezone.now(),
                )  # fmt: skip
            except AppraisalRefused as refusal:
                errors = _at(refusal, {"agency": "agency", "question": "question", "due_on": "due"})
            else:
                return redirect(address(appraisal_id, "asked"))
    context = {
        **head(row, timezone.now()),
        "bodies": options,
        "typed": {"agency": agency, "question": question, "due": words},
        "longest": LONGEST,
        "errors": errors,
        "may": appraising.what_may(actor, row),
    }
    return render(request, "architecture/appraising/ask.html", context, status=422 if errors else 200)


def meeting(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Record a meeting: its day, chair, who took part, what was said and concluded."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row, errors = found(actor, appraisal_id), appraising_words.Errors()
    held_on, words = typed_day(request.POST, "held_on")
    chair, minutes = typed(request.POST, "chair", 200), typed(request.POST, "minutes", 4 * LONGEST)
    names = agency_names(language())
    agencies = [code for code in request.POST.getlist("agencies") if code in names]
    if request.method == "POST":
        day_asked(errors, "held_on", held_on, words)
        text_asked(errors, "chair", chair, _("Say who chaired it, by office."), 200)
        if not agencies:
            errors["agencies"] = [_("Tick who took part.")]
        text_asked(errors, "minutes", minutes, _("Write what was said and concluded."), 4 * LONGEST)
        if not errors and held_on is not None:
            try:
                record_meeting(
                    actor=actor, appraisal_id=appraisal_id, held_on=held_on, chair=chair, agencies=agencies,
                    minutes=minutes, at=timezone.now(),
                )  # fmt: skip
            except AppraisalRefused as refusal:
                errors = appraising_words.errors_of(refusal.faults, ("held_on", "chair", "agencies", "minutes"))
            else:
                return redirect(address(appraisal_id, "meeting"))
    near = {row.owner, row.agency, *row.opinions.values_list("agency", flat=True)}
    options = sorted(names.items(), key=lambda pair: pair[1])
    context = {
        **head(row, timezone.now()),
        "near": [pair for pair in options if pair[0] in near],
        "others": [pair for pair in options if pair[0] not in near],
        "typed": {"held_on": words, "chair": chair, "agencies": agencies, "minutes": minutes},
        "longest": 4 * LONGEST,
        "errors": errors,
        "may": appraising.what_may(actor, row),
    }
    return render(request, "architecture/appraising/meeting.html", context, status=422 if errors else 200)


def bodies(row: Appraisal) -> list[tuple[str, str]]:
    """Who can be asked: bodies that have somebody who may say it, are neither of the two and not asked about this."""
    names = agency_names(language())
    asked = row.opinions.filter(Q(given_at__isnull=True) | Q(revision__hash=row.revision.hash))
    out = {row.owner, row.agency, *asked.values_list("agency", flat=True)}
    return sorted(((code, names.get(code, code)) for code in agencies_with(OPINING) if code not in out),
                  key=lambda pair: pair[1])  # fmt: skip


def _defect(row: dict[str, str]) -> Defect:
    return Defect(**row | {"field": "" if row["field"] == appraising_fields.WHOLE else row["field"]})


def _at(refusal: AppraisalRefused, names: dict[str, str]) -> appraising_words.Errors:
    """What the domain refuses, by the names that the form has."""
    found_errors = appraising_words.errors_of(refusal.faults, names)
    return {names.get(field, field): words for field, words in found_errors.items()}


ONE = "appraisals/<int:appraisal_id>"
BOTH = ("GET", "POST")


def _step(name: str) -> Any:
    def posted(request: HttpRequest, appraisal_id: int) -> HttpResponse:
        return step(request, appraisal_id, name)

    return page(f"{ONE}/{name}", posted, name=f"appraisal-{name}", who=APPRAISING, methods=("POST",))


ROUTES = [
    *(_step(name) for name in STEPS),
    page(f"{ONE}/supplement", supplement, name="appraisal-supplement", who=APPRAISING, methods=BOTH),
    page(f"{ONE}/opinion", opinion, name="appraisal-opinion", who=APPRAISING, methods=BOTH),
    page(f"{ONE}/meeting", meeting, name="appraisal-meeting", who=APPRAISING, methods=BOTH),
]
