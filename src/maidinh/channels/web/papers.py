"""Uploading papers, one file at a time: each is kept as it comes, and shown with its size and digest. Layer 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page as route
from maidinh.channels.web.context import language
from maidinh.channels.web.drafts import asked_by, missing_papers, newer_version, of_own_draft
from maidinh.channels.web.wording import file_size
from maidinh.channels.wording import MEGABYTE, file_refusal
from maidinh.infrastructure.files.rules import FORMATS, FileRefused
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.portal.forms.actions import TooManyFiles, attach_paper, remove_paper, use_again
from maidinh.services.papers.actions import NoLongerOffered
from maidinh.services.papers.queries import offers_for
from maidinh.services.papers.rules import Offer, kinds_of, offered_for
from maidinh.services.procedures.definition import Paper, Procedure

SUBMIT = "dossier.submit"
DIGEST_SHOWN = 12  # hexadecimal characters: enough for a person to compare


@of_own_draft
def papers(request: HttpRequest, draft: Any) -> HttpResponse:
    """The papers of the application: what is there, what is still needed."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "paper" in request.POST:
            errors = _use_again(request, draft) if "again" in request.POST else _upload(request, draft)
            if not errors:
                return redirect(f"{request.path}#paper-{request.POST['paper']}")
        else:
            errors = _missing(draft)
            if not errors:
                return redirect("application-check", draft=draft.pk)
    procedure = asked_by(draft)
    offers = offers_for(request.actor, kinds_of(procedure.papers))
    context = {
        "procedure": procedure,
        "papers": [paper_view(paper, draft.papers, offers) for paper in procedure.papers],
        "errors": errors,
        "newer": newer_version(draft),
        "remove": reverse("application-paper-remove", kwargs={"draft": draft.pk}),
        "back": reverse("application-page", kwargs={"draft": draft.pk, "page": procedure.pages[-1].id}),
    }
    return render(request, "web/papers.html", context, status=422 if errors else 200)


def _missing(draft: Any) -> dict[str, str]:
    names = {paper.id: paper.name.in_language(language()) for paper in asked_by(draft).papers}
    return {f"file-{paper}": _("Upload: %(paper)s") % {"paper": names[paper]} for paper in missing_papers(draft)}


@of_own_draft
def remove(request: HttpRequest, draft: Any) -> HttpResponse:
    """Take a file out again."""
    actor = request.actor
    paper, digest = request.POST.get("paper", ""), request.POST.get("digest", "")
    remove_paper(actor=actor, draft_id=draft.pk, paper=paper, digest=digest, at=timezone.now())
    return redirect("application-papers", draft=draft.pk)


def paper_view(paper: Paper, rows: list[dict[str, Any]], offers: Sequence[Offer] = ()) -> dict[str, Any]:
    """A paper as it is shown: what it is, which formats it takes, the files that are there or could be used again."""
    there = {row["digest"] for row in rows if row["paper"] == paper.id}
    usable = offered_for(paper, offers, timezone.localdate())
    return {
        "id": paper.id,
        "name": paper.name.in_language(language()),
        "required": paper.required,
        "accept": ",".join(FORMATS[each] for each in paper.formats),
        "formats": ", ".join(each.upper() for each in paper.formats),
        "photo": bool(set(paper.formats) - {"pdf"}),
        "limit": settings.MAIDINH.upload_limit,
        "largest": settings.MAIDINH.upload_limit // MEGABYTE,
        "files": [file_view(row) for row in rows if row["paper"] == paper.id],
        "offers": [offer_view(each) for each in usable if each.digest not in there],
    }


def offer_view(offer: Offer) -> dict[str, Any]:
    """What may be used again, as it is shown to its owner."""
    names = agency_names(language())
    return {
        "reference": offer.reference,
        "result": offer.is_result,
        "name": offer.name,
        "number": offer.number,
        "handed_in_at": offer.handed_in_at,
        "verified_at": offer.verified_at,
        "agency": names.get(offer.agency, offer.agency),
        "valid_until": offer.valid_until,
    }


def file_view(row: dict[str, Any]) -> dict[str, Any]:
    """A file as it is shown."""
    return {
        "again": "reused" in row,
        "name": row["name"],
        "size": file_size(row["size"]),
        "digest": row["digest"],
        "beginning": row["digest"][:DIGEST_SHOWN],
    }


def paper_asked(procedure: Procedure, paper_id: str) -> Paper | None:
    """The paper of this id, when the procedure asks for it."""
    return next((paper for paper in procedure.papers if paper.id == paper_id), None)


def offer_gone() -> str:
    """What is said where a paper can't be used again any more."""
    return _("This paper can't be used again any more. Upload the paper itself")


def _use_again(request: HttpRequest, draft: Any) -> dict[str, str]:
    paper = paper_asked(asked_by(draft), request.POST["paper"])
    if paper is None:
        return {"": _("The procedure does not ask for this paper")}
    again, at = request.POST["again"], timezone.now()
    try:
        use_again(actor=request.actor, draft_id=draft.pk, paper=paper, reference=again, at=at)
    except NoLongerOffered:
        return {f"file-{paper.id}": offer_gone()}
    except TooManyFiles:
        return {f"file-{paper.id}": file_refusal("too-many", tuple(paper.formats))}
    return {}


def _upload(request: HttpRequest, draft: Any) -> dict[str, str]:
    paper = paper_asked(asked_by(draft), request.POST["paper"])
    if paper is None:
        return {"": _("The procedure does not ask for this paper")}
    file, field = request.FILES.get("file"), f"file-{paper.id}"
    if file is None:
        return {field: _("Choose a file first")}
    try:
        attach_paper(
            actor=request.actor,
            draft_id=draft.pk,
            paper=paper,
            name=file.name or "",
            content=file,
            at=timezone.now(),
        )
    except FileRefused as refusal:
        return {field: file_refusal(refusal.reason, tuple(paper.formats))}
    except TooManyFiles:
        return {field: file_refusal("too-many", tuple(paper.formats))}
    return {}


ROUTES = [
    route("applications/<uuid:draft>/papers", papers, name="application-papers", who=SUBMIT, methods=("GET", "POST")),
    route(
        "applications/<uuid:draft>/papers/remove",
        remove,
        name="application-paper-remove",
        who=SUBMIT,
        methods=("POST",),
    ),
]
