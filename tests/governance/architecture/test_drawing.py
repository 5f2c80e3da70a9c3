"""The picture is well formed and leaves nothing out."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from maidinh.governance.architecture.drawing import Words, draw
from maidinh.governance.architecture.layout import BOX_HEIGHT, BOX_WIDTH, WIDTH, layout
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.conformity.rules import Connection
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance import small
from tests.governance.small import FRAMEWORKS

SVG = "{http://www.w3.org/2000/svg}"
KINDS = (
    "user-group channel portal-service public-service information-system database shared-platform interface network"
    " data-centre infrastructure-service"
)
WORDS = Words(
    language="vi", title="Tên <&>", description="Mô tả", layers={n: f"Lớp {n}" for n in range(1, 8)},
    kinds={kind: kind for kind in KINDS.split()}, states={"planned": "dự kiến"}, outside="Không rõ",
)  # fmt: skip
SEEN = [
    Connection("outside", "persons", False, 0, 2, None, "undeclared"),
    Connection("other", "persons", False, 0, 2, None, "undeclared"),
    Connection("one-stop", "persons", True, 3, 0, None, "used"),
]


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)


def test_every_element_and_connection_is_drawn() -> None:
    model = small.architecture()
    root = parsed(draw(model, SEEN, WORDS, label=lambda each: f"{each.source}!{each.verdict}"))
    drawn = {group.get("data-element") for group in root.iter(f"{SVG}g")} - {None}
    assert drawn == {each.id for each in model.elements} | {"outside"}
    assert [group.get("data-layer") for group in root.iter(f"{SVG}g") if group.get("data-layer")] == list("1234567")
    text = "".join(root.itertext())
    for each in SEEN:
        assert f"{each.source}!{each.verdict}" in text
    lines = [path for path in root.iter(f"{SVG}path") if "md-connection" in (path.get("class") or "")]
    assert sorted(path.get("stroke-dasharray") is not None for path in lines) == [False, True, True]


def test_picture_says_what_it_is_to_who_cannot_see_it() -> None:
    root = parsed(draw(small.architecture(), [], WORDS, label=str))
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root if each.get("id")}
    assert [named[each] for each in root.get("aria-labelledby", "").split()] == ["Tên <&>", "Mô tả"]
    assert not any(each.get("style") for each in root.iter())


def test_relations_can_be_left_out() -> None:
    def quiet(markup: str) -> int:
        return sum(path.get("class") == "md-relation" for path in parsed(markup).iter(f"{SVG}path"))

    assert quiet(draw(small.architecture(), SEEN, WORDS, label=str)) == 1
    assert quiet(draw(small.architecture(), SEEN, WORDS, label=str, relations=False)) == 0


@pytest.mark.parametrize("province", ["lao-cai", "vinh-phuc", "ninh-thuan"])
def test_boxes_of_the_provinces_lie_in_their_bands_and_apart(province: str) -> None:
    versions = read_versions(definitions_root() / "provinces" / Path(province))
    for version in versions:
        model = resolve(versions, version, FRAMEWORKS)
        picture = layout(model, [], "?")
        boxes = list(picture.boxes.values())
        assert {box.element.id for box in boxes} == {element.id for element in model.elements if element.layer}
        bands = {band.layer: band for band in picture.bands}
        for box in boxes:
            band = bands[box.element.layer]
            assert band.y <= box.y and box.y + BOX_HEIGHT <= band.y + band.height
            assert box.x + BOX_WIDTH <= WIDTH
        for one in boxes:
            for other in boxes:
                apart = abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
                assert one is other or apart, (one.element.id, other.element.id)


def test_same_architecture_is_the_same_picture() -> None:
    pictures = {draw(small.architecture(), SEEN, WORDS, label=str) for _ in range(3)}
    assert len(pictures) == 1
