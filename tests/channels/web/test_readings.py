"""The readings of an architecture as pages: search, impact, agencies, coverage, life-cycle, technology."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from maidinh.channels.web import ageing, elements, picture
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.exploring.dependencies import dependencies
from maidinh.governance.exploring.impact import Graph, impact
from maidinh.governance.modelling.metamodel import RELATION_KINDS
from maidinh.infrastructure.actor import Actor

pytestmark = pytest.mark.slow

ALL = (
    "/architecture/explorer", "/architecture/agencies", "/architecture/coverage", "/architecture/timeline",
    "/architecture/technology",
)  # fmt: skip


@pytest.fixture
def architect(official: Callable[..., Actor]) -> Actor:
    return official("architecture.draft")


@pytest.fixture
def inside(client: Any, sign_in_as: Any, architect: Actor) -> Any:
    """The browser of somebody who works for the province."""
    sign_in_as(client, architect)
    return client


def page(client: Any, address: str, status: int = 200) -> str:
    client.cookies["django_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:500]
    html = unescape(answer.content.decode())
    assert html.count("<h1") == 1 and "style=" not in html
    return html


def shown(html: str) -> list[str]:
    return re.findall(r'data-element="([^"]+)"', html)


def test_search_finds_without_accents_and_by_filters(client: Any) -> None:
    html = page(client, "/architecture/explorer?q=dat+dai")
    assert "land-register" in shown(html)
    filtered = shown(page(client, "/architecture/explorer?q=dat+dai&kind=database"))
    kinds = {each.id: each.kind for each in current_version().model.elements}
    assert filtered and {kinds[each] for each in filtered} == {"database"}
    none = page(client, "/architecture/explorer?q=zzzz&layer=%00x&page=900")
    assert shown(none) == [] and "take a filter away" in none and 'value="zzzz"' in none


def test_every_component_is_on_one_of_the_pages(client: Any) -> None:
    found: list[str] = []
    for number in range(1, 20):
        html = page(client, f"/architecture/explorer?page={number}")
        found += shown(html)
        if f"page={number + 1}" not in html:
            break
    assert sorted(found) == sorted(each.id for each in current_version().model.elements)


def test_impact_tells_the_way_and_the_agencies(inside: Any) -> None:
    model = current_version().model
    graph = Graph.of(dependencies(model), {each.id: each.kind for each in model.elements})
    for direction in ("dependents", "needs"):
        html = page(inside, f"/architecture/elements/lgsp/impact?direction={direction}")
        assert sorted(shown(html)) == sorted(impact(graph, "lgsp", direction).reached)
    near = page(inside, "/architecture/elements/lgsp/impact?depth=1")
    assert sorted(shown(near)) == sorted(impact(graph, "lgsp", "dependents", 1).reached)
    assert re.search(r" – (uses|calls|is part of) – ", near)
    assert "/architecture/agencies/" in near
    page(inside, "/architecture/elements/nothing/impact", 404)


def test_impact_as_files(client: Any) -> None:
    address = "/architecture/elements/lgsp/impact"
    html = page(client, address)
    rows = list(csv.reader(io.StringIO(client.get(f"{address}.csv").content.decode("utf-8-sig"))))
    told = json.loads(client.get(f"{address}.json").content)
    book = load_workbook(io.BytesIO(client.get(f"{address}.xlsx").content))
    assert len(rows) - 1 == len(told["reached"]) == len(shown(html)) == book.active.max_row - 1
    assert {each["id"] for each in told["reached"]} == set(shown(html))
    assert client.get(f"{address}.exe").status_code == 404


def test_a_component_tells_its_relations_by_what_they_mean(inside: Any) -> None:
    html = page(inside, "/architecture/elements/lgsp")
    related = {each.id for each in current_version().model.relations if "lgsp" in (each.from_, each.to)}
    assert set(re.findall(r'data-relation="([^"]+)"', html)) == related
    assert "Serves" in html and "components depend on it" in html


def test_every_kind_of_relation_has_its_words(db: None) -> None:
    assert set(elements._meanings()) == RELATION_KINDS
    assert set(picture.relation_names()) == RELATION_KINDS


def test_the_matrix_leads_to_each_agency(inside: Any) -> None:
    html = page(inside, "/architecture/agencies")
    model = current_version().model
    owners = {each.owner for each in model.elements if each.owner}
    linked = set(re.findall(r'href="/architecture/agencies/([^"#?]+)"', html))
    assert owners <= linked
    rows = list(csv.reader(io.StringIO(inside.get("/architecture/agencies.csv").content.decode("utf-8-sig"))))
    assert rows[0] == ["Agency", "Code", "Owns", "Runs", "Provides", "Uses", "Owes"]
    counted = {row[1]: int(row[2]) for row in rows[1:]}
    apart = {"agency", "gap", "work-package", "requirement", "assessment", "plateau", "document"}
    assert counted == {
        code: sum(each.owner == code and each.kind not in apart for each in model.elements) for code in counted
    }
    book = load_workbook(io.BytesIO(inside.get("/architecture/agencies.xlsx").content))
    assert book.sheetnames == ["Responsibilities", "In detail"]


def test_an_agency_tells_what_it_provides_and_uses(inside: Any) -> None:
    model = current_version().model
    flow = next(each for each in model.relations if each.contract)
    owner = {each.id: each.owner for each in model.elements}
    provider = next(each.interface.system for each in model.elements if each.id == flow.to)
    for code in (owner[flow.from_], owner[provider]):
        assert f'data-contract="{flow.contract.id}"' in page(inside, f"/architecture/agencies/{code}")
    ended = page(inside, f"/architecture/agencies/{owner[provider]}")
    assert "What it owns" in ended
    page(inside, "/architecture/agencies/H0.0", 404)


def test_coverage_shows_one_model_as_a_tree(client: Any) -> None:
    html = page(client, "/architecture/coverage?model=drm")
    assert "DRM001.001" in html and "Business (BRM)" in html
    assert "Components without a code" in html
    assert "DRM001.001" not in page(client, "/architecture/coverage?model=nonsense")  # the first model instead


def test_bars_and_words_say_the_same(client: Any) -> None:
    for by in ("owner", "layer"):
        html = page(client, f"/architecture/timeline?by={by}")
        bars = re.findall(r'<svg class="md-bar".*?</svg>', html, re.S)
        assert len(bars) == len(shown(html)) > 10
        for each in bars:
            bar = ElementTree.fromstring(each)
            assert bar.get("role") == "img" and bar.get("aria-label") in html.replace(each, "")
            for box in bar.iter("rect"):
                assert (
                    0 <= int(box.get("x", "-1")) < int(box.get("x", "0")) + int(box.get("width", "0")) <= ageing.WIDTH
                )


def test_technology_is_for_officials_and_its_catalogue_for_all(client: Any, sign_in_as: Any, architect: Actor) -> None:
    model = current_version().model
    images = {name for each in model.elements if each.kind == "technology-product" for name in each.technology}
    user, product = next(
        (each, name)
        for each in model.elements
        for name in each.technology
        if name in images and each.kind != "technology-product" and each.state == "live"
    )
    public = page(client, f"/architecture/technology?product={product}")
    assert user.id not in shown(public) and "is not published" in public
    assert f'data-product="{product}"' in page(client, "/architecture/technology")
    sign_in_as(client, architect)
    assert user.id in shown(page(client, f"/architecture/technology?product={product}"))
    page(client, "/architecture/technology?product=nothing", 404)


@pytest.mark.parametrize("address", [*ALL, "/architecture/elements/lgsp", "/architecture/elements/lgsp/impact"])
def test_version_and_day_are_carried_on(client: Any, address: str) -> None:
    html = page(client, f"{address}?version=1.0")
    assert "version=1.0" in html and "What is not published here" in html
    day = current_version().effective_from.isoformat()
    assert f"as_of={day}" in page(client, f"{address}?as_of={day}")
    assert "No version was in effect" in page(client, f"{address}?as_of=1999-01-01", 404)
    assert "year-month-day" in page(client, f"{address}?as_of=someday", 422)
    page(client, f"{address}?version=9.9", 404)


def test_the_first_page_leads_to_every_reading_of_the_same_version(client: Any) -> None:
    names = ("document", "diagrams", "explorer", "agencies", "conformity", "timeline", "technology", "coverage")
    version = current_version()
    for query in ("", f"?version={version.version}", f"?as_of={version.effective_from.isoformat()}"):
        html = page(client, f"/architecture{query}")
        leads = html.partition('aria-labelledby="read-on"')[2].partition("</nav>")[0]
        found = re.findall(r'href="([^"]+)"', leads)
        assert set(found) == {
            *(f"/architecture/{each}{query}" for each in names), "/architecture/waivers", "/architecture/versions",
            "/architecture/observed", "/architecture/connections",
        }  # fmt: skip
        assert all(client.get(each).status_code == 200 for each in found[:4])
    beside = re.findall(r'class="md-readings__item">.*?>([^<]+)<', page(client, "/architecture/agencies"))
    assert len(beside) == len(set(beside)) == 9


@pytest.mark.parametrize("address", ["/architecture", "/architecture/conformity"])
def test_two_filters_on_one_page_have_names_of_their_own(client: Any, address: str) -> None:
    forms = re.findall(r'<form [^>]*role="search"[^>]*>', page(client, address))
    labels = re.findall(r'aria-label="([^"]+)"', " ".join(forms))
    assert len(forms) == len(set(labels)) == 2
