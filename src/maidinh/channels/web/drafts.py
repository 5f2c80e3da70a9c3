"""An application of one's own: the way every page of it begins. Layer 2."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from maidinh.channels.routing import View
from maidinh.portal.forms.actions import AlreadySubmitted
from maidinh.portal.forms.queries import draft_for
from maidinh.portal.forms.rules import asked_of, required_of
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
