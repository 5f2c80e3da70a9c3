"""`/appraisals`: the appraiser's queue, and one appraisal with all that is known of it and what can be done now.

Layer 2. The queue puts the most urgent first; a page says who acts, what the checks said, and where the clock is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraising_fields, appraising_words, projects_words
from maidinh.channels.web.appraising_checks import Checks, shares_in_words
from maidinh.channels.web.context import language
from maidinh.governance.appraisal.queries import (
    Appraisal,
    appraisal_for,
    appraisal_of,
    appraisals_for,
    clock_of,
    pack_of,
    to_appraise,
    verdict_stands,
)
from maidinh.governance.appraisal.rules import CONCLUDED, OPEN, STOPPED, WAITING
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.duplication.queries import open_duplicates
from maidinh.governance.projects.rules import APPRAISED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

PER_PAGE = 30


def queue(request: HttpRequest) -> HttpResponse:
    """The appraisals of this body: what is theirs, what nobody took up, what waits, what is late."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at, wanted = timezone.now(), request.GET.get("show", "")
    running = list(to_appraise(actor))
    rows = sorted((row_of(each, at) for each in running), key=_urgency)
    groups: dict[str, list[dict[str, Any]]] = {
        "mine": [row for row in rows if row["appraisal"].appraiser == actor.id],
        "untaken": [row for row in rows if not row["appraisal"].appraiser],
        "waiting": [row for row in rows if row["appraisal"].state == WAITING],
        "late": [row for row in rows if row["late"]],
    }
    if wanted == "done":
        done = appraisals_for(actor).filter(state__in=(CONCLUDED, STOPPED)).order_by("-closed_at")
        shown = Paginator(done, PER_PAGE).get_page(request.GET.get("page"))
        listed = [row_of(each, at) for each in shown]
    else:
        wanted = wanted if wanted in groups else ""
        shown = Paginator(groups[wanted] if wanted else rows, PER_PAGE).get_page(request.GET.get("page"))
        listed = list(shown)
    context = {
        "rows": listed,
        "page": shown,
        "wanted": wanted,
        "counts": {name: len(found) for name, found in groups.items()} | {"": len(rows)},
        "names": shown_names(),
        "query": f"?{urlencode({'show': wanted})}&",
    }
    return render(request, "architecture/appraising/queue.html", context)


