"""`/architecture/elements/…`: one component, what it is related to, and the impact query from it. Layer 2."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.routing import page
from maidinh.channels.web import appraisals, component, picture
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.editions import Reading, is_inside, reading, reference
from maidinh.channels.web.traffic import seen_on
from maidinh.governance.exploring.impact import DIRECTIONS, Direction, Impact
from maidinh.governance.exploring.impact import impact as asked_impact
from maidinh.governance.exploring.tables import impact_sheet, workbook
from maidinh.governance.modelling.definition import Element, Relation

PER_PAGE = 100
DEPTHS = ("1", "2", "3", "4")
TABLE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@reading
def element(request: HttpRequest, of: Reading, element: str) -> HttpResponse:
    """One component: what it is, whose, what it is related to, what depends on it, what was seen."""
    found, model = _element(of, element), of.edition.model
    here, owners, inside = of.words.language, of.words.agencies, is_inside(of.actor)
    rows = picture.connection_rows(model, seen_on(of.version, model), here)
    related = of.exploration.relations.get(element, [])
    words = appraisals.of_read(of.actor, of.version, of.day).words
    context = of.context(
        element=found,
        facts=component.fact_rows(
            found, model, agencies=owners, language=here, official=inside, shelf=reference().shelf
        ),
        documentation=found.documentation.in_language(here) if found.documentation else "",
        costs=component.cost_rows(found),
        properties=component.property_rows(found, model, here),
        network=component.is_network(found),
        members=component.standing_in(found, model, agencies=owners, language=here)
        if component.is_network(found)
        else [],
        mark=picture.mark_text(found),
        groups=_groups(of, found, related),
        contracts=[
            {
                "source": of.name(each.from_),
                "target": of.name(each.to),
                "contract": each.contract,
            }
            for each in related
            if each.contract
        ],
        views=[
            {
                "name": each.name.in_language(here) or each.id,
                "href": of.beside("architecture-diagram", view=f"view:{each.id}"),
            }
            for each in of.exploration.views.get(element, [])
        ],
        impacts=[_figure(of, element, direction) for direction in DIRECTIONS],
        findings=words.about({element, *(each.id for each in related if each.from_ == element)}),
        connections=[each for each in rows if element in (each["connection"].source, each["connection"].target)],
    )
    return render(request, "architecture/element.html", context)


@reading
def impact(request: HttpRequest, of: Reading, element: str) -> HttpResponse:
    """What depends on a component, or what it depends on: by steps and agencies, with the way to each."""
    found, direction, depth = _asked(request, of, element)
    owners = of.exploration.elements
    order = sorted(
        found.reached.values(),
        key=lambda each: (each.depth, not owners[each.element].owner, owners[each.element].owner or "", each.element),
    )
    shown = Paginator(order, PER_PAGE).get_page(request.GET.get("page"))
    rows: dict[int, list[dict[str, Any]]] = {}
    for each in shown:
        way = of.words.way(of.exploration, found, each.element)
        rows.setdefault(each.depth, []).append(of.row(each.element) | {"way": way})
    wanted = {"direction": direction, "depth": depth}
    by_owner = Counter(of.exploration.elements[each].owner or "" for each in found.reached)
    context = of.context(
        element=of.exploration.elements[element],
        direction=direction,
        depth=depth,
        depths=[(each, _steps(int(each))) for each in DEPTHS],
        counts=[(number, _steps(number), count) for number, count in found.depths().items()],
        total=len(found.reached),
        owners=[
            {
                "name": of.words.agency(code) or _("nobody named"),
                "href": of.href("architecture-agency", code=code) if code else "",
                "count": count,
            }
            for code, count in sorted(by_owner.items(), key=lambda each: (-each[1], each[0]))
        ],
        groups=[(_steps(number), several) for number, several in rows.items()],
        page=shown,
        query=of.href("architecture-impact", wanted, element=element),
        files=[(form, of.href("architecture-impact-file", wanted, element=element, form=form)) for form in TABLE_TYPES],
    )
    return render(request, "architecture/impact.html", context)


@reading
def impact_file(request: HttpRequest, of: Reading, element: str, form: str) -> HttpResponse:
    """The same as a table or for machines."""
    if form not in TABLE_TYPES:
        raise Http404(form)
    found, direction, depth = _asked(request, of, element)
    if form == "json":
        answer = {
            "province": of.edition.model.province, "version": of.version.version, "element": element,
            "direction": direction, "depth": int(depth) if depth else None, "by_depth": found.depths(),
            "reached": [
                {
                    "id": each.element, "name": of.name(each.element), "depth": each.depth,
                    "owner": of.exploration.elements[each.element].owner, "because": each.by._asdict(),
                    "way": of.words.way(of.exploration, found, each.element),
                }
                for each in found.reached.values()
            ],
        }  # fmt: skip
        content = json.dumps(answer, ensure_ascii=False, indent=2).encode()
    else:
        sheet = impact_sheet(of.exploration, found, of.words, of.day)
        content = sheet.csv() if form == "csv" else workbook([sheet])
    return attachment(content, f"{direction}-{element}.{form}", TABLE_TYPES[form])


def _element(of: Reading, element: str) -> Element:
    found = of.exploration.elements.get(element)
    if found is None:
        raise Http404(element)
    return found


def _asked(request: HttpRequest, of: Reading, element: str) -> tuple[Impact, Direction, str]:
    """What is reached in the direction and to the depth asked for; what can't be asked for is taken as not asked."""
    _element(of, element)
    wanted = request.GET.get("direction")
    direction: Direction = "needs" if wanted == "needs" else "dependents"
    depth = request.GET.get("depth", "")
    depth = depth if depth in DEPTHS else ""
    return asked_impact(of.exploration.graph, element, direction, int(depth) if depth else None), direction, depth


