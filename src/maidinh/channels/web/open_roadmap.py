"""`/open/money`, the adopted roadmap: what the province will spend by year and by phase, and since when that holds.

Layer 2. Each a chart with its table, its CSV file and its JSON. The roadmap that was adopted last counts; scenarios are
no public matter. Legal ground: Nghị định 224/2026/NĐ-CP article 24.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.open_register import CSV, READ
from maidinh.channels.web.open_words import money_words, told
from maidinh.governance.drawings.bars import Bar, draw_bars
from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.queries import Adoption, newest_adoption
from maidinh.governance.roadmap.sums import OUTSIDE, MoneySum, by_phase, by_year
from maidinh.infrastructure.workbooks.separated import csv_bytes

Dimension = Literal["year", "phase"]
DIMENSIONS: tuple[Dimension, ...] = ("year", "phase")


@dataclass(frozen=True)
class Adopted:
    """The roadmap that counts, and what it was computed from."""

    adoption: Adoption
    portfolio: Portfolio
    roadmap: Roadmap

    def sums(self, dimension: Dimension) -> list[MoneySum]:
        """Its money by year or phase."""
        return (by_year if dimension == "year" else by_phase)(self.portfolio, self.roadmap)

    def names(self, dimension: Dimension) -> Mapping[str, str]:
        """What the phases are called; a year is its own name."""
        if dimension == "year":
            return {}
        titles = {each.id: told(each.title.in_language(language()) or each.id) for each in self.portfolio.phases}
        return titles | {OUTSIDE: _("in no phase")}


def adopted_roadmap() -> Adopted | None:
    """The roadmap that counts; None before the first is adopted."""
    adoption = newest_adoption()
    roadmap = adoption.revision.roadmap_form if adoption is not None else None
    return Adopted(adoption, adoption.revision.portfolio_form, roadmap) if adoption and roadmap else None


def planned_money(at: datetime) -> dict[str, Any] | None:
    """What the section of the page shows: which roadmap it is, how old, and its charts."""
    found = adopted_roadmap()
    if found is None:
        return None
    adoption = found.adoption
    days = (timezone.localdate(at) - timezone.localdate(adoption.at)).days
    return {
        "name": told(adoption.revision.scenario.name),
        "version": adoption.revision.number,
        "adoption": adoption,
        "age": ngettext("That was %(num)s day ago.", "That was %(num)s days ago.", days) % {"num": days}
        if days else _("That was today."),
        "charts": [_chart(found, each) for each in DIMENSIONS if found.sums(each)],
    }  # fmt: skip


def roadmap_record() -> dict[str, Any] | None:
    """The adopted roadmap as open data: the fields of docs/reference/open-data.md."""
    found = adopted_roadmap()
    if found is None:
        return None
    adoption, revision = found.adoption, found.adoption.revision
    return {
        "id": revision.scenario_id, "name": told(revision.scenario.name), "version": revision.number,
        "adopted_on": timezone.localdate(adoption.at), "decision": adoption.decision,
        "portfolio_hash": adoption.portfolio_hash, "roadmap_hash": adoption.roadmap_hash, "log_entry": adoption.entry,
        "sample": revision.scenario.sample,
    } | {f"by_{each}": _records(found, each) for each in DIMENSIONS}  # fmt: skip


def roadmap_file(request: HttpRequest, dimension: str) -> HttpResponse:
    """One of the tables as a CSV file; only its head before the first roadmap is adopted."""
    del request
    by: Dimension | None = next((each for each in DIMENSIONS if each == dimension), None)
    if by is None:
        raise Http404(dimension)
    found, table = adopted_roadmap(), []
    if found is not None:
        day, version = timezone.localdate(found.adoption.at).isoformat(), str(found.adoption.revision.number)
        table = [
            [*(str(each[name]) for name in ("key", "name", "budget", "build", "run", "starts")), version, day]
            for each in _records(found, by)
        ]
    heads = [dimension, "name", "budget", "build", "run", "starts", "version", "adopted_on"]
    return attachment(csv_bytes([heads, *table]), f"roadmap-by-{dimension}.csv", CSV)


def _records(found: Adopted, dimension: Dimension) -> list[dict[str, Any]]:
    names = found.names(dimension)
    return [
        {
            "key": each.key, "name": names.get(each.key, each.key), "budget": each.budget, "build": each.build,
            "run": each.run, "starts": each.starts,
        }
        for each in found.sums(dimension)
    ]  # fmt: skip


def _chart(found: Adopted, dimension: Dimension) -> dict[str, Any]:
    """One chart with its table and the addresses of its files."""
    sums, names = found.sums(dimension), found.names(dimension)
    title, head = {
        "year": (_("The roadmap's money by year"), _("Year")),
        "phase": (_("The roadmap's money by phase"), _("Phase")),
    }[dimension]
    bars = [Bar(names.get(each.key, each.key), each.build, each.run, _words(each)) for each in sums]
    said = _("Full bars are money to build or buy, dashed outlines money to run. The table below has the figures.")
    return {
        "id": f"roadmap-{dimension}",
        "title": title,
        "head": head,
        "svg": draw_bars(bars, title=title, description=said, key=f"roadmap-{dimension}", language=language()),
        "rows": [{"sum": each, "name": names.get(each.key, each.key)} for each in sums],
        "csv": reverse("open-roadmap-file", kwargs={"dimension": dimension}),
        "json": reverse("open-api-roadmap"),
    }


def _words(each: MoneySum) -> str:
    values = {"build": money_words(each.build), "run": money_words(each.run)}
    return _("to build: %(build)s; to run: %(run)s") % values


ROUTES = [page("open/money/roadmap-by-<slug:dimension>.csv", roadmap_file, name="open-roadmap-file", who=READ)]
