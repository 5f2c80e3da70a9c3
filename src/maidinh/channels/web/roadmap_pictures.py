"""The pictures of a roadmap, each with the table that says the same, for the pages that show one. Layer 2."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import mark_safe

from maidinh.channels.web.context import language
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.roadmap import plateaus, timeline
from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.queries import known_projects
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names


def pictures_of(actor: Actor, portfolio: Portfolio, roadmap: Roadmap) -> dict[str, Any]:
    """The years and the phases as pictures and tables; a project that the reader may open is a link."""
    names, platforms, spoken = agency_names(language()), platform_names(), language()
    known = set(known_projects(actor))

    def href(code: str) -> str | None:
        return reverse("project", kwargs={"code": code}) if code in known else None

    return {
        "says": timeline.timeline_picture(portfolio, roadmap, spoken, names).description,
        "timeline": _markup(timeline.draw_timeline(portfolio, roadmap, spoken, names, href=href)),
        "timeline_head": _aligned(timeline.headings(spoken), (3, 4, 5, 6)),
        "timeline_rows": [_aligned(each.cells(spoken), (3, 4, 5, 6))
                          for each in timeline.rows(portfolio, roadmap, spoken, names)],
        "plateaus": _markup(plateaus.draw_plateaus(portfolio, roadmap, spoken, platforms)),
        "plateaus_says": plateaus.plateaus_picture(portfolio, roadmap, spoken).description,
        "plateaus_head": _aligned(plateaus.headings(spoken), (6,)),
        "plateaus_rows": [_aligned(each, (6,)) for each in 
                          plateaus.rows(portfolio, roadmap, spoken, names, platforms)],
    }  # fmt: skip


def platform_names() -> dict[str, str]:
    """What the elements of the architecture in force are called, by id."""
    version = current_version()
    found = version.model.elements if version is not None else []
    return {each.id: each.name.in_language(language()) or each.id for each in found}


def _aligned(cells: Sequence[str], numeric: Collection[int]) -> list[Any]:
    """The cells of a row, those of figures to the right."""
    return [{"text": each, "numeric": True} if n in numeric else each for n, each in enumerate(cells)]


def _markup(svg: str) -> str:
    return mark_safe(svg)  # noqa: S308 - made by an XML writer that escapes
