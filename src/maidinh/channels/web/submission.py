"""Checking the answers, submitting, and the page that says it is done. Layer 2.

A second click finds the dossier that the first one made.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page as route
from maidinh.channels.sessions import signed_in_at
from maidinh.channels.web.context import language
from maidinh.channels.web.drafts import asked_by, newer_version, next_stop, of_own_draft
from maidinh.channels.web.jinja import vn_money
from maidinh.channels.web.papers import file_view
from maidinh.channels.web.qr import qr_address
from maidinh.channels.web.receipts import tracking_address
from maidinh.channels.web.wording import fault_texts
from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.portal.forms.actions import NotComplete, submit_draft
from maidinh.portal.forms.queries import draft_for
from maidinh.services.decisions.rules import Contradiction, Undecided
from maidinh.services.dossiers.actions.paying import fee_to_pay, payable_at_intake
from maidinh.services.dossiers.actions.submission import PaperMissing
from maidinh.services.dossiers.queries import dossier_for
from maidinh.services.dossiers.rules import case_of
from maidinh.services.fees.queries import charge_of
from maidinh.services.papers.actions import NoLongerOffered
from maidinh.services.procedures.definition import Case, Procedure
from maidinh.services.procedures.rules import facts_of, fee_of, limit_of
from maidinh.services.results.rules import answer_in_words

SUBMIT = "dossier.submit"


@of_own_draft
def check(request: HttpRequest, draft: Any) -> HttpResponse:
    """Everything once more, with a way to change each part; then the declaration and the submission."""
    errors: dict[str, str] = {}
    name, where = next_stop(draft)
    if name != "application-check":
        return redirect(name, **where)
    if request.method == "POST":
        if request.POST.get("declaration") != "yes":
            errors = {"declaration": _("Confirm that what you say is true, then submit")}
        else:
            errors = _submit(request, draft)
            if not errors:
                return redirect("application-submitted", draft=draft.pk)
    procedure = asked_by(draft)
    case = case_of(procedure, draft.case)
    facts = facts_of(draft.answers, case.id, "online", {})
    context = {
        "procedure": procedure,
        "draft": draft,
        "case": case,
        "time": budget_in_words(limit_of(procedure, case, facts)),
        "fee": _fee_in_words(procedure, case, facts),
        "receiving": agency_names(language()).get(draft.receiving, draft.receiving),
        "pages": [_answered(procedure, page, draft) for page in procedure.pages],
        "papers": [(paper, [file_view(row) for row in draft.papers if row["paper"] == paper.id])
                   for paper in procedure.papers],
        "errors": errors,
        "newer": newer_version(draft),
        "back": reverse("application-papers", kwargs={"draft": draft.pk}),
    }  # fmt: skip
    return render(request, "web/check.html", context, status=422 if errors else 200)


def submitted(request: HttpRequest, draft: UUID) -> HttpResponse:
    """It is done: the code, the tracking secret, the promised date, and the receipt to keep."""
    actor = request.actor
    found = draft_for(actor, draft)
    if found is None:
        raise Http404
    if not found.dossier:
        return redirect("application", draft=draft)
    dossier = dossier_for(actor, found.dossier)
    if dossier is None:
        raise Http404
    address = tracking_address(dossier.code)
    context = {
        "dossier": dossier,
        "procedure": dossier.procedure.procedure,
        "secret": dossier.tracking_secret,
        "receiving": agency_names(language()).get(dossier.receiving, dossier.receiving),
        "address": address,
        "to_pay": fee_to_pay(dossier) if payable_at_intake(dossier) and charge_of(dossier.pk) is None else None,
        "qr": qr_address(address),
    }
    return render(request, "web/submitted.html", context)


def _fee_in_words(procedure: Procedure, case: Case, facts: dict[str, Any]) -> str:
    """What is to be paid by these answers; where it takes what officials find, that."""
    try:
        decided = fee_of(procedure, case, facts)
    except (Undecided, Contradiction):
        return _("the office works it out when it looks at the dossier")
    return vn_money(decided.amount) if decided and decided.amount else _("No fee")


def _submit(request: HttpRequest, draft: Any) -> dict[str, str]:
    environment = settings.MAIDINH
    log = LogKeeper(settings.SIGNER, environment.province, environment.log_promise)
    try:
        submit_draft(
            actor=request.actor,
            draft_id=draft.pk,
            at=timezone.now(),
            log=log,
            signed_in_at=signed_in_at(request),
        )
    except NotComplete as fault:
        return fault_texts(asked_by(draft), fault.faults) or {"": _("Choose your case and where to submit")}
    except NoLongerOffered as gone:
        names = {paper.id: paper.name.in_language(language()) for paper in asked_by(draft).papers}
        told = _("%(paper)s can't be used again any more. Go back to the papers, remove it and upload the paper itself")
        return {"": told % {"paper": names.get(gone.paper, gone.paper)}}
    except PaperMissing:
        return {"": _("A paper is missing. Go back to the papers and upload it")}
    return {}


def _answered(procedure: Procedure, page: Any, draft: Any) -> dict[str, Any]:
    address = reverse("application-page", kwargs={"draft": draft.pk, "page": page.id}) + "?change=1"
    rows = []
    for field in page.fields:
        label = field.label.in_language(language())
        value = answer_in_words(field, draft.answers.get(field.id), language())
        held = field.from_register is not None and not field.from_register.choose
        rows.append({"key": label, "value": value, "href": None if held else address})
    return {"title": page.title.in_language(language()), "rows": rows}


ROUTES = [
    route("applications/<uuid:draft>/check", check, name="application-check", who=SUBMIT, methods=("GET", "POST")),
    route("applications/<uuid:draft>/submitted", submitted, name="application-submitted", who=SUBMIT),
]
