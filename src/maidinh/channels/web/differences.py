"""`/architecture/difference`: what differs between two architectures, and what that means. Layer 2."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from maidinh.channels.routing import page
from maidinh.channels.web import comparison, meaning, sides
from maidinh.channels.web.context import language
from maidinh.governance.comparison.parts import Incomparable

PER_PAGE = 50


def difference(request: HttpRequest) -> HttpResponse:
    """Counts first, then what it means, then each thing, by section and filtered."""
    actor = request.actor  # type: ignore[attr-defined]
    old, new = _sides(request)
    context: dict[str, Any] = {"old": old, "new": new, "choices": sides.choices(actor, old, new)}
    if old is None or new is None:
        return render(request, "architecture/difference.html", context)
    try:
        found = sides.compared(old, new)
    except Incomparable as error:
        return render(request, "architecture/difference.html", context | {"problems": error.problems}, status=422)
    wanted = {name: request.GET.get(name, "")[:120] for name in ("section", "way", "kind", "owner")}
    rows = comparison.chosen(found.rows, **wanted)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    kept = {"from": old.key, "to": new.key} | {name: value for name, value in wanted.items() if value}
    context |= {
        "counts": comparison.counts(found.rows),
        "ways": comparison.way_names(),
        "tones": comparison.WAY_TONES,
        "sections": comparison.section_names(),
        "kinds": _choices(found.rows, "kind", "kind_name"),
        "owners": _choices(found.rows, "owner", "owner_name"),
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "total": len(rows),
        "page": shown,
        "groups": comparison.grouped(shown),
        "open": comparison.few_fields(shown),
        "query": f"?{urlencode(kept)}&",
        "pair": urlencode({"from": old.key, "to": new.key}),
        "meaning": meaning.told(found.difference, old.model, new.model, language()),
    }
    return render(request, "architecture/difference.html", context)


def difference_json(request: HttpRequest) -> HttpResponse:
    """The same for machines."""
    old, new = _sides(request)
    if old is None or new is None:
        return JsonResponse({"error": "from and to must name two versions, such as ?from=1.0&to=2.0"}, status=404)
    try:
        found = sides.compared(old, new)
    except Incomparable as error:
        return JsonResponse({"error": "the two cannot be compared", "problems": error.problems}, status=422)
    answer = {"from": old.key, "to": new.key} | found.difference.as_json()
    answer["consequences"] = meaning.as_json(found.difference, old.model, new.model)
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _sides(request: HttpRequest) -> tuple[sides.Side | None, sides.Side | None]:
    """The two that were asked for; Http404 for one that isn't there or isn't the actor's to see."""
    actor = request.actor  # type: ignore[attr-defined]
    usual = sides.usual(actor)
    found: list[sides.Side | None] = []
    for name, otherwise in zip(("from", "to"), usual, strict=True):
        asked = request.GET.get(name, "") or otherwise
        side = sides.side_for(actor, asked) if asked else None
        if side is None and request.GET.get(name):
            raise Http404(asked)
        found.append(side)
    return found[0], found[1]


def _choices(rows: list[comparison.Row], code: str, name: str) -> list[tuple[str, str]]:
    """What can be filtered for, by name."""
    found = {getattr(row, code): getattr(row, name) for row in rows if getattr(row, code)}
    return sorted(found.items(), key=lambda pair: pair[1])


READ = "architecture.read"
ROUTES = [
    page("architecture/difference", difference, name="architecture-difference", who=READ),
    page("architecture/difference.json", difference_json, name="architecture-difference-json", who=READ),
]
