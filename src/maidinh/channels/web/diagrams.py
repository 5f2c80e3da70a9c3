"""`/architecture/diagrams`: the generated drawings and the views drawn by hand, each with its table and files. Layer 2.

A drawing of a version never changes, so it is made once for each language and kept by the version's hash.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.editions import Reading, is_inside, reading
from maidinh.governance.drawings.catalogue import (
    GENERATED,
    IMPORTED,
    OF_AGENCY,
    Drawable,
    NoSuchDrawing,
    draw,
    drawables,
)
from maidinh.governance.drawings.dates import on_day
from maidinh.governance.drawings.imported import VIEW
from maidinh.governance.drawings.page import component_heads, drawn_text, relation_heads, standalone
from maidinh.governance.drawings.picture import Box, BoxRow, Picture
from maidinh.governance.drawings.svg import write
from maidinh.governance.drawings.wording import Wording
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.typesetting import pictured

KEPT = 64  # drawings
ROWS = 500  # of a table on a page; the file has them all
MEDIA = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf", "html": "text/html; charset=utf-8"}

_drawn: OrderedDict[tuple[Any, ...], Picture] = OrderedDict()
_lock = Lock()


@reading
def diagrams(request: HttpRequest, of: Reading) -> HttpResponse:
    """Everything that can be drawn of the version, with a search by name."""
    wanted = request.GET.get("q", "").replace("\0", " ").strip()[:200]
    every = drawables(of.edition.model, _wording())
    found = [each for each in every if fold(wanted) in fold(f"{each.name} {each.viewpoint}")]
    titles = {
        GENERATED: _("Generated from the architecture"),
        OF_AGENCY: _("One page for each agency"),
        IMPORTED: _("Views drawn by hand"),
    }
    groups = [
        (title, [_entry(each, of) for each in found if each.sort == sort])
        for sort, title in titles.items()
        if any(each.sort == sort for each in found)
    ]
    context = of.context(groups=groups, count=len(found), q=wanted)
    return render(request, "architecture/diagrams.html", context)


@reading
def diagram(request: HttpRequest, of: Reading, view: str) -> HttpResponse:
    """One drawing, its files, and the table that says the same."""
    drawn, wording = picture_of(of, view), _wording()
    markup = write(drawn, link=lambda box: _leads_to(box, of))
    context = of.context(
        drawing=drawn,
        name=next((each.name for each in drawables(of.edition.model, wording) if each.id == drawn.id), drawn.title),
        markup=mark_safe(markup),  # noqa: S308 - made by an XML writer that escapes
        component_heads=component_heads(wording),
        relation_heads=relation_heads(wording),
        components=[_component(each, of, wording) for each in drawn.box_rows[:ROWS]],
        relations=[
            [each.source_name, each.verb, each.target_name, each.name, drawn_text(each.drawn, each.why, wording)]
            for each in drawn.line_rows[:ROWS]
        ],
        more=max(len(drawn.box_rows), len(drawn.line_rows)) > ROWS,
        files={form: of.href("architecture-diagram-file", view=view, form=form) for form in MEDIA},
        back=of.href("architecture-diagrams"),
        here=reverse("architecture-diagram", kwargs={"view": view}),
    )
    return render(request, "architecture/diagram.html", context)


@reading
def diagram_file(request: HttpRequest, of: Reading, view: str, form: str) -> HttpResponse:
    """The drawing as a file."""
    if form not in MEDIA:
        raise Http404(form)
    drawn = picture_of(of, view)
    if form == "html":
        content = standalone(drawn, _wording()).encode()
    elif form == "svg":
        content = write(drawn).encode()
    else:
        sort: Literal["png", "pdf"] = "png" if form == "png" else "pdf"
        content = pictured(write(drawn), drawn.width, drawn.height, sort, title=drawn.title)
    name = "".join(each if each.isalnum() or each in "-." else "-" for each in view)[:80]
    return attachment(content, f"{name}.{form}", MEDIA[form])


def picture_of(of: Reading, view: str) -> Picture:
    """The drawing of what its reader may see; Http404 for one that there isn't."""
    wording = _wording()
    key = (of.version.hash, is_inside(of.actor), view, of.as_of, wording.language, tuple(wording.owners.items()))
    with _lock:
        if key in _drawn:
            _drawn.move_to_end(key)
            return _drawn[key]
    model = on_day(of.edition.model, of.as_of) if of.as_of else of.edition.model
    try:
        made = draw(model, view, wording)
    except NoSuchDrawing as error:
        raise Http404(view) from error
    with _lock:
        _drawn[key] = made
        while len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return made


def _wording() -> Wording:
    return Wording(language(), _, agency_names(language()))


def _entry(each: Drawable, of: Reading) -> dict[str, Any]:
    return {"name": each.name, "href": of.href("architecture-diagram", view=each.id), "boxes": each.boxes}


def _component(row: BoxRow, of: Reading, wording: Wording) -> dict[str, Any]:
    known = row.element in of.exploration.elements
    return {
        "id": row.element,
        "name": row.name,
        "href": of.href("architecture-element", element=row.element) if known else None,
        "cells": [row.kind, row.place, row.owner, row.state or _("in use"), drawn_text(row.drawn, row.why, wording)],
    }


def _leads_to(box: Box, of: Reading) -> str | None:
    if box.view:
        return of.href("architecture-diagram", view=f"{VIEW}{box.view}")
    return of.href("architecture-element", element=box.element) if box.element else None


READ = "architecture.read"
ROUTES = [
    page("architecture/diagrams", diagrams, name="architecture-diagrams", who=READ),
    page("architecture/diagrams/<str:view>", diagram, name="architecture-diagram", who=READ),
    page("architecture/diagrams/<str:view>/file.<str:form>", diagram_file, name="architecture-diagram-file", who=READ),
]
