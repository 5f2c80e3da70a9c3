"""A project as a file: handed out as YAML or as a workbook, and begun or changed by one.

Layer 2. What is wrong in a file is told at its line, or at sheet and cell; nothing of it is taken in before it is
right, and what stands in the project stays until then.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.drafting_refusals import said as said_of_text
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.projects_frame import PAGE, READING, address, frame, may_write, of_project
from maidinh.channels.wording import file_refusal
from maidinh.governance.projects.actions.preparing import ProjectChanged, ProjectRefused, open_project, revise_project
from maidinh.governance.projects.content import content_of
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.faults import Fault, ProjectUnreadable
from maidinh.governance.projects.queries import Project, project_for
from maidinh.governance.projects.reading import read_project
from maidinh.governance.projects.tables import write_project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.reading import DefinitionError

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"yaml": "application/yaml", "xlsx": WORKBOOK}
SUFFIXES = (".yaml", ".yml", ".xlsx")
Problems = list[str]


@of_project
def file(request: HttpRequest, row: Project, form: str) -> HttpResponse:
    """The project as it stands, as a file; for who may read the dossiers of projects."""
    if form not in FORMS:
        raise Http404(form)
    return attachment(written(row.project, form), f"{row.code}.{form}", FORMS[form])


@of_project
def files(request: HttpRequest, row: Project) -> HttpResponse:
    """Both files to take away, and for who writes in the project the form that takes one in."""
    context = frame(request, row, "project-files") | {"accept": ",".join(SUFFIXES), "errors": {}}
    return render(request, "projects/files.html", context)


def upload(request: HttpRequest) -> HttpResponse:
    """A file begins a project, or changes the one whose code stands in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, Any] = {"accept": ",".join(SUFFIXES), "errors": {}, "problems": []}
    if request.method == "GET":
        return render(request, "projects/upload.html", context)
    proposal, problems, name = _incoming(request)
    if proposal is not None:
        row, problems = _taken(
            actor, proposal, "xlsx" if name.endswith(".xlsx") else "yaml", request.POST.get("seen", "")
        )
        if row is not None:
            return redirect(f"{address(row, 'project-check')}?done=taken")
    context |= {"errors": {"file": problems[:1]}, "problems": problems, "name": name}
    return render(request, "projects/upload.html", context, status=422)


def written(project: Proposal, form: str) -> bytes:
    """A project as the bytes of a file."""
    if form == "xlsx":
        return write_project(project, language())
    return yaml.safe_dump(content_of(project), allow_unicode=True, sort_keys=False, width=110).encode()


def _incoming(request: HttpRequest) -> tuple[Proposal | None, Problems, str]:
    """What the file holds, or what is wrong with it."""
    found = request.FILES.get("file")
    if found is None:
        return None, [_("Choose a file.")], ""
    name = Path(found.name or "").name
    suffix = Path(name).suffix.lower()
    refused = ""
    if suffix not in SUFFIXES:
        refused = _("The file is of another type. Upload a YAML file (.yaml) or a workbook (.xlsx).")
    elif not found.size or found.size > settings.MAIDINH.upload_limit:
        refused = file_refusal("too-large" if found.size else "empty", ())
    if refused:
        return None, [refused], name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"project{'.xlsx' if suffix == '.xlsx' else '.yaml'}"
        path.write_bytes(found.read())
        try:
            return read_project(path), [], name
        except ProjectUnreadable as error:
            return None, [_told(each) for each in error.faults], name
        except DefinitionError as error:
            return None, [_at_line(each.line, each.place, each.expected) for each in error.problems], name


def _at_line(line: int, place: str, expected: str) -> str:
    text = said_of_text(expected)
    words = {"line": line, "place": place, "text": text}
    return _("Line %(line)s, %(place)s: %(text)s") % words if place else _("Line %(line)s: %(text)s") % words


def _told(fault: Fault) -> str:
    where = " · ".join(each for each in (fault.place, fault.field) if each)
    return f"{where}: {said(fault)}" if where else said(fault)


def _taken(actor: Actor, proposal: Proposal, via: str, seen: str) -> tuple[Project | None, Problems]:
    """The project with what the file says, begun or changed; else why not."""
    row = project_for(actor, proposal.id)
    try:
        if row is None:
            return open_project(actor=actor, project=proposal, at=timezone.now(), via=via), []
        if not may_write(actor, row):
            return None, [_("The project %(code)s cannot be changed by you now. Its code stands in the field “id” of "
                            "the file.") % {"code": row.code}]  # fmt: skip
        number = int(seen) if seen.isdecimal() and len(seen) < 9 else row.revision
        return revise_project(
            actor=actor, project_id=row.pk, project=proposal, seen_revision=number, via=via, at=timezone.now()
        ), []
    except (ProjectRefused, ProjectChanged) as refusal:
        return None, [_told(each) for each in refusal.faults]


ROUTES = [
    page(f"{PAGE}.<str:form>", file, name="project-file", who=READING),
    page(f"{PAGE}/files", files, name="project-files", who=READING),
]
