"""The pages of diagrams: everything that can be drawn, each drawing with its table and its files."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from maidinh.channels.web.editions import publication_rules
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drawings.viewpoints import VIEWPOINTS
from maidinh.governance.exploring.publication import publication
from tests.channels.web.test_architecture import page

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"


def drawing(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r"<svg xmlns.*?</svg>", html, re.S)[0])  # type: ignore[index]


def test_the_list_leads_to_every_drawing(client: Any) -> None:
    html = page(client, "/architecture/diagrams")
    links = re.findall(r'href="(/architecture/diagrams/[^"]+)"', html)
    assert {each.rsplit("/", 1)[1] for each in links} >= set(VIEWPOINTS)
    assert sum("agency" in each for each in links) > 5


def test_search_finds_without_diacritics(client: Any) -> None:
    html = page(client, "/architecture/diagrams?q=so+khoa+hoc+va+cong+nghe&version=1.0")
    assert "/architecture/diagrams/agency" in html
    assert "/architecture/diagrams/plateaus" not in html
    nothing = page(client, "/architecture/diagrams?q=khongcotennay")
    assert "/architecture/diagrams/zones" not in nothing


@pytest.mark.parametrize("view", [*VIEWPOINTS, "agency:H38.2"])
def test_every_component_is_in_the_table_and_every_box_leads_to_its_page(client: Any, view: str) -> None:
    html = page(client, f"/architecture/diagrams/{view}")
    root = drawing(html)
    boxes = {each.get("data-element") for each in root.iter(f"{SVG}g")} - {None}
    rows = set(re.findall(r'data-component="([^"]+)"', html))
    assert boxes and boxes <= rows
    for link in root.iter(f"{SVG}a"):
        assert re.fullmatch(r"/architecture/elements/[^?]+", str(link.get("href")))
        assert link.get("aria-label")
    assert "style=" not in html
    assert len(re.findall("<h1", html)) == 1


@pytest.mark.parametrize(
    ("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")]
)
def test_files_of_a_drawing(client: Any, form: str, begins: bytes) -> None:
    answer = client.get(f"/architecture/diagrams/plateaus/file.{form}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert f"plateaus.{form}" in answer["Content-Disposition"]


def test_what_there_is_not(client: Any) -> None:
    page(client, "/architecture/diagrams/view:nothing", status=404)
    page(client, "/architecture/diagrams/plateaus/file.exe", status=404)
    page(client, "/architecture/diagrams/zones?as_of=31.01.2026", status=422)
    page(client, "/architecture/diagrams/zones?as_of=1990-01-01", status=404)


def test_a_day_is_kept_on_the_way(client: Any) -> None:
    html = page(client, "/architecture/diagrams/zones?as_of=2026-10-01")
    assert "/architecture/diagrams/zones/file.svg?as_of=2026-10-01" in html


def test_the_public_is_drawn_the_public_edition(client: Any, sign_in_as: Any, official: Any) -> None:
    model = current_version().model
    shown = {each.id for each in publication(model, publication_rules())[0].elements}
    public = drawing(page(client, "/architecture/diagrams/technology?version=1.0"))
    drawn = {each.get("data-element") for each in public.iter(f"{SVG}g")} - {None}
    assert drawn <= shown
    sign_in_as(client, official("architecture.draft"))
    inside = drawing(page(client, "/architecture/diagrams/technology?version=1.0"))
    assert drawn < {each.get("data-element") for each in inside.iter(f"{SVG}g")}
