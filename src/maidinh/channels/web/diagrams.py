"""`/architecture/diagrams`: the generated drawings and the views drawn by hand, each with its table and files. Layer 2.

A drawing of a version never changes, so it is made once for each language and kept by the version's hash.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from threading import Lock
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import picture as pictures
from maidinh.channels.web.architecture import asked_day, asked_version, nothing
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.governance.architecture.queries import Version, versions_for
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
from maidinh.governance.drawings.picture import Box, Picture
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


@dataclass(frozen=True)
class Asked:
    """Which version a request is about, and on which day."""

    version: Version
    day: date | None
    kept: dict[str, str]

    def href(self, name: str, **parts: str) -> str:
        """The address of another page about the same version and day."""
        return str(reverse(name, kwargs=parts)) + (f"?{urlencode(self.kept)}" if self.kept else "")

    @property
    def model(self) -> Any:
        """The architecture as of the day."""
        return on_day(self.version.model, self.day) if self.day else self.version.model

    def picture(self, view: str) -> Picture:
        """The drawing; Http404 for one that there isn't."""
        wording = _wording()
        key = (self.version.hash, view, self.day, wording.language, tuple(wording.owners.items()))
        with _lock:
            if key in _drawn:
                _drawn.move_to_end(key)
                return _drawn[key]
        try:
            made = draw(self.model, view, wording)
        except NoSuchDrawing as error:
            raise Http404(view) from error
        with _lock:
            _drawn[key] = made
            while len(_drawn) > KEPT:
                _drawn.popitem(last=False)
        return made


def about_a_version(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that is given, after the request, the version asked for; where there is none, the page says so."""

    @wraps(view)
    def opened(request: HttpRequest, **parts: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        try:
            version, day = asked_version(request), asked_day(request)
        except ValueError as error:
            return render(request, "architecture/none.html", nothing(actor, [str(error)]), status=422)
        if version is None:
            return render(request, "architecture/none.html", nothing(actor, [], day), status=404)
        named = {"version": version.version} if request.GET.get("version") else {}
        return view(request, Asked(version, day, {"as_of": day.isoformat()} if day else named), **parts)

    return opened


@about_a_version
def diagrams(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Everything that can be drawn of the version, with a search by name."""
    wanted = request.GET.get("q", "").strip()[:200]
    every = drawables(asked.version.model, _wording())
    found = [each for each in every if fold(wanted) in fold(f"{each.name} {each.viewpoint}")]
    titles = {
        GENERATED: _("Generated from the architecture"),
        OF_AGENCY: _("One page for each agency"),
        IMPORTED: _("Views drawn by hand"),
    }
    groups = [
        (title, [_entry(each, asked) for each in found if each.sort == sort])
        for sort, title in titles.items()
        if any(each.sort == sort for each in found)
    ]
    context = _context(request, asked) | {"groups": groups, "count": len(found), "q": wanted}
    return render(request, "architecture/diagrams.html", context)


@about_a_version
def diagram(request: HttpRequest, asked: Asked, view: str) -> HttpResponse:
    """One drawing, its files, and the table that says the same."""
    drawn, wording = asked.picture(view), _wording()
    markup = write(drawn, link=lambda box: _leads_to(box, asked))
    context = (
        _context(request, asked)
        | {
            "drawing": drawn,
        "name": next((each.name for each in drawables(asked.model, wording) if each.id == drawn.id), drawn.title),
            "markup": mark_safe(markup),  # noqa: S308 - made by an XML writer that escapes
            "component_heads": component_heads(wording),
            "relation_heads": relation_heads(wording),
            "components": [_component(each, asked, wording) for each in drawn.box_rows[:ROWS]],
            "relations": [
                [each.source_name, each.verb, each.target_name, each.name, drawn_text(each.drawn, each.why, wording)]
                for each in drawn.line_rows[:ROWS]
            ],
            "more": max(len(drawn.box_rows), len(drawn.line_rows)) > ROWS,
            "files": {form: asked.href("architecture-diagram-file", view=view, form=form) for form in MEDIA},
            "back": asked.href("architecture-diagrams"),
            "here": reverse("architecture-diagram", kwargs={"view": view}),
        }
    )
    return render(request, "architecture/diagram.html", context)


@about_a_version
def diagram_file(request: HttpRequest, asked: Asked, view: str, form: str) -> HttpResponse:
    """The drawing as a file."""
    if form not in MEDIA:
        raise Http404(form)
    drawn = asked.picture(view)
    if form == "html":
        content = standalone(drawn, _wording()).encode()
    elif form == "svg":
        content = write(drawn).encode()
    else:
        sort: Literal["png", "pdf"] = "png" if form == "png" else "pdf"
        content = pictured(write(drawn), drawn.width, drawn.height, sort, title=drawn.title)
    name = "".join(each if each.isalnum() or each in "-." else "-" for each in view)[:80]
    return attachment(content, f"{name}.{form}", MEDIA[form])


def _context(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    return {
        "version": asked.version,
        "versions": versions_for(request.actor),  # type: ignore[attr-defined]
        "as_of": asked.day,
        "kept": asked.kept,
    }


def _wording() -> Wording:
    return Wording(language(), _, agency_names(language()))


def _entry(each: Drawable, asked: Asked) -> dict[str, Any]:
    return {
        "name": each.name,
        "href": asked.href("architecture-diagram", view=each.id),
        "boxes": each.boxes,
        "viewpoint": each.viewpoint,
    }


def _component(row: Any, asked: Asked, wording: Wording) -> dict[str, Any]:
    known = row.kind != ""
    return {
        "id": row.element,
        "name": row.name,
        "href": pictures.element_address(row.element, asked.version.version) if known else None,
        "cells": [row.kind, row.place, row.owner, row.state or _("in use"), drawn_text(row.drawn, row.why, wording)],
    }


def _leads_to(box: Box, asked: Asked) -> str | None:
    if box.view:
        return asked.href("architecture-diagram", view=f"{VIEW}{box.view}")
    return pictures.element_address(box.element, asked.version.version)


READ = "architecture.read"
ROUTES = [
    page("architecture/diagrams", diagrams, name="architecture-diagrams", who=READ),
    page("architecture/diagrams/<str:view>", diagram, name="architecture-diagram", who=READ),
    page("architecture/diagrams/<str:view>/file.<str:form>", diagram_file, name="architecture-diagram-file", who=READ),
]
