"""`/my/papers`: a person's own store of verified papers: what is in it, where it was used, taking one out.

Layer 2. Circular 01/2023/TT-VPCP (from memory, not checked). A dossier keeps its own file whatever becomes of these.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page as route
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.papers import DIGEST_SHOWN
from maidinh.channels.web.wording import file_size
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.papers.actions import NoSuchPaper, StillBound, remove_kept
from maidinh.services.papers.queries import bound_by, store_of, uses_of

OWN = "dossier.submit"


def own_papers(request: HttpRequest) -> HttpResponse:
    """The store; by POST, one paper is taken out of it."""
    problem, status = "", 200
    if request.method == "POST":
        typed = request.POST.get("kept", "")
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
        try:
            remove_kept(actor=request.actor, kept_id=number, at=timezone.now())
            return redirect(f"{request.path}?done=removed")
        except StillBound as bound:
            told = _("This paper stays until these dossiers are finished: %(codes)s")
            problem, status = told % {"codes": ", ".join(bound.codes)}, 409
        except NoSuchPaper:
            problem, status = _("This paper is not in your store any more."), 409
    kept = store_of(request.actor)
    uses, names = uses_of(kept), agency_names(language())
    context = {
        "rows": [_row(each, uses.get(each.pk, []), names) for each in kept],
        "problem": problem,
        "notice": _("The paper is taken out of your store.") if request.GET.get("done") == "removed" else "",
    }
    return render(request, "web/own_papers.html", context, status=status)


def file(request: HttpRequest, kept: int) -> HttpResponse:
    """The file of one paper of the store."""
    row = next((each for each in store_of(request.actor) if each.pk == kept), None)
    if row is None:
        raise Http404
    with open_document(row.document_id) as stream:
        return attachment(stream.read(), row.name, row.document.media_type, inline=True)


def _row(kept: Any, uses: list[Any], names: dict[str, str]) -> dict[str, Any]:
    asked = kept.dossier.procedure.procedure.papers
    title = next((each.name.in_language(language()) for each in asked if each.id == kept.paper), kept.name)
    today = timezone.localdate()
    state = "revoked" if kept.revoked_at else "ended" if kept.valid_until and kept.valid_until < today else "usable"
    return {
        "id": kept.pk,
        "title": title,
        "name": kept.name,
        "size": file_size(kept.document.size),
        "beginning": kept.document_id[:DIGEST_SHOWN],
        "agency": names.get(kept.agency, kept.agency),
        "kept": kept,
        "state": state,
        "uses": uses,
        "bound": [] if kept.revoked_at else bound_by(kept),
    }


ROUTES = [
    route("my/papers", own_papers, name="my-papers", who=OWN, methods=("GET", "POST")),
    route("my/papers/<int:kept>", file, name="my-paper", who=OWN),
]