def appraisal(
    request: HttpRequest, appraisal_id: int, errors: appraising_words.Errors | None = None, status: int = 200
) -> HttpResponse:
    """One appraisal: the project in short, what the checks said, the clock, all that was said, and what to do now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row, at = found(actor, appraisal_id), timezone.now()
    verdict = getattr(row, "verdict", None)
    context = {
        **head(row, at),
        "facts": facts(row),
        "checks": Checks(row.assessment, pack_of(row)) if row.assessment else None,
        "shares": shares_in_words(clock_of(row, at), at, agency_names(language())),
        "supplements": supplements_of(row),
        "opinions": opinions_of(row, at),
        "meetings": meetings_of(row),
        "verdict": verdict_of(verdict) if verdict is not None else None,
        "duplicates": open_duplicates(actor, row.project),
        "may": what_may(actor, row),
        "done": request.GET.get("done", ""),
        "errors": errors or {},
    }
    return render(request, "architecture/appraising/appraisal.html", context, status=status)


def found(actor: Actor, appraisal_id: int) -> Appraisal:
    """An appraisal that this reader may see; Http404 where there is none."""
    row = appraisal_for(actor, appraisal_id)
    if row is None:
        raise Http404(appraisal_id)
    return row


def address(appraisal_id: int, done: str = "") -> str:
    """Where an appraisal is shown, after something was done."""
    return reverse("appraisal", kwargs={"appraisal_id": appraisal_id}) + (f"?done={done}" if done else "")


def shown_names() -> dict[str, str]:
    """What the list can be narrowed to."""
    return {
        "": _("all that run"),
        "mine": _("mine"),
        "untaken": _("nobody took up"),
        "waiting": _("wait for a supplement"),
        "late": _("late"),
        "done": _("concluded"),
    }


def row_of(row: Appraisal, at: datetime) -> dict[str, Any]:
    """An appraisal as lists show it: whose project, how far, how long is left, by whom it lies."""
    running = [each for each in clock_of(row, at) if each.started_at and not each.ended_at and each.due_at]
    urgent = min(running, key=lambda each: each.due_at or at, default=None)
    agencies, stands = agency_names(language()), row.state == WAITING
    holder = row.owner if stands else row.agency
    turn = row.turns.filter(ended_at__isnull=True).order_by("-started_at").first() if row.state == OPEN else None
    due = urgent.due_at if urgent and not row.closed_at else None
    in_force = current_version()
    return {
        "appraisal": row,
        "title": appraising_words.text(row.project.title),
        "code": row.project.code,
        "href": address(row.pk),
        "owner": agencies.get(row.owner, row.owner),
        "state": appraising_words.state_names()[row.state],
        "tone": appraising_words.STATE_TONES[row.state],
        "left": None if row.closed_at else appraising_words.left(due, at, stands=stands),
        "due": due,
        "late": due is not None and not stands and at > due,
        "term": appraising_words.text(urgent.title) if urgent and not stands else "",
        "holder": agencies.get(turn.agency if turn else holder, turn.agency if turn else holder),
        "version": row.version.version,
        "outdated": in_force is not None and in_force.hash != row.version_hash and row.closed_at is None,
    }


def head(row: Appraisal, at: datetime) -> dict[str, Any]:
    """What every page of an appraisal says first."""
    in_force = current_version()
    return {
        "appraisal": row,
        "project": row.project,
        "row": row_of(row, at),
        "title": appraising_words.text(row.project.title),
        "in_force": in_force,
        "outdated": in_force is not None and in_force.hash != row.version_hash,
    }


def facts(row: Appraisal) -> list[dict[str, Any]]:
    """The project in short, and what is appraised against what."""
    project, agencies = row.revision_form, agency_names(language())
    kinds = projects_words.kind_names()
    told: list[dict[str, Any]] = [
        {"key": _("Agency in charge"), "value": agencies.get(project.owner, project.owner)},
        {"key": _("Kind"), "value": kinds[project.kind] + (f", {_('group')} {project.group}" if project.group else "")},
        {"key": _("What it is for"), "value": appraising_words.text(project.summary)},
        {"key": _("Total to build"), "money": project.total},
        {"key": _("Began on"), "day": project.began_on},
        {"key": _("By the law of"), "value": appraising_words.text(pack_of(row).name)},
        {
            "key": _("What is appraised"),
            "value": _("revision %(revision)s of the project, against version %(version)s of the architecture")
            % {"revision": row.revision.number, "version": row.version.version},
        },
        {"key": _("Appraised by"), "value": agencies.get(row.agency, row.agency)},
    ]
    return told


def supplements_of(row: Appraisal) -> list[dict[str, Any]]:
    """What was asked for, defect by defect, and whether it came."""
    project = row.revision_form
    return [
        {
            "supplement": each,
            "defects": [
                {
                    "field": appraising_fields.name_of(project, defect["field"]),
                    "says": defect["says"],
                    "basis": defect.get("basis", ""),
                }
                for defect in each.defects
            ],
        }
        for each in row.supplements.select_related("answer").order_by("number")
    ]


def opinions_of(row: Appraisal, at: datetime) -> list[dict[str, Any]]:
    """Which bodies were asked, and what they said."""
    agencies, stances = agency_names(language()), appraising_words.stance_names()
    today = localtime(at).date()
    return [
        {
            "opinion": each,
            "agency": agencies.get(each.agency, each.agency),
            "stance": stances.get(each.stance, ""),
            "tone": appraising_words.STANCE_TONES.get(each.stance, "wait"),
            "left": "" if each.given_at else appraising_words.days_left(each.due_on, today),
        }
        for each in row.opinions.order_by("asked_at")
    ]


def meetings_of(row: Appraisal) -> list[dict[str, Any]]:
    """The meetings, with the agencies that took part."""
    names = agency_names(language())
    return [
        {"meeting": each, "agencies": ", ".join(names.get(code, code) for code in each.agencies)}
        for each in row.meetings.order_by("held_on", "pk")
    ]


def verdict_of(verdict: Any) -> dict[str, Any]:
    """The verdict as pages show it: what it says, whether it still stands, what it asks for."""
    met = {each.condition: each for each in verdict.met.all()}
    return {
        "verdict": verdict,
        "result": appraising_words.verdict_names()[verdict.result],
        "tone": appraising_words.VERDICT_TONES[verdict.result],
        "stands": verdict_stands(verdict),
        "conditions": [
            {"condition": each, "until": date.fromisoformat(each["until"]), "met": met.get(each["id"])}
            for each in verdict.conditions
        ],
        "unmet": sum(each["id"] not in met for each in verdict.conditions),
        "document": reverse("appraisal-document", kwargs={"appraisal_id": verdict.appraisal_id}),
    }


def what_may(actor: Actor, row: Appraisal) -> dict[str, Any]:
    """What this person can do with it now, and in plain words why not."""
    running, barred = row.closed_at is None, ""
    if actor.may(APPRAISING) and running:
        if actor.id in row.project.writers:
            barred = _("You wrote in this project. Somebody else must appraise it.")
        elif row.owner in actor.agencies:
            barred = _("The project is your own agency's. Another body must appraise it.")
        elif row.agency not in actor.agencies:
            barred = _("Another body appraises this project.")
    free = actor.may(APPRAISING) and row.agency in actor.agencies and not barred
    mine = free and row.appraiser == actor.id
    verdict = getattr(row, "verdict", None)
    again = free and verdict is not None and row.project.state == APPRAISED and not verdict_stands(verdict)
    return {
        "barred": barred,
        "take": free and running and not mine,
        "taken": bool(row.appraiser),
        "awaited": row.state == WAITING,
        "work": mine and row.state == OPEN,
        "forward": mine and row.state == OPEN and _to_pass_on(row),
        "again": again and appraisal_of(row.project) == row,
    }


def _to_pass_on(row: Appraisal) -> bool:
    """Whether the law gives the appraisal of the design a share of its own that has not begun."""
    design = [each.id for each in pack_of(row).terms_of(row.revision_form) if each.holder == "design"]
    return bool(design) and not row.turns.filter(term__in=design).exists()


def _urgency(row: dict[str, Any]) -> tuple[bool, bool, float]:
    due = row["due"]
    return (row["appraisal"].state == WAITING, due is None, due.timestamp() if due else 0.0)


def waiting(actor: Actor, at: datetime) -> int:
    """How many appraisals run at this person's body: a figure of their home."""
    del at
    return int(to_appraise(actor).filter(state=OPEN).count())


def due(actor: Actor, at: datetime) -> date | None:
    """The next day on which something of theirs is due."""
    found_rows = [row_of(each, at) for each in to_appraise(actor).filter(state=OPEN)]
    days = [row["due"] for row in found_rows if row["due"] is not None]
    return localtime(min(days)).date() if days else None


APPRAISING, READ = "project.appraise", "project.read"
ROUTES = [
    page("appraisals", queue, name="appraisals", who=APPRAISING),
    page("appraisals/<int:appraisal_id>", appraisal, name="appraisal", who=READ),
]
