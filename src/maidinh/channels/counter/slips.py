"""The forms about a dossier for officials: 01 to 05 as they were issued, and the control slip 06 as it stands.

Layer 2. Circular 03/2025/TT-VPCP, Annex I. What a form says and its number are fixed when it comes to be due; the first
who looks need not wait for the worker.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from maidinh.channels.counter.desk import READ, document, found
from maidinh.channels.counter.signing import installation
from maidinh.channels.routing import page
from maidinh.services.results.actions import issue_due_forms, prepare_slip
from maidinh.services.results.queries import forms_of, slip_as_issued


def slip(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The form as a PDF; the last of its kind unless `?no=` names another."""
    dossier = found(request, code)
    chosen = chosen_form(forms_of(dossier), form, request.GET.get("no", ""))
    if chosen is None:
        issue_due_forms(dossier=dossier, at=timezone.now())
        chosen = chosen_form(forms_of(dossier), form, request.GET.get("no", ""))
    if chosen is None:
        raise Http404(form)
    return document(pdf_of(chosen), "application/pdf", f"{code}-{form}.pdf", save="save" in request.GET)


def chosen_form(issued: list[Any], form: str, number: str) -> Any:
    """The issued form that is asked for; None when there is none."""
    fitting = [each for each in issued if each.form == form and number in ("", str(each.number))]
    return fitting[-1] if fitting else None


def pdf_of(form: Any) -> bytes:
    """An issued form, ready to print."""
    said, here = slip_as_issued(form), installation()
    return prepare_slip(dossier=form.dossier, slip=said, installation=here, at=form.issued_at)


ROUTES = [page("desk/dossiers/<str:code>/slips/<str:form>", slip, name="desk-slip", who=READ)]
