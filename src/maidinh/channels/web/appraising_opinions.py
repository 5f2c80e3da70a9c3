"""`/appraisals/opinions`: what a body was asked about projects, and the form in which it says what it thinks. Layer 2.

A body that is asked sees the project in short, what it changes, and the question; not what others said.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraising, appraising_fields, appraising_words
from maidinh.channels.web.appraising_forms import LONGEST, text_asked, typed
from maidinh.channels.web.appraising_steps import OPINING
from maidinh.channels.web.context import language
from maidinh.governance.appraisal.actions.asking import give_opinion
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.queries import BodyOpinion, opinion_for, to_opine
from maidinh.governance.appraisal.rules import AGREE, STANCES
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names


def asked(request: HttpRequest) -> HttpResponse:
    """The projects on which the actor's body is asked, the most urgent first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(timezone.now()).date()
    rows = [_row(each, today) for each in to_opine(actor)]
    context = {"rows": rows, "done": request.GET.get("done", "")}
    return render(request, "architecture/appraising/opinions.html", context)


def give(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """The question and the project in short; the form, or what was said."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = opinion_for(actor, opinion_id)
    if row is None:
        raise Http404(opinion_id)
    stance, words = request.POST.get("stance", "")[:20], typed(request.POST, "text")
    errors = appraising_words.Errors()
    if request.method == "POST":
        if stance not in STANCES:
            errors["stance"] = [_("Choose what your agency thinks.")]
        elif stance != AGREE:
            text_asked(errors, "text", words, _("Say why, and what should be changed."))
        elif len(words) > LONGEST:
            text_asked(errors, "text", words, "")
        if not errors:
            try:
                give_opinion(actor=actor, opinion_id=opinion_id, stance=stance, text=words, at=timezone.now())
            except AppraisalRefused as refusal:
                errors = appraising_words.errors_of(refusal.faults, ("stance", "text"))
            else:
                return redirect(f"{reverse('opinions-on-projects')}?done=given")
    choices = {"agree": _("We agree"), "agree-with-changes": _("We agree with changes"),
               "disagree": _("We do not agree")}  # fmt: skip
    project = row.appraisal.revision_form
    context = {
        "opinion": row,
        "row": _row(row, localtime(timezone.now()).date()),
        "facts": appraising.facts(row.appraisal),
        "changes": [
            appraising_fields.name_of(project, f"changes.{each.item}").partition(": ")[2] for each in project.changes
        ],
        "open": row.given_at is None and row.appraisal.closed_at is None,
        "choices": list(choices.items()),
        "typed": {"stance": stance, "text": words},
        "longest": LONGEST,
        "errors": errors,
    }
    return render(request, "architecture/appraising/opinion.html", context, status=422 if errors else 200)


def _row(row: BodyOpinion, today: date) -> dict[str, Any]:
    agencies = agency_names(language())
    return {
        "opinion": row,
        "title": appraising_words.text(row.appraisal.project.title),
        "owner": agencies.get(row.appraisal.owner, row.appraisal.owner),
        "asker": agencies.get(row.appraisal.agency, row.appraisal.agency),
        "agency": agencies.get(row.agency, row.agency),
        "stance": appraising_words.stance_names().get(row.stance, ""),
        "tone": appraising_words.STANCE_TONES.get(row.stance, "wait"),
        "left": "" if row.given_at else appraising_words.days_left(row.due_on, today),
        "href": reverse("opinion-on-project", kwargs={"opinion_id": row.pk}),
    }


def waiting(actor: Actor, at: datetime) -> int:
    """How many projects this person's body is asked about: a figure of their home."""
    del at
    return len(to_opine(actor))


def due(actor: Actor, at: datetime) -> date | None:
    """The next day by which they are asked to have said something."""
    del at
    return min((each.due_on for each in to_opine(actor)), default=None)


ROUTES = [
    page("appraisals/opinions", asked, name="opinions-on-projects", who=OPINING),
    page("appraisals/opinions/<int:opinion_id>", give, name="opinion-on-project", who=OPINING, methods=("GET", "POST")),
]
