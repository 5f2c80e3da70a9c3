"""One's own dossiers: where each stands, what is asked, the result. Layer 2."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maidinh.channels.counter.sheet import slips_of
from maidinh.channels.routing import page as route
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.papers import file_view
from maidinh.channels.web.standing import AWAITING_APPLICANT, story_of, times_of, to_do
from maidinh.channels.wording import status_name
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.files.queries import documents, open_document
from maidinh.infrastructure.files.rules import ENDINGS
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.portal.forms.queries import drafts_for
from maidinh.portal.tracking.queries import standing_of
from maidinh.services.dossiers.actions.paying import fee_to_pay, payable_at_intake
from maidinh.services.dossiers.actions.submission import NotNow, request_withdrawal
from maidinh.services.dossiers.queries import dossier_for, dossiers_for, history_of, withdrawable
from maidinh.services.fees.queries import charge_of
from maidinh.services.results.queries import document_of, forms_for_applicant, public_line, result_for
from maidinh.services.results.rules import answer_in_words

OWN = "dossier.read-own"
SUPPLEMENT = 5
SHOWN = 100
REASON_LIMIT = 2000
DONE = {
    "answered": gettext_lazy("Your answer is sent. The officials go on with your dossier."),
    "withdrawal": gettext_lazy("Your request is sent. You get a notice when an official has confirmed it."),
}


def dossiers(request: HttpRequest) -> HttpResponse:
    """All of them, and the applications not yet submitted."""
    actor = request.actor
    rows = [
        {"dossier": dossier, "procedure": dossier.procedure.procedure, "status": status_name(dossier.status)}
        for dossier in dossiers_for(actor)[:SHOWN]
    ]
    drafts = drafts_for(actor) if actor.may("dossier.submit") else []
    return render(request, "web/dossiers.html", {"rows": rows, "drafts": drafts})


def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """One dossier: status, time, who holds it, what is asked, papers, history, result."""
    found = own_dossier(request, code)
    actor, names = request.actor, agency_names(language())
    standing, result, charge = standing_of(found), result_for(actor, code), charge_of(found.pk)
    context = {
        "dossier": found,
        "procedure": standing.procedure,
        "status": status_name(standing.status),
        "asked": _asked(found) if standing.status == SUPPLEMENT else "",
        "withdrawable": withdrawable(found),
        "times": times_of(standing, timezone.now()),
        "holder": names.get(standing.holder, standing.holder),
        "story": story_of(found, names),
        "charge": charge,
        "payable": charge is not None or payable_at_intake(found),
        "to_pay": fee_to_pay(found) if charge is None and payable_at_intake(found) else None,
        "to_do": to_do(standing, names.get(found.receiving, found.receiving)),
        "done": DONE.get(request.GET.get("done", "")),
        "papers": _papers(found),
        "pages": _answers(found),
        "forms": slips_of(forms_for_applicant(found)),
        "result": result,
        "published": public_line(result) if result else None,
    }
    return render(request, "web/dossier.html", context)


def paper(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """A file that was handed in."""
    row = own_dossier(request, code).papers.select_related("document").filter(document_id=digest).first()
    if row is None:
        raise Http404
    with open_document(digest) as stream:
        return attachment(stream.read(), row.name, row.document.media_type, inline=True)


def result_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The signed result."""
    result = result_for(request.actor, own_dossier(request, code).code)
    if result is None:
        raise Http404
    name = f"{code}-KQ.{ENDINGS['application/pdf']}"
    return attachment(document_of(result), name, "application/pdf")


def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the dossier back, with a reason."""
    found = own_dossier(request, code)
    errors: dict[str, str] = {}
    reason = request.POST.get("reason", "").strip()[:REASON_LIMIT]
    if request.method == "POST":
        if not reason:
            errors = {"reason": _("Say why you want the dossier back")}
        else:
            try:
                actor = request.actor
                request_withdrawal(actor=actor, code=code, reason=reason, at=timezone.now())
                return redirect(f"{reverse('dossier', kwargs={'code': code})}?done=withdrawal")
            except NotNow:
                if found.status == 7:
                    return redirect("dossier", code=code)
                errors = {"": _("This dossier can't be withdrawn any more")}
    context = {"dossier": found, "procedure": found.procedure.procedure, "reason": reason, "errors": errors}
    return render(request, "web/withdraw.html", context, status=422 if errors else 200)


def awaiting(actor: Actor) -> list[dict[str, Any]]:
    """The person's dossiers that stand still until they do something."""
    return [
        {"dossier": each, "procedure": each.procedure.procedure, "status": status_name(each.status)}
        for each in dossiers_for(actor)[:SHOWN]
        if each.status in AWAITING_APPLICANT
    ]


def own_dossier(request: HttpRequest, code: str) -> Any:
    """The person's own dossier; 404 where it is none of theirs."""
    found = dossier_for(request.actor, code)
    if found is None:
        raise Http404
    return found


def _asked(found: Any) -> str:
    requests = [line for line in history_of(found, public_only=True) if line.status == SUPPLEMENT and line.reason]
    return requests[-1].reason if requests else ""


def _papers(found: Any) -> list[dict[str, Any]]:
    titles = {paper.id: paper.name.in_language(language()) for paper in found.procedure.procedure.papers}
    rows = list(found.papers.order_by("id"))
    known = documents([row.document_id for row in rows])
    return [
        {
            "title": titles.get(row.paper, row.paper),
            **file_view({"name": row.name, "digest": row.document_id, "size": known[row.document_id].size}),
        }
        for row in rows
    ]


def _answers(found: Any) -> list[dict[str, Any]]:
    pages = []
    for page in found.procedure.procedure.pages:
        rows = [
            {
                "key": field.label.in_language(language()),
                "value": answer_in_words(field, found.answers.get(field.id), language()),
            }
            for field in page.fields
            if field.when is None or field.id in found.answers
        ]
        pages.append({"title": page.title.in_language(language()), "rows": rows})
    return pages


ROUTES = [
    route("dossiers", dossiers, name="dossiers", who=OWN),
    route("dossiers/<str:code>", dossier, name="dossier", who=OWN),
    route("dossiers/<str:code>/papers/<str:digest>", paper, name="dossier-paper", who=OWN),
    route("dossiers/<str:code>/result.pdf", result_pdf, name="dossier-result", who=OWN),
    route("dossiers/<str:code>/withdraw", withdraw, name="dossier-withdraw", who=OWN, methods=("GET", "POST")),
]
