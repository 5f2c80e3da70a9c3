"""`/desk/dossiers/<code>/papers`: scanning what the applicant brought, and verifying files for the applicant's store.

Layer 2. Circular 01/2023/TT-VPCP (from memory, not checked). An official compares each file with the paper itself; what
is verified is offered to its owner at their next application. Its agency may revoke it later.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import LONGEST_TEXT, found
from maidinh.channels.counter.sheet import ENDED, papers, people
from maidinh.channels.routing import page
from maidinh.channels.wording import file_refusal, language
from maidinh.infrastructure.files.rules import FORMATS, FileRefused
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.dossiers.actions.steps import ReasonMissing
from maidinh.services.dossiers.actions.submission import NotNow
from maidinh.services.papers.actions import (
    NoSuchPaper,
    NothingToKeep,
    Particulars,
    keep_paper,
    revoke_kept,
    scan_paper,
)

LONGEST_ISSUER, LONGEST_NUMBER = 200, 100


def keeping(request: HttpRequest, code: str) -> HttpResponse:
    """The papers with what was verified of them; by POST, one of them scanned, verified or revoked."""
    dossier = found(request, code)
    if request.method == "GET":
        return _shown(request, dossier)
    deeds = {"scan": _scan, "keep": _keep, "revoke": _revoke}
    deed = request.POST.get("deed", "")
    try:
        errors = deeds[deed](request, code) if deed in deeds else {"": _("Choose one of the buttons")}
    except NotNow:
        return _shown(request, dossier, problem=_("The dossier has ended. Nothing is added to it."), status=409)
    except (NothingToKeep, NoSuchPaper):
        gone = _("This paper was changed meanwhile. The page shows it as it is now.")
        return _shown(request, dossier, problem=gone, status=409)
    if errors:
        return _shown(request, dossier, errors=errors, status=422)
    return redirect(f"{reverse('desk-keeping', kwargs={'code': code})}?done={deed}")


def _scan(request: HttpRequest, code: str) -> dict[str, str]:
    paper, file = request.POST.get("paper", ""), request.FILES.get("file")
    if file is None:
        return {f"file-{paper}": _("Choose a file first")}
    try:
        scan_paper(actor=request.actor, code=code, paper=paper, name=file.name or "", content=file, at=timezone.now())
    except FileRefused as refusal:
        asked = found(request, code).procedure.procedure.papers
        formats = next((tuple(each.formats) for each in asked if each.id == paper), ())
        return {f"file-{paper}": file_refusal(refusal.reason, formats)}
    return {}


def _keep(request: HttpRequest, code: str) -> dict[str, str]:
    posted = request.POST
    at_file = _file_key(posted.get("paper", ""), posted.get("digest", ""))
    issuer, number = posted.get("issuer", "").strip(), posted.get("number", "").strip()
    errors = {}
    if len(issuer) > LONGEST_ISSUER:
        errors[f"issuer-{at_file}"] = _("Write at most %(n)s characters") % {"n": LONGEST_ISSUER}
    if len(number) > LONGEST_NUMBER:
        errors[f"number-{at_file}"] = _("Write at most %(n)s characters") % {"n": LONGEST_NUMBER}
    until, wrong = _day(posted.get("until", "").strip())
    if wrong:
        errors[f"until-{at_file}"] = _("Enter the day like this: 31/12/2027, or leave it empty")
    if errors:
        return errors
    says = Particulars(issuer, number, until)
    try:
        keep_paper(
            actor=request.actor,
            code=code,
            paper=posted.get("paper", ""),
            digest=posted.get("digest", ""),
            says=says,
            at=timezone.now(),
        )
    except ValueError:
        return {f"until-{at_file}": _("The paper is not valid any more, so it is not kept to be used again")}
    return {}


def _revoke(request: HttpRequest, code: str) -> dict[str, str]:
    typed = request.POST.get("kept", "")
    reason = request.POST.get("reason", "").strip()
    if len(reason) > LONGEST_TEXT:
        return {f"reason-{typed}": _("Write at most %(n)s characters") % {"n": LONGEST_TEXT}}
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    try:
        revoke_kept(actor=request.actor, kept_id=number, reason=reason, at=timezone.now())
    except ReasonMissing:
        return {f"reason-{typed}": _("Say why the paper holds no more. Its owner reads it")}
    return {}


def _day(typed: str) -> tuple[date | None, bool]:
    """The day that was typed, and whether it is none."""
    if not typed:
        return None, False
    try:
        day, month, year = (int(part) for part in typed.split("/"))
        return date(year, month, day), False
    except ValueError:
        return None, True


def _file_key(paper: str, digest: str) -> str:
    return f"{paper}-{digest[:12]}"


def _shown(
    request: HttpRequest, dossier: Any, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    rows = papers(dossier)
    files = [each for row in rows for each in row["files"]]
    names = people({each[seen].verified_by for each in files for seen in ("kept", "reused") if each[seen]}, dossier)
    context = {
        "dossier": dossier,
        "papers": [row | {"accept": ",".join(FORMATS[each] for each in row["formats"])} for row in rows],
        "key": _file_key,
        "names": names,
        "open": dossier.status not in ENDED and dossier.finished_at is None,
        "mine": request.actor.agencies,
        "agencies": agency_names(language()),
        "typed": request.POST,
        "errors": errors or {},
        "problem": problem,
        "notice": _notice(request.GET.get("done", "")),
    }
    return render(request, "counter/keeping.html", context, status=status)


def _notice(done: str) -> str:
    words = {
        "scan": _("The scan is with the dossier now."),
        "keep": _("Verified. The applicant can use this paper again."),
        "revoke": _("Revoked. It is not offered any more."),
    }
    return words.get(done, "")


ROUTES = [
    page(
        "desk/dossiers/<str:code>/papers",
        keeping,
        name="desk-keeping",
        who="dossier.accept",
        methods=("GET", "POST"),
    )
]
