"""`/architecture/explorer`: finding components by words and filters. Layer 2."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import fields, picture
from maidinh.channels.web.editions import Reading, reading
from maidinh.governance.exploring.search import NONE, Filters

PER_PAGE = 25
TEXT_LENGTH = 200  # characters of a search that are read
FILTERS = ("kind", "layer", "owner", "state", "zone")


@reading
def explorer(request: HttpRequest, of: Reading) -> HttpResponse:
    """What was searched for, the best first, in pages."""
    text = request.GET.get("q", "")[:TEXT_LENGTH].replace("\0", " ")
    wanted = {name: request.GET.get(name, "")[:TEXT_LENGTH] for name in FILTERS}
    found = of.exploration.index.found(text, Filters(**wanted), of.day)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = of.context(
        text=text,
        wanted=wanted,
        choices=_choices(of),
        rows=[of.row(each.id) for each in shown],
        total=len(found),
        everything=len(of.exploration.elements),
        filtered=bool(text or any(wanted.values())),
        page=shown,
        query=of.href("architecture-explorer", {"q": text} | wanted),
    )
    return render(request, "architecture/explorer.html", context)


def _choices(of: Reading) -> dict[str, list[tuple[str, str]]]:
    """What can be filtered for, by name, each with its count."""
    names: dict[str, Any] = {
        "kind": picture.kind_name,
        "layer": lambda layer: f"{layer}. {picture.layer_names()[int(layer)]}",
        "owner": of.words.agency,
        "state": lambda state: fields.life_cycle_names()[state],
        "zone": of.zone,
    }
    found = {}
    for name, counted in of.exploration.index.values(of.day).items():
        told = [(value, names[name](value) if value != NONE else _("none"), count) for value, count in counted.items()]
        told.sort(key=lambda each: (each[0] == NONE, each[0] if name == "layer" else each[1].casefold()))
        found[name] = [(value, f"{text} ({count})") for value, text, count in told]
    return found


ROUTES = [page("architecture/explorer", explorer, name="architecture-explorer", who="architecture.read")]
