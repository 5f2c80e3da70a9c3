"""The files of a project's papers: taken in with the form, shown in it, and handed to whoever reads the project.

Layer 2. A file is kept as it comes, even where something else in the form is wrong; the row then holds its digest.
What is handed out is what the project's owner gave for this project, never shown in place of a page of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.papers import file_view
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.projects_forms import DO
from maidinh.channels.web.projects_frame import PAGE, READING, address, of_project
from maidinh.channels.web.projects_law import law_names
from maidinh.channels.wording import file_refusal
from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.actions.papers import keep_paper
from maidinh.governance.projects.queries import PaperFile, Project, paper_files
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.files.actions import upload_limits
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.files.rules import FORMATS, FileRefused

# Beside a row's digest: a file that comes, and that the one there is taken out.
SENT, OUT = re.compile(r"(papers\.(\d{1,3})\.sha256)-file"), re.compile(r"(papers\.\d{1,3}\.sha256)-out")
MEGABYTE = 1_000_000


def taken_in(request: HttpRequest, row: Project) -> tuple[QueryDict, dict[str, str]]:
    """What was typed, with the digest of each file that came in its row; and what is wrong with a file, by field."""
    data = request.POST.copy()
    errors: dict[str, str] = {}
    for out in filter(None, map(OUT.fullmatch, request.POST)):
        data[out[1]] = ""
    removed = _removed(str(data.get("do", "")))
    for field, file in request.FILES.items():
        sent = SENT.fullmatch(field)
        if sent is None or int(sent[2]) == removed:
            continue
        shown = _place(int(sent[2]), removed)
        try:
            kept = keep_paper(
                actor=request.actor, project_id=row.pk, name=file.name or "", content=file,  # type: ignore[attr-defined]
                at=timezone.now(),
            )  # fmt: skip
        except FileRefused as refusal:
            errors[shown] = file_refusal(refusal.reason, tuple(FORMATS))
        except ProjectRefused as refusal:
            errors[shown] = " ".join(said(fault) for fault in refusal.faults)
        else:
            data[sent[1]] = kept.document_id
    return data, errors


def kept_files(actor: Actor, row: Project) -> dict[str, dict[str, str]]:
    """The files that are with a project, by digest: name, size, digest and address."""
    return {digest: _view(row, each) for digest, each in paper_files(actor, row).items()}


def papers_given(actor: Actor, row: Project) -> list[dict[str, Any]]:
    """The papers of a project for its readers: what each is, its number and day, its file or where it is kept."""
    names, files = law_names(), kept_files(actor, row)
    return [
        {
            "kind": names.get(each.kind, each.kind), "title": each.title.in_language(language()) if each.title else "",
            "number": each.number or "", "dated": each.dated, "place": each.file or "",
            "file": files.get(each.sha256 or ""), "digest": each.sha256 or "",
        }
        for each in row.project.papers
    ]  # fmt: skip


def what_is_taken() -> Mapping[str, str]:
    """Which files are taken, for people and for the browser's own list."""
    return {
        "accept": ",".join(FORMATS.values()),
        "hint": _("%(formats)s, up to %(size)s MB. Save a Word or Excel file as PDF first.")
        % {"formats": ", ".join(each.upper() for each in FORMATS), "size": upload_limits().size // MEGABYTE},
    }


@of_project
def paper(request: HttpRequest, row: Project, digest: str) -> HttpResponse:
    """A file that the project's owner gave, to be taken away."""
    found = paper_files(request.actor, row).get(digest)  # type: ignore[attr-defined]
    if found is None:
        raise Http404(digest)
    with open_document(digest) as stream:
        return attachment(stream.read(), found.name, found.document.media_type)


def _view(row: Project, kept: PaperFile) -> dict[str, str]:
    shown = file_view({"name": kept.name, "size": kept.document.size, "digest": kept.document_id})
    return shown | {"href": address(row, "project-paper", digest=kept.document_id)}


def _removed(do: str) -> int | None:
    """The row of papers that is being taken out."""
    match = DO.fullmatch(do)
    return int(match[3] or 0) if match and match.group(1, 2) == ("remove", "papers") else None


def _place(number: int, removed: int | None) -> str:
    """The field of a row's file as the page has it once another is taken out: those below it move up."""
    return f"papers.{number - 1 if removed is not None and number > removed else number}.sha256"


ROUTES = [page(f"{PAGE}/papers/<str:digest>", paper, name="project-paper", who=READING)]
