"""The verdict: each requirement judged, conditions with their day, reasons; read once more before it is signed.

Layer 2. Also the signed opinion as a file.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.signing import installation
from maidinh.channels.routing import page
from maidinh.channels.web import appraising, appraising_words
from maidinh.channels.web.appraising import APPRAISING, READ, address, found, head
from maidinh.channels.web.appraising_checks import Checks
from maidinh.channels.web.appraising_forms import LONGEST, VerdictForm
from maidinh.channels.web.downloads import attachment
from maidinh.governance.appraisal.actions.deciding import give_verdict
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.queries import Appraisal, pack_of, signed_opinion
from maidinh.governance.appraisal.rules import FAIL, PASS, PASS_WITH_CONDITIONS
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.keys.client import SignerError


def verdict(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Write the verdict, read it as it will stand, sign it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(actor, appraisal_id)
    checks = Checks(row.assessment or {}, pack_of(row))
    stepped = request.POST.get("step", "")
    form = (
        VerdictForm.of(request.POST, checks.results) if request.method == "POST" else VerdictForm.begun(checks.results)
    )
    if stepped in ("preview", "sign"):
        form.check(checks.results)
        if not form.errors and stepped == "preview":
            return render(request, "architecture/appraising/preview.html", _context(actor, row, checks, form))
        if not form.errors:
            refused = _sign(actor, row, checks, form)
            if not refused:
                return redirect(address(appraisal_id, "verdict"))
            form.errors = refused
    context = _context(actor, row, checks, form)
    return render(request, "architecture/appraising/verdict.html", context, status=422 if form.errors else 200)


def document(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """The signed opinion, as a PDF."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(actor, appraisal_id)
    given = getattr(row, "verdict", None)
    if given is None:
        raise Http404(appraisal_id)
    return attachment(signed_opinion(actor, given), f"{row.project.code}-{row.number}.pdf", "application/pdf")


def result_choices() -> list[dict[str, str]]:
    """What a verdict can be, and what each leads to."""
    names = appraising_words.verdict_names()
    return [
        {"value": PASS, "text": names[PASS], "hint": _("Whoever decides on the project can approve it.")},
        {
            "value": PASS_WITH_CONDITIONS,
            "text": names[PASS_WITH_CONDITIONS],
            "hint": _("It can be approved. It can't be accepted before every condition is met."),
        },
        {
            "value": FAIL,
            "text": names[FAIL],
            "hint": _("It can't be approved, unless an exception with an end is granted. The owner can mend it."),
        },
    ]


def _sign(actor: Actor, row: Appraisal, checks: Checks, form: VerdictForm) -> appraising_words.Errors:
    """Give the verdict; what is refused."""
    results: list[dict[str, Any]] = [
        {"requirement": each["id"], "result": form.judged[each["id"]]["result"], "why": form.judged[each["id"]]["why"]}
        for each in checks.results
    ]
    conditions = [
        {"id": f"c{number}", "text": each["text"], "until": each["until"].isoformat()}
        for number, each in enumerate(form.conditions, 1)
    ]
    try:
        give_verdict(
            actor=actor, appraisal_id=row.pk, result=form.result, results=results, reasons=form.reasons,
            conditions=conditions, at=timezone.now(), signer=settings.SIGNER, installation=installation(),
        )  # fmt: skip
    except AppraisalRefused as refusal:
        return _by_field(refusal, checks)
    except SignerError:
        return {"": [_("It could not be signed now. Nothing was changed. Try again in a minute.")]}
    return {}


def _by_field(refusal: AppraisalRefused, checks: Checks) -> appraising_words.Errors:
    """What the domain refuses, at the fields of the form."""
    own = [f"{part}-{each['id']}" for each in checks.results for part in ("result", "why")]
    errors = appraising_words.Errors()
    for fault in refusal.faults:
        part, _dot, rest = fault.field.partition(".")
        field = f"condition-{rest.replace('.', '-')}" if part == "conditions" and rest else fault.field
        known = ("result", "reasons", field if part == "conditions" and rest else "", *own)
        errors.setdefault(field if field in known else "", []).append(appraising_words.told(fault))
    return errors


def _context(actor: Actor, row: Appraisal, checks: Checks, form: VerdictForm) -> dict[str, Any]:
    names = checks.names
    changed = [each for each in checks.results if form.judged[each["id"]]["result"] != each["result"]]
    wrong = {name.partition("-")[2] for name in form.errors}
    verdicts = appraising_words.verdict_names()
    return {
        **head(row, timezone.now()),
        "facts": appraising.facts(row),
        "checks": checks,
        "form": form,
        "conditions": form.with_blank(),
        "options": list(names.items()),
        "names": names,
        "tones": appraising_words.RESULT_TONES,
        "results": result_choices(),
        "said": verdicts.get(form.result, ""),
        "tone": appraising_words.VERDICT_TONES.get(form.result, "neutral"),
        "open": any(each["id"] in wrong for each in checks.settled) or any(each in changed for each in checks.settled),
        "sent": form.as_sent(),
        "longest": LONGEST,
        "errors": form.errors,
        "may": appraising.what_may(actor, row),
    }


ONE = "appraisals/<int:appraisal_id>"
ROUTES = [
    page(f"{ONE}/verdict", verdict, name="appraisal-verdict", who=APPRAISING, methods=("GET", "POST")),
    page(f"{ONE}/opinion.pdf", document, name="appraisal-document", who=READ),
]
