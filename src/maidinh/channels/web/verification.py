"""Telling a genuine result from a forged one: by its code, or by the file itself. Layer 2.

The file is looked at and not kept. What is shown holds nothing of the person whose result it is.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.wording import file_refusal
from maidinh.infrastructure.files.actions import upload_limits
from maidinh.infrastructure.files.rules import FileRefused, media_type_of
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.queries import proof_for
from maidinh.portal.catalogue.queries import search
from maidinh.services.results.queries import published_by_code, published_by_digest, validate_pdf
from maidinh.services.results.rules import read_code

WHO = "result.verify"


def verify(request: HttpRequest) -> HttpResponse:
    """Both ways in: a code to type, a file to upload."""
    errors: dict[str, str] = {}
    typed = request.POST.get("code", "")[:80]
    if request.method == "POST":
        if "file" in request.FILES:
            return _of_file(request)
        if "look" in request.POST:
            errors = {"file": _("Choose the PDF of the result")}
        elif (code := read_code(typed)) is None:
            errors = {"code": _("A verification code has 16 letters and digits, such as 1A2B-3C4D-5E6F-7G8H")}
        else:
            return redirect("verify-code", code=code)
    context = {"errors": errors, "code": typed}
    return render(request, "web/verify.html", context, status=422 if errors else 200)


def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What is published under a code."""
    published = published_by_code(code)
    return render(request, "web/verdict.html", _verdict(published, code=code), status=200 if published else 404)


def _of_file(request: HttpRequest) -> HttpResponse:
    limits = upload_limits()
    content = request.FILES["file"].read(limits.size + 1)
    try:
        media_type_of(content, limits=limits, formats=("pdf",))
    except FileRefused as refusal:
        errors = {"file": file_refusal(refusal.reason, ("pdf",))}
        return render(request, "web/verify.html", {"errors": errors, "code": ""}, status=422)
    published = published_by_digest(hashlib.sha256(content).hexdigest())
    validation = validate_pdf(content, at=timezone.now())
    context = _verdict(published, code="") | {
        "validation": validation,
        "problems": [_problem(each) for each in validation.problems],
        "digest": hashlib.sha256(content).hexdigest(),
    }
    return render(request, "web/verdict.html", context)


def _verdict(published: Any, code: str) -> dict[str, Any]:
    names = agency_names(language())
    return {
        "published": published,
        "code": code,
        "kind": _kind(published.code) if published else "",
        "agency": names.get(published.agency, published.agency) if published else "",
        "logged": bool(published and proof_for(published.stamped_entry or published.entry)),
    }


def _kind(code: str) -> str:
    """What the procedures call a result of this code; empty where none gives it any more."""
    return next((each.result.name.in_language(language()) for each in search("") if each.result.code == code), "")


def _problem(code: str) -> str:
    texts = {
        "unsigned": _("The document has no signature."),
        "unreadable": _("The document or its signature can't be read."),
        "altered": _("The document was changed after it was signed."),
        "added_to": _("Something was added to the document after it was signed."),
        "not_trusted": _("The signature is not from an authority that is trusted here, or is out of its validity."),
        "several_signatures": _("The document has more signatures than a result of ours."),
    }
    return texts.get(code, code)


ROUTES = [
    page("verify", verify, name="verify", who=WHO, methods=("GET", "POST")),
    page("verify/<str:code>", verify_code, name="verify-code", who=WHO),
]
