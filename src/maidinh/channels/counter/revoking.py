"""`/desk/dossiers/<code>/result/revoke`: the leader revokes a result, or signs a corrected one in its place.

Layer 2. The reason is public: whoever verifies the result reads it from that moment on.
"""

from __future__ import annotations

from datetime import date, datetime
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
from maidinh.services.procedures.definition import FormField
from maidinh.services.results.actions import AlreadyRevoked, NoSuchResult, replace_result, revoke_result
from maidinh.services.results.queries import result_for, revocation_of
from maidinh.services.results.rules import places_of

WAYS = ("revoke", "replace")
DAY = "%d/%m/%Y"


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
    days = {field["id"] for field in _fields(request, code) if field["is_day"]}
    for name in (name for name, value in corrections.items() if value is None):
        wrong = _("Write the day as dd/mm/yyyy, such as 27/03/1985") if name in days else _("Enter a number")
        errors[f"correct-{name}"] = wrong
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
    """The answers that were typed otherwise than the result has them; None for what is no such answer."""
    found_so = {}
    for field in _fields(request, code):
        text = request.POST.get(f"correct-{field['id']}", field["shown"]).strip()
        if text != field["shown"]:
            found_so[field["id"]] = _as(field, text)
    return found_so


def _as(field: dict[str, Any], text: str) -> Any:
    """The text as the kind of value that stood there before; None where it is none of that kind."""
    before = field["value"]
    try:
        if field["is_day"]:
            return datetime.strptime(text, DAY).date().isoformat()  # noqa: DTZ007 - a day has no zone
        if isinstance(before, int | float) and not isinstance(before, bool):
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
            "shown": _text_of(labels[name], said.get(name, "")),
            "is_day": labels[name].widget == "date",
            "options": [(key, text.in_language(language())) for key, text in labels[name].options.items()],
        }
        for name in places_of(procedure.result.body.vi)
        if name in labels
    ]


def _text_of(field: FormField, value: Any) -> str:
    """The answer as it is typed; a day by day, month and year."""
    if field.widget == "date" and isinstance(value, str):
        try:
            return f"{date.fromisoformat(value):{DAY}}"
        except ValueError:
            return value
    return str(value)


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
