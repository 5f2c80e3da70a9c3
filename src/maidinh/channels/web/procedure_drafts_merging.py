"""Taking a newer version into a draft: what comes along, and what its author decides, place by place. Layer 2.

Nothing is written before everything is decided; what was chosen comes back with the page, except where the values that
it was about changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.procedure_drafts import found_draft, frame_of
from maidinh.channels.web.procedure_drafts_names import Names, names_of
from maidinh.channels.web.procedure_drafts_typed import as_map
from maidinh.channels.web.procedure_drafts_words import place_in_words, value_in_words
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.services.authoring.actions import DraftRefused, Undecided, merge_newest
from maidinh.services.authoring.definition import DRAFTING, EDITING, MAIN
from maidinh.services.authoring.merging import ABSENT, CHOICES, ORDER, Field, Merged
from maidinh.services.authoring.queries import Draft, later_versions, merge_with, newest_of
from maidinh.services.authoring.rewriting import dumped
from maidinh.services.authoring.rules import content_of

Errors = dict[str, str]
MOST = 500  # questions of one page; more than a procedure has places


def merge(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What the newest version changed, and what both changed: the author decides, then it stands in the draft."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found_draft(actor, draft_id)
    if request.method == "GET":
        return _shown(request, row, {}, 200)
    decisions = decisions_in(request.POST)
    try:
        merge_newest(
            actor=actor, draft_id=row.pk, root=_root(), decisions=decisions, why=request.POST.get("why", ""),
            at=timezone.now(),
        )  # fmt: skip
    except Undecided as refusal:
        return _shown(request, found_draft(actor, draft_id), {"": " ".join(refusal.reasons)}, 422)
    except DraftRefused as refusal:
        return _shown(request, row, {"": " ".join(refusal.reasons)}, 422)
    return redirect(f"{reverse('procedure-draft', args=[row.pk])}?done=merge")


def decisions_in(posted: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, by question."""
    found = {}
    for number in range(MOST):
        key, choice = posted.get(f"key-{number}"), posted.get(f"choice-{number}", "")
        if key is None:
            break
        if choice in CHOICES:
            found[key] = choice
    return found


def _shown(request: HttpRequest, row: Draft, errors: Errors, status: int) -> HttpResponse:
    frame, _verdict = frame_of(request.actor, row)  # type: ignore[attr-defined]
    newest = newest_of(row.code)
    stale = row.state == EDITING and newest is not None and bool(later_versions(row))
    readable = content_of(row.files[MAIN]) is not None
    context: dict[str, Any] = frame | {
        "newest": newest, "stale": stale, "readable": readable, "conflicts": [], "taken": [], "errors": errors,
        "why": request.POST.get("why", "")[:4000],
    }  # fmt: skip
    if newest is not None and stale and readable:
        decisions = decisions_in(request.POST)
        merged = merge_with(row, newest, _root(), decisions)
        context |= _asked(row, merged, decisions, errors)
    return render(request, "procedures/merge.html", context, status=status)


def _asked(row: Draft, merged: Merged, decisions: Mapping[str, str], errors: Errors) -> dict[str, Any]:
    """The questions and what comes along, in words; a question that is still open has its error, once it was sent."""
    names = _names(row, merged)
    questions: list[dict[str, Any]] = []
    for number, field in enumerate(merged.conflicts):
        told = place_in_words(field.path, names)
        missing = _("Choose what is to stand here.") if errors and field in merged.open else ""
        if missing:
            errors[f"choice-{number}"] = f"{told}: {missing}"
        questions.append({
            "number": number, "key": field.key, "where": told, "choice": decisions.get(field.key, ""),
            "error": missing, **{side: _told(field, side) for side in CHOICES},
        })  # fmt: skip
    return {
        "conflicts": questions,
        "taken": [
            {"where": place_in_words(each.path, names), "before": _told(each, "base"), "after": _told(each, "theirs")}
            for each in merged.taken
        ],
    }


def _names(row: Draft, merged: Merged) -> Names:
    """What the parts are called: by the draft, else by what the newest version brings."""
    found = names_of(content_of(merged.files[MAIN]))
    own = names_of(content_of(row.files[MAIN]))
    for field in (*merged.conflicts, *merged.taken):  # parts that stand on one side only
        if len(field.path) == 3 and field.path[1] in found:
            for side in (field.base, field.theirs, field.mine):
                name = as_map(as_map(side).get("name")).get("vi")
                if isinstance(name, str):
                    found[field.path[1]].setdefault(field.path[2], name)
    return {group: found.get(group, {}) | own.get(group, {}) for group in {*found, *own}}


def _told(field: Field, side: str) -> str:
    """One side's value for people; what has no words of its own as the file has it, whole."""
    value = field.side(side)
    if value is ABSENT:
        return _("(not there)")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(each, (str, int)) for each in value):
        return (" → " if field.path[-1] == ORDER else ", ").join(map(str, value))
    plain = isinstance(value, (bool, int)) or value in ([], {})
    return value_in_words(value) if plain or _named(value) else dumped(value).strip()


def _named(value: Any) -> bool:
    """Whether a part has a name, or is an amount of time: then that tells it."""
    return isinstance(value, dict) and (
        {"amount", "unit"} == value.keys() or isinstance(as_map(value.get("name") or value.get("label")).get("vi"), str)
    )


def _root() -> Any:
    return province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)


ROUTES = [
    page("desk/procedures/<int:draft_id>/merge", merge, name="procedure-draft-merge", who=DRAFTING,
         methods=("GET", "POST")),
]  # fmt: skip
