"""`/architecture/timeline` and `/architecture/technology`: what grows old, when, and what stands on it. Layer 2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import fields, picture
from maidinh.channels.web.editions import Reading, notice, reading, reference
from maidinh.channels.web.jinja import vn_date
from maidinh.governance.exploring.life_cycle import STATES, SYSTEMS, Span, spans, state_at, years_of
from maidinh.governance.exploring.tables import product_name
from maidinh.governance.exploring.technology import Watched
from maidinh.governance.exploring.wording import STAGES, URGENCIES

TONES = {"past": "late", "soon": "wait", "retire": "wait", "adopt": "new", "keep": "good"}
DAYS = 365.25  # of a year, on the scale of the picture
YEARS = 40  # that the picture goes back at most
WIDTH = 1000  # of the picture, in its own units


@reading
def timeline(request: HttpRequest, of: Reading) -> HttpResponse:
    """Each system over the years as a bar, and the same in words."""
    by = "layer" if request.GET.get("by") == "layer" else "owner"
    told = {each.id: spans(each) for each in of.exploration.model.elements if each.kind in SYSTEMS}
    first, last = years_of(told.values(), of.day)
    first = max(first, last - YEARS)
    groups: dict[str, list[dict[str, Any]]] = {}
    for element_id, several in told.items():
        element = of.exploration.elements[element_id]
        key = element.owner or "" if by == "owner" else str(element.layer or "")
        groups.setdefault(key, []).append(
            of.row(element_id)
            | {
                "words": _in_words(several),
                "bars": _bars(several, first, last, of.day),
                "dated": any(each.begins for each in several),
                "now": state_at(element, of.day),
            }
        )
    context = of.context(
        by=by,
        first=first,
        last=last,
        today=_place(of.day, first, last),
        ticks=[_place(date(year, 1, 1), first, last) for year in range(first + 1, last + 1)],
        width=WIDTH,
        groups=[(_title(of, by, key), groups[key]) for key in sorted(groups, key=lambda key: (not key, key))],
        states={each: fields.life_cycle_names()[each] for each in STATES},
        total=len(told),
    )
    return render(request, "architecture/timeline.html", context)


@reading
def technology(request: HttpRequest, of: Reading) -> HttpResponse:
    """Every product in use, the most urgent first; one of them in full, if one is asked for."""
    watched = of.exploration.technology(reference().shelf.products, of.day, notice())
    asked = request.GET.get("product", "")
    one = next((each for each in watched if each.id == asked), None)
    if asked and one is None:
        raise Http404(asked)
    if one is not None:
        found = one.ways()
        ways = {each: of.words.way(of.exploration, found, each) for each in found.reached}
        context = of.context(
            product=_product(of, one),
            direct=[of.row(each) for each in one.direct],
            indirect=[of.row(each) | {"way": way} for each, way in ways.items()],
        )
        return render(request, "architecture/product.html", context)
    counts = {urgency: sum(each.urgency == urgency for each in watched) for urgency in URGENCIES}
    context = of.context(
        products=[_product(of, each) for each in watched],
        figures=[
            {"value": count, "text": _(URGENCIES[urgency]), "tone": "late" if urgency == "past" else ""}
            for urgency, count in counts.items()
            if count
        ],
    )
    return render(request, "architecture/technology.html", context)


def _product(of: Reading, watched: Watched) -> dict[str, Any]:
    products = reference().shelf.products
    replaced = [products.get(each, None) for each in watched.replaced_by]
    product = watched.product
    return {
        "id": watched.id,
        "name": product_name(of.exploration, watched, of.words),
        "href": of.href("architecture-technology", {"product": watched.id}),
        "what": product.name.in_language(of.words.language) if product else "",
        "vendor": (product.vendor if product else "") or "",
        "stage": _(STAGES[watched.stage]),
        "urgency": _(URGENCIES[watched.urgency]),
        "tone": TONES[watched.urgency],
        "must_go": watched.must_go,
        "replaced_by": ", ".join(
            (found.product or found.name.in_language(of.words.language)) if found else name
            for found, name in zip(replaced, watched.replaced_by, strict=True)
        ),
        "direct": [of.row(each) for each in watched.direct],
        "indirect": len(watched.indirect),
        "source": (product.source if product else "") or "",
    }


def _title(of: Reading, by: str, key: str) -> str:
    if not key:
        return _("Nobody named as owner") if by == "owner" else _("Outside the layers")
    return of.words.agency(key) if by == "owner" else f"{key}. {picture.layer_names()[int(key)]}"


def _in_words(several: Iterable[Span]) -> str:
    """Its states one after another, each with its day."""
    names = fields.life_cycle_names()
    return "; ".join(
        _("%(state)s from %(day)s") % {"state": names[each.state], "day": vn_date(each.begins)}
        if each.begins
        else _("%(state)s, since when is not known") % {"state": names[each.state]}
        for each in several
    )


def _bars(several: list[Span], first: int, last: int, day: date) -> list[dict[str, Any]]:
    """The rectangles of one row; the only state of which no day is known fills the row, another stands on the day."""
    bars = []
    for each in several:
        begins = each.begins or (day if len(several) > 1 else date(first, 1, 1))
        left = _place(max(begins, date(first, 1, 1)), first, last)
        right = _place(each.ends, first, last) if each.ends else WIDTH
        if each.begins is None and len(several) > 1:
            right = min(WIDTH, left + WIDTH // 100)
        if right > left:
            bars.append({"state": each.state, "x": left, "width": right - left, "unknown": each.begins is None})
    return bars


def _place(day: date, first: int, last: int) -> int:
    """Where a day lies on the scale, whole units from the left."""
    share = (day - date(first, 1, 1)).days / DAYS / (last + 1 - first)
    return min(WIDTH, max(0, round(share * WIDTH)))


READ = "architecture.read"
ROUTES = [
    page("architecture/timeline", timeline, name="architecture-timeline", who=READ),
    page("architecture/technology", technology, name="architecture-technology", who=READ),
]
