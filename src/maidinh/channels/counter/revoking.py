"""`/desk/dossiers/<code>/result/revoke`: the leader revokes a result, or signs a corrected one in its place.

Layer 2. The reason is public: whoever verifies the result reads it from that moment on.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import LONGEST_TEXT, back, found, log_keeper
from maidinh.channels.counter.signing import installation
from maidinh.channels.routing import page
from maidinh.channels.wording import language
from maidinh.infrastructure.keys.client import SignerError
from maidinh.services.results.actions import AlreadyRevoked, NoSuchResult, replace_result, revoke_result
from maidinh.services.results.queries import result_for, revocation_of
from maidinh.services.results.rules import places_of

WAYS = ("revoke", "replace")


def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """The form; by POST, the revocation."""
    if request.method == "GET":
        return _shown(request, code)
    way, reason = request.POST.get("way", ""), request.POST.get("reason", "").strip()
    errors = {}
    if way not in WAYS:
        errors["way"] = _("Choose whether another result takes its place")
    if not reason or len(reason) > LONGEST_TEXT:
        errors["reason"] = _("Give the reason, in %(n)s characters at most. Everyone can read it: name no person") % {
            "n": LONGEST_TEXT
        }
    corrections = _corrections(request, code) if way == "replace" else {}
    for name in (name for name, value in corrections.items() if value is None):
        errors[f"correct-{name}"] = _("Enter a number")
    if way == "replace" and not corrections and "way" not in errors:
        errors["way"] = _("Nothing is corrected below. Change what was wrong, or only revoke the result")
    if errors:
        return _shown(request, code, errors=errors)
    at = timezone.now()
    try:
        if way == "replace":
            replace_result(
                actor=request.actor,
                code=code,
                corrections=corrections,
                reason=reason,
                at=at,
                signer=settings.SIGNER,
                installation=installation(),
            )
        else:
            revoke_result(actor=request.actor, code=code, reason=reason, at=at, log=log_keeper())
    except AlreadyRevoked:
        return back(code, "revoked")
    except NoSuchResult as none:
        raise Http404(code) from none
    except SignerError:
        problem = _("The signing service does not answer. Nothing was revoked. Try again in a few minutes.")
        return _shown(request, code, problem=problem, status=503)
    return back(code, "replaced" if way == "replace" else "revoked")


def _corrections(request: HttpRequest, code: str) -> dict[str, Any]:
    """The answers that were typed otherwise than the result has them."""
    fields = {field["id"]: field for field in _fields(request, code)}
    typed = {name: request.POST.get(f"correct-{name}", str(field["value"])).strip() for name, field in fields.items()}
    return {
        name: _as(fields[name]["value"], text) for name, text in typed.items() if text != str(fields[name]["value"])
    }


def _as(before: Any, text: str) -> Any:
    """The text as the kind of value that stood there before; None where it is none of that kind."""
    if isinstance(before, int | float) and not isinstance(before, bool):
        try:
            return type(before)(text)
        except ValueError:
            return None
    return text


def _fields(request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """What the result says of the answers, each with its name and value."""
    dossier, result = found(request, code), result_for(request.actor, code)
    if result is None:
        raise Http404(code)
    procedure = dossier.procedure.procedure
    said = {**dossier.answers, **result.corrections}
    labels = {field.id: field for each in procedure.pages for field in each.fields}
    return [
        {
            "id": name,
            "label": labels[name].label.in_language(language()),
            "value": said.get(name, ""),
            "options": [(key, text.in_language(language())) for key, text in labels[name].options.items()],
        }
        for name in places_of(procedure.result.body.vi)
        if name in labels
    ]


def _shown(
    request: HttpRequest, code: str, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 0
) -> HttpResponse:
    dossier, result = found(request, code), result_for(request.actor, code)
    if result is None or result.agency not in request.actor.agencies:
        raise Http404(code)
    if revocation_of(result) is not None:
        return back(code, "")
    context = {
        "dossier": dossier,
        "result": result,
        "fields": _fields(request, code),
        "ways": [("revoke", _("Only revoke it")), ("replace", _("Revoke it and sign a corrected result"))],
        "typed": request.POST,
        "errors": errors or {},
        "problem": problem,
    }
    return render(request, "counter/revoke.html", context, status=status or (422 if errors else 200))


ROUTES = [
    page(
        "desk/dossiers/<str:code>/result/revoke",
        revoke,
        name="desk-revoke",
        who="dossier.sign",
        methods=("GET", "POST"),
    )
]
