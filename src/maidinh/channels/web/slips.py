"""The forms about one's own dossier: receipt, request, refusal, apology, notice that it stopped. Layer 2.

Circular 03/2025/TT-VPCP, Annex I, forms 01 to 05, as they were issued.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from maidinh.channels.counter.slips import chosen_form, pdf_of
from maidinh.channels.routing import page as route
from maidinh.channels.web.dossiers import OWN, own_dossier
from maidinh.channels.web.downloads import attachment
from maidinh.services.results.queries import forms_for_applicant


def form(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The form as a PDF; the last of its kind unless `?no=` names another."""
    chosen = chosen_form(forms_for_applicant(own_dossier(request, code)), form, request.GET.get("no", ""))
    if chosen is None:
        raise Http404(form)
    return attachment(pdf_of(chosen), f"{code}-{form}.pdf", "application/pdf")


ROUTES = [route("dossiers/<str:code>/forms/<str:form>", form, name="dossier-form", who=OWN)]
