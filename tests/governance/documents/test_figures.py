"""The figures: they fit on a sheet, no box runs into another, no text out of its box, and what is cut is counted."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.governance.documents.block_drawing import BOX, SHEET, WIDTH, Band, Box, draw_bands
from maidinh.governance.documents.content import TALLEST, WIDEST
from maidinh.governance.documents.figures import drawn
from maidinh.governance.documents.material import Material
from maidinh.infrastructure.lettering import width
from tests.governance.small import element

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=60)
SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    root = ElementTree.fromstring(svg)
    found = [
        tuple(float(each.get(name, "")) for name in ("x", "y", "width", "height")) for each in root.iter(f"{SVG}rect")
    ]
    return [each for each in found if each[2] < WIDTH - 2]  # type: ignore[misc]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.builds(Box, NAMES, NAMES), max_size=9), min_size=1, max_size=3))
def test_no_box_runs_into_another(content: list[list[Box]]) -> None:
    svg = draw_bands("Hình", [Band("Lớp", each) for each in content])
    found = boxes(svg)
    assert len(found) == sum(len(each) for each in content)
    height = float(ElementTree.fromstring(svg).get("height", ""))
    for number, (x, y, wide, high) in enumerate(found):
        assert x >= 0
        assert x + wide <= WIDTH
        assert y + high <= height
        for x2, y2, wide2, high2 in found[number + 1 :]:
            apart = x + wide <= x2 or x2 + wide2 <= x or y + high <= y2 or y2 + high2 <= y
            assert apart


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=120))
def test_no_word_runs_out_of_its_box(name: str, note: str) -> None:
    box = Box(name, note)
    svg = ElementTree.fromstring(draw_bands("Hình", [Band("Lớp", [box, Box("Ba"), box])]))
    inside = [each for each in svg.iter(f"{SVG}text") if each.get("text-anchor") == "middle"]
    assert inside
    for each in inside:
        size, bold = float(each.get("font-size", "")), each.get("font-weight") is not None
        assert width(each.text or "", size, bold=bold) <= BOX


def test_what_finds_no_room_is_counted(small: Callable[..., Material]) -> None:
    many = [element(f"s{number}", "information-system", 5, owner="H99.1") for number in range(300)]
    drawing = drawn(small(elements=many, relations=[]), "layers", "Các lớp")
    assert drawing is not None
    shown = len(boxes(drawing.svg))
    assert f"và {300 - shown} thành phần khác, xem bảng" in drawing.svg
    assert float(ElementTree.fromstring(drawing.svg).get("height", "")) <= SHEET + 10
    assert "5. Ứng dụng và cơ sở dữ liệu: 300" in drawing.alternative
    whole = drawn(small(elements=many, relations=[]), "layers", "Các lớp", whole=True)
    assert whole is not None
    assert len(boxes(whole.svg)) == 300


def test_a_figure_of_nothing_isnt_drawn(small: Callable[..., Material]) -> None:
    empty = small(elements=[], relations=[])
    for figure in ("layers", "parts", "owners", "technology", "zones", "plateaus", "connections", "data", "business"):
        assert drawn(empty, figure, "Hình") is None, figure  # type: ignore[arg-type]


def test_connections_say_what_flows(small: Callable[..., Material]) -> None:
    drawing = drawn(small(), "connections", "Kết nối")
    assert drawing is not None
    assert "Tên one-stop → Tên persons" in drawing.alternative


def test_owners_of_a_single_thing_share_a_band(small: Callable[..., Material]) -> None:
    system = "information-system"
    owners = ("H62.1", "H62.1", "H62.2", "H62.3")
    systems = [element(f"system-{n}", system, 5, owner=owner) for n, owner in enumerate(owners)]
    drawing = drawn(small(elements=systems, relations=[]), "owners", "Chủ quản")
    assert drawing is not None
    assert drawing.alternative.endswith("H62.1: 2; Các cơ quan có một thành phần: 2.")
    few = drawn(small(elements=systems[:3], relations=[]), "owners", "Chủ quản")
    assert few is not None
    assert "Các cơ quan có một thành phần" not in few.alternative


def test_a_sheet_is_as_high_as_a_figure_may_be() -> None:
    assert SHEET / WIDTH * WIDEST <= TALLEST, "a drawing would be made smaller, and its letters with it"
