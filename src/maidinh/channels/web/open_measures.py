"""`/open/measures`: the index 766 for everyone, by agency, procedure and month, with the formula of every figure.

Layer 2. Counts only: no dossier is told. Quyết định 766/QĐ-TTg; Luật Tiếp cận thông tin 2016. The module's name lets
its addresses be known before `/open/<code>`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from maidinh.channels.routing import ANYONE, page
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.measured import (
    Question,
    choices_of,
    figure_in_words,
    question_of,
    unit_in_words,
    why_in_words,
)
from maidinh.channels.wording import language
from maidinh.infrastructure.workbooks.separated import csv_bytes
from maidinh.services.measures.queries import ROWS, Keyed, index_by, index_for
from maidinh.services.measures.rules import Figure, Index, Share, grade_of
from maidinh.services.measures.telling import COLUMNS, index_document, number, table_of

CSV = "text/csv; charset=utf-8"
SHOWN = ("on-time", "average-time", "supplement-rounds", "minutes-to-submission", "fields-typed")
DRILL = "dossier.read-agency"


def measures(request: HttpRequest) -> HttpResponse:
    """The figures as tables, each with its formula."""
    question = question_of(request.GET, timezone.now())
    index = index_for(question.asked, question.today)
    parts = index_by(question.asked, question.by, question.today)
    drill = request.actor.may(DRILL)
    context: dict[str, Any] = {
        "wanted": question.wanted,
        "at": question.at,
        "index": index,
        "csv": reverse("open-measures-file") + question.query(),
        "json": reverse("open-api-measures") + question.query(),
        **choices_of(question),
    }
    if index is not None:
        context |= {
            "grade": _grade(index),
            "groups": [_group(each, question, drill) for each in index.groups],
            "figures": [_figure(each, question, drill) for each in index.figures],
            "heads": _heads(index),
            "parts": [_part(each, question) for each in parts],
        }
    return render(request, "open/measures.html", context)


def measures_file(request: HttpRequest) -> HttpResponse:
    """The same figures as a file: first of everything that was asked for, then by what was chosen."""
    question = question_of(request.GET, timezone.now())
    index = index_for(question.asked, question.today)
    lines = [] if index is None else list(table_of("", index, language()))
    for each in index_by(question.asked, question.by, question.today):
        lines += table_of(each.key, each.index, language())
    return attachment(csv_bytes([list(COLUMNS), *lines]), f"measures-{question.asked.year}.csv", CSV)


def measures_data(request: HttpRequest) -> JsonResponse:
    """The same figures for programs."""
    question = question_of(request.GET, timezone.now())
    index = index_for(question.asked, question.today)
    told = {
        "as_of": question.at,
        "province": settings.MAIDINH.province,
        "sample": settings.MAIDINH.sample,
        "language": language(),
        "asked": {name: value or None for name, value in question.wanted.items()},
        "index": None if index is None else index_document(index),
        f"by_{question.by}": [
            {"key": each.key, "name": question.named(question.by, each.key)} | index_document(each.index)
            for each in index_by(question.asked, question.by, question.today)
        ],
    }
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


def _grade(index: Index) -> str | None:
    least = grade_of(index)
    titles = {str(band.least): band.title.in_language(language()) for band in index.definition.bands}
    return titles.get(least or "")


def _group(result: Any, question: Question, drill: bool) -> dict[str, Any]:
    group = result.group
    return {
        "title": group.title.in_language(language()),
        "points": result.points,
        "of": group.points,
        "checked": group.checked,
        "rows": [_share(each, question, drill) for each in result.shares],
    }


def _share(share: Share, question: Question, drill: bool) -> dict[str, Any]:
    one = share.indicator
    return {
        "title": one.title.in_language(language()),
        "formula": one.formula.in_language(language()),
        "part": share.part,
        "whole": share.whole,
        "value": number(share.percent),
        "why": why_in_words(share.why) if share.why else "",
        "target": one.target,
        "points": share.points,
        "of": one.points,
        "basis": one.basis.text,
        "checked": one.checked,
        "dossiers": _behind(("late", "rated") if one.part == "on_time" else (one.part, one.whole), question, drill),
    }


def _figure(figure: Figure, question: Question, drill: bool) -> dict[str, Any]:
    one = figure.measure
    return {
        "title": one.title.in_language(language()),
        "formula": one.formula.in_language(language()),
        "part": figure.part,
        "whole": figure.whole,
        "value": number(figure.value),
        "unit": unit_in_words(one.unit),
        "why": why_in_words(figure.why) if figure.why else "",
        "dossiers": _behind((one.part, one.whole), question, drill),
    }


def _behind(figures: tuple[str, ...], question: Question, drill: bool) -> list[dict[str, str]]:
    """The lists of dossiers behind a figure, for those who may see them."""
    if not drill:
        return []
    where = question.query(by="")
    known = [each for each in dict.fromkeys(figures) if each in ROWS]
    return [
        {"href": reverse("measured-dossiers", kwargs={"figure": each}) + where, "text": figure_in_words(each)}
        for each in known
    ]


def _heads(index: Index) -> list[str]:
    titles = {each.indicator.id: each.indicator.title for each in index.shares}
    titles |= {each.measure.id: each.measure.title for each in index.figures}
    return [titles[each].in_language(language()) for each in SHOWN if each in titles]


def _part(each: Keyed, question: Question) -> dict[str, Any]:
    """One line of the table by agency, procedure or month."""
    index = each.index
    shares = {share.indicator.id: (number(share.percent), "%") for share in index.shares}
    values = shares | {
        figure.measure.id: (number(figure.value), unit_in_words(figure.measure.unit)) for figure in index.figures
    }
    narrowed = str(int(each.key[5:])) if question.by == "month" else each.key
    return {
        "name": question.named(question.by, each.key),
        "href": reverse("open-measures") + question.query(**{question.by: narrowed}),
        "points": index.points,
        "measured": index.measured,
        "values": [values[name] for name in SHOWN if name in values],
    }


ROUTES = [
    page("open/measures", measures, name="open-measures", who=ANYONE),
    page("open/measures.csv", measures_file, name="open-measures-file", who=ANYONE),
    page("api/open/measures.json", measures_data, name="open-api-measures", who=ANYONE),
]