def _figure(of: Reading, element: str, direction: Direction) -> dict[str, Any]:
    """How much is reached, as a figure that leads to the list."""
    count = len(asked_impact(of.exploration.graph, element, direction).reached)
    text = (
        ngettext("component depends on it", "components depend on it", count)
        if direction == "dependents"
        else ngettext("component it depends on", "components it depends on", count)
    )
    return {
        "value": count,
        "text": text,
        "href": of.href("architecture-impact", {"direction": direction}, element=element) if count else "",
    }


def _steps(number: int) -> str:
    """How far away something is."""
    return _("directly") if number == 1 else _("in %(number)s steps") % {"number": number}


def _groups(of: Reading, element: Element, related: list[Relation]) -> list[dict[str, Any]]:
    """Its relations by what they mean, seen from it."""
    held: dict[str, list[dict[str, Any]]] = {}
    for each in related:
        outward = each.from_ == element.id
        other = each.to if outward else each.from_
        if other in of.exploration.elements:
            title = _meanings()[each.kind][0 if outward else 1]
            held.setdefault(title, []).append(of.row(other) | {"relation": each.id, "more": _more(of, each)})
    order = [title for pair in _meanings().values() for title in pair]
    return [{"title": title, "rows": held[title]} for title in dict.fromkeys(order) if title in held]


def _more(of: Reading, relation: Relation) -> str:
    """What else is said of a relation: its name, how it reaches data, under which agreement."""
    reach = {"read": _("reads"), "write": _("writes"), "read-write": _("reads and writes")}
    told = [
        relation.name.in_language(of.words.language) if relation.name else "",
        reach.get(relation.access or "", ""),
        _("agreement %(id)s") % {"id": relation.contract.id} if relation.contract else "",
    ]
    return "; ".join(each for each in told if each)


def _meanings() -> dict[str, tuple[str, str]]:
    """What a relation of each kind means for the component that it begins at, and for the one it ends at."""
    return {
        "composition": (_("Consists of"), _("Is part of")),
        "aggregation": (_("Groups"), _("Belongs to")),
        "serving": (_("Serves"), _("Uses")),
        "flow": (_("Sends data to, or calls"), _("Gets data from, or is called by")),
        "access": (_("Reads or writes"), _("Is read or written by")),
        "realization": (_("Realises"), _("Is realised by")),
        "assignment": (_("Runs or carries out"), _("Is run or carried out by")),
        "triggering": (_("Triggers"), _("Is triggered by")),
        "influence": (_("Influences"), _("Is influenced by")),
        "specialization": (_("Is a kind of"), _("Has as kinds")),
        "association": (_("Has to do with"), _("Has to do with")),
    }


READ = "architecture.read"
ROUTES = [
    page("architecture/elements/<str:element>", element, name="architecture-element", who=READ),
    page("architecture/elements/<str:element>/impact", impact, name="architecture-impact", who=READ),
    page("architecture/elements/<str:element>/impact.<str:form>", impact_file, name="architecture-impact-file",
         who=READ),
]  # fmt: skip
