"""An application of one's own: the way every page of it begins. Layer 2."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from maidinh.channels.routing import View
from maidinh.channels.web.context import language
from maidinh.portal.forms.actions import AlreadySubmitted
from maidinh.portal.forms.queries import draft_for, newer_than
from maidinh.portal.forms.rules import asked_of, changes_between, required_of
from maidinh.services.procedures.definition import Procedure


def of_own_draft(view: Callable[..., HttpResponse]) -> View:
    """The view gets the draft itself; whoever has submitted it already is shown the dossier."""

    @wraps(view)
    def guarded(request: HttpRequest, draft: UUID, **parts: Any) -> HttpResponse:
        found = draft_for(request.actor, draft)
        if found is None:
            raise Http404
        if found.dossier:
            return redirect("application-submitted", draft=draft)
        try:
            return view(request, draft=found, **parts)
        except AlreadySubmitted:
            return redirect("application-submitted", draft=draft)

    return guarded


def asked_by(draft: Any) -> Procedure:
    """The procedure as it asks this applicant, by what was answered so far."""
    return asked_of(draft.procedure.procedure, draft.answers, draft.case)


def newer_version(draft: Any) -> dict[str, Any] | None:
    """What a version asks otherwise that has followed the one of this application; None where none has."""
    newer = newer_than(draft, localdate())
    if newer is None:
        return None
    told = {
        ("added", "field"): _("Newly asked: %(name)s"),
        ("added", "paper"): _("New paper: %(name)s"),
        ("gone", "field"): _("Not asked any more: %(name)s"),
        ("gone", "paper"): _("Paper not needed any more: %(name)s"),
        ("changed", "field"): _("Asked otherwise: %(name)s"),
        ("changed", "paper"): _("Paper asked for otherwise: %(name)s"),
    }
    changes = changes_between(draft.procedure.procedure, newer.procedure)
    return {
        "day": newer.effective_from,
        "code": newer.code,
        "changes": [told[each.kind, each.what] % {"name": each.name.in_language(language())} for each in changes],
    }


def next_stop(draft: Any) -> tuple[str, dict[str, Any]]:
    """The first page of an application that isn't done: a route's name and its parts."""
    procedure, where = asked_by(draft), {"draft": draft.pk}
    if not draft.case or not draft.receiving:
        return "application-case", where
    required = required_of(procedure)
    for page in procedure.pages:
        if any(field.id in required and field.id not in draft.answers for field in page.fields):
            return "application-page", where | {"page": page.id}
    if missing_papers(draft):
        return "application-papers", where
    return "application-check", where


def missing_papers(draft: Any) -> list[str]:
    """The papers that are needed and not there."""
    given = {row["paper"] for row in draft.papers}
    return [paper.id for paper in asked_by(draft).papers if paper.required and paper.id not in given]
