"""Around the pages of one project: who may see it, whose it is, its heading and its other pages. Layer 2."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.web import projects_words as words
from maidinh.channels.web.context import language
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.faults import Fault, faults
from maidinh.governance.projects.queries import Project, is_of, known, project_for
from maidinh.governance.projects.rules import EDITABLE
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

PROPOSING, READING = "project.propose", "project.read"
READ = "architecture.read"
PAGE = "projects/<slug:code>"
View = Callable[..., HttpResponse]


def of_project(view: View) -> View:
    """The view of a project that the actor may see; 404 for any other."""

    @wraps(view)
    def found(request: HttpRequest, code: str, **parts: Any) -> HttpResponse:
        row = project_for(request.actor, code)  # type: ignore[attr-defined]
        if row is None:
            raise Http404(code)
        return view(request, row, **parts)

    return found


def of_own(view: View) -> View:
    """The view of a project of the actor's own agency; refused for another's."""

    @wraps(view)
    def found(request: HttpRequest, row: Project, **parts: Any) -> HttpResponse:
        if not is_of(request.actor, row):  # type: ignore[attr-defined]
            raise PermissionDenied(PROPOSING)
        return view(request, row, **parts)

    return of_project(found)


def is_mine(actor: Actor, row: Project) -> bool:
    """Whether the actor prepares projects of the agency that owns this one."""
    return actor.may(PROPOSING) and is_of(actor, row)


def may_write(actor: Actor, row: Project) -> bool:
    """Whether the actor may change what it says now."""
    return is_mine(actor, row) and row.state in EDITABLE


def open_faults(row: Project) -> list[Fault]:
    """What is wrong in the project, against the version in force."""
    version = current_version()
    if version is None:
        return []
    return faults(row.project, known(version.model, apart=row.code), today=localtime(timezone.now()).date())


def behind(row: Project) -> bool:
    """Whether the architecture moved on since the project's changes were written."""
    version = current_version()
    return version is not None and version.pk != row.base_id


def frame(request: HttpRequest, row: Project, here: str = "project") -> dict[str, Any]:
    """The context of every page of a project."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    agencies = agency_names(language())
    pages = [("project", _("Where it stands"))]
    if may_write(actor, row):
        pages += [("project-write", _("Write")), ("project-check", _("Check"))]
    pages += [("project-difference", _("What changes"))]
    if actor.may(READING):
        pages += [("project-duplicates", _("Duplicates"))]
        pages += [("project-history", _("Revisions")), ("project-files", _("Files"))]
    return {
        "row": row,
        "project": row.project,
        "code": row.code,
        "title": row.project.title.in_language(language()),
        "state": words.state_names()[row.state],
        "tone": words.TONES[row.state],
        "meaning": words.state_sentences()[row.state],
        "owner": agencies.get(row.owner, row.owner),
        "holder": agencies.get(row.holder, row.holder),
        "kind": words.kind_names()[row.project.kind],
        "mine": is_mine(actor, row),
        "writable": may_write(actor, row),
        "inside": actor.may(READING),
        "pages": [
            {"text": text, "href": reverse(name, kwargs={"code": row.code}), "current": name == here}
            for name, text in pages
        ],
    }


def address(row: Project, name: str = "project", **parts: Any) -> str:
    """A page of a project."""
    return reverse(name, kwargs={"code": row.code, **parts})
