"""What an owner does with a project: hand it in, answer, withdraw, begin, report; what an architect does with it.

Layer 2. Each is a form of its own page or a button of the project's page; what is refused is told there.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import picture, rounds
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_faults import place_of, said, told
from maidinh.channels.web.projects_frame import PAGE, PROPOSING, address, frame, of_own, open_faults
from maidinh.channels.web.projects_law import still_missing
from maidinh.channels.web.projects_words import component_state_names
from maidinh.governance.appraisal.actions.asking import answer_supplement
from maidinh.governance.appraisal.actions.opening import AppraisalRefused, hand_in, reopen
from maidinh.governance.projects.actions.carrying import (
    begin_building,
    report_completion,
    report_component,
)
from maidinh.governance.projects.actions.preparing import ProjectRefused, withdraw_project
from maidinh.governance.projects.queries import Project
from maidinh.governance.projects.rules import BUILDING, COMPONENT_STATES, PREPARING, RETURNED

DRAFTING, REPORTING = "architecture.draft", "component.report"
Errors = dict[str, Any]


@of_own
def handing_in(request: HttpRequest, row: Project) -> HttpResponse:
    """Hand the project in for appraisal; what is wrong stops it and is listed."""
    return _handed(request, row, hand_in, PREPARING, "handed-in", answering=False)


@of_own
def answer(request: HttpRequest, row: Project) -> HttpResponse:
    """Answer the supplement that was asked for, once the project is mended."""
    return _handed(request, row, answer_supplement, RETURNED, "answered", answering=True)


def _handed(request: HttpRequest, row: Project, act: Any, state: str, done: str, *, answering: bool) -> HttpResponse:
    if row.state != state:
        return redirect("project", code=row.code)
    faults = told(open_faults(row), row.project)
    errors: Errors = {}
    if request.method == "POST":
        try:
            act(actor=request.actor, project_id=row.pk, at=timezone.now())  # type: ignore[attr-defined]
            return redirect(f"{address(row)}?done={done}")
        except (AppraisalRefused, ProjectRefused) as refusal:
            errors = _all(refusal, row)
    context = frame(request, row, "project-check") | {"faults": faults, "errors": errors, "answering": answering}
    context |= still_missing(row.project, row.pack)
    return render(request, "projects/hand_in.html", context, status=422 if errors else 200)


@of_own
def withdraw(request: HttpRequest, row: Project) -> HttpResponse:
    """Take the project back for good, with the reason."""
    errors: Errors = {}
    if request.method == "POST":
        try:
            withdraw_project(
                actor=request.actor,
                project_id=row.pk,
                reason=request.POST.get("reason", ""),
                at=timezone.now(),  # type: ignore[attr-defined]
            )
            return redirect(f"{address(row)}?done=withdrawn" if row.handed_in_at else "projects")
        except ProjectRefused as refusal:
            errors = _of(refusal)
    context = frame(request, row) | {"errors": errors, "reason": request.POST.get("reason", "")}
    return render(request, "projects/withdraw.html", context, status=422 if errors else 200)


@of_own
def begin(request: HttpRequest, row: Project) -> HttpResponse:
    """Say that the work on what was approved begins."""
    try:
        begin_building(actor=request.actor, project_id=row.pk, at=timezone.now())  # type: ignore[attr-defined]
    except ProjectRefused as refusal:
        return render(request, "projects/refused.html", frame(request, row) | {
            "errors": _of(refusal), "back": address(row),
        }, status=422)  # fmt: skip
    return redirect(f"{address(row)}?done=begun")


@of_own
def take_back(request: HttpRequest, row: Project) -> HttpResponse:
    """Take what was appraised and not decided on back, to mend it and hand it in again."""
    try:
        reopen(actor=request.actor, project_id=row.pk, at=timezone.now())  # type: ignore[attr-defined]
    except (AppraisalRefused, ProjectRefused) as refusal:
        return render(request, "projects/refused.html", frame(request, row) | {
            "errors": _all(refusal, row), "back": address(row),
        }, status=422)  # fmt: skip
    return redirect(f"{address(row)}?done=reopened")


@of_own
def completion(request: HttpRequest, row: Project) -> HttpResponse:
    """Report that everything is built: the day, and what was reached."""
    if row.state != BUILDING:
        return redirect("project", code=row.code)
    errors: Errors = {}
    day: Any = {}
    if request.method == "POST":
        completed_on, day = rounds.typed_date(request, "completed_on")
        if completed_on is None:
            errors["completed_on"] = _("Enter the day on which it was finished, with day, month and four-digit year.")
        if not request.POST.get("summary", "").strip():
            errors["summary"] = _("Say what was built and what of the benefits is reached.")
        if completed_on is not None and not errors:
            try:
                report_completion(
                    actor=request.actor, project_id=row.pk, completed_on=completed_on,  # type: ignore[attr-defined]
                    summary=request.POST["summary"], at=timezone.now(),
                )  # fmt: skip
                return redirect(f"{address(row)}?done=completed")
            except ProjectRefused as refusal:
                errors = _of(refusal)
    context = frame(request, row) | {"errors": errors, "day": day, "summary": request.POST.get("summary", "")}
    return render(request, "projects/completion.html", context, status=422 if errors else 200)


@of_own
def progress(request: HttpRequest, row: Project) -> HttpResponse:
    """Report how far each component of the project is."""
    names = picture.element_names(row.base.model, language())
    elements = [each for each in row.project.changes if each.section == "elements"]
    listed = [(each.item, names.get(each.item) or _named(each)) for each in elements]
    return report_page(request, listed, row=row)


def report_page(request: HttpRequest, listed: list[tuple[str, str]], row: Project | None = None) -> HttpResponse:
    """The form that reports of one component, of a project or not."""
    errors: Errors = {}
    source = request.POST if request.method == "POST" else request.GET
    today = localtime(timezone.now()).date()
    day: Any = {"day": today.day, "month": today.month, "year": today.year}
    if request.method == "POST":
        as_of, day = rounds.typed_date(request, "as_of")
        percent = request.POST.get("percent", "").strip().removesuffix("%").strip()
        if request.POST.get("element", "") not in dict(listed):
            errors["element"] = _("Choose a component.")
        if request.POST.get("state", "") not in COMPONENT_STATES:
            errors["state"] = _("Choose how far it is.")
        if not (percent.isdecimal() and percent.isascii() and len(percent) < 4):
            errors["percent"] = _("Write a whole number from 0 to 100.")
        if as_of is None:
            errors["as_of"] = _("Enter the day for which it holds, with day, month and four-digit year.")
        if as_of is not None and not errors:
            try:
                report_component(
                    actor=request.actor, element=request.POST["element"], state=request.POST["state"],  # type: ignore[attr-defined]
                    percent=int(percent), as_of=as_of, evidence=request.POST.get("evidence", "")[:4000],
                    project_id=row.pk if row is not None else None, at=timezone.now(),
                )  # fmt: skip
                return redirect(f"{address(row)}?done=reported" if row is not None else "components")
            except ProjectRefused as refusal:
                errors = _of(refusal)
    context = (frame(request, row) if row is not None else {}) | {
        "listed": listed, "errors": errors, "day": day, "states": list(component_state_names().items()),
        "typed": {name: source.get(name, "") for name in ("element", "state", "percent", "evidence")},
        "action": request.path,
    }  # fmt: skip
    return render(request, "projects/progress.html", context, status=422 if errors else 200)


def _of(refusal: Any) -> Errors:
    errors: Errors = {}
    for fault in refusal.faults:
        errors.setdefault(fault.field, []).append(said(fault))
    return errors


def _all(refusal: Any, row: Project) -> Errors:
    """Everything that was refused, with what each field is called."""
    found = []
    for fault in refusal.faults:
        label = place_of(fault.field, row.project).label if fault.field else ""
        found.append(f"{label}: {said(fault)}" if label else said(fault))
    return {"": found}


def _named(change: Any) -> str:
    name = (change.value or {}).get("name") or {}
    return str((name.get("en") if language() == "en" else None) or name.get("vi") or change.item)


BOTH = ("GET", "POST")
ROUTES = [
    page(f"{PAGE}/hand-in", handing_in, name="project-hand-in", who=PROPOSING, methods=BOTH),
    page(f"{PAGE}/answer", answer, name="project-answer", who=PROPOSING, methods=BOTH),
    page(f"{PAGE}/withdraw", withdraw, name="project-withdraw", who=PROPOSING, methods=BOTH),
    page(f"{PAGE}/take-back", take_back, name="project-take-back", who=PROPOSING, methods=("POST",)),
    page(f"{PAGE}/begin", begin, name="project-begin", who=PROPOSING, methods=("POST",)),
    page(f"{PAGE}/progress", progress, name="project-progress", who=REPORTING, methods=BOTH),
    page(f"{PAGE}/completion", completion, name="project-completion", who=PROPOSING, methods=BOTH),
]
