"""Views drawn by hand: their geometry, nesting, bends and notation are kept, and what they say can be read."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from maidinh.governance.drawings.catalogue import draw
from maidinh.governance.drawings.picture import Box, Picture
from maidinh.governance.drawings.svg import write
from maidinh.governance.modelling.definition import Model
from tests.governance.drawings import promises
from tests.governance.drawings.hostile import VIEWS, WORDING

SVG = "{http://www.w3.org/2000/svg}"


def place(x: int, y: int, width: int = 120, height: int = 55) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def small(**view: Any) -> Model:
    return Model.model_validate(
        {
            "elements": [
                {"id": "a", "kind": "application-component", "name": {"vi": "Một cửa"}},
                {"id": "b", "kind": "data-object", "name": {"vi": "Đất đai"}},
                {"id": "c", "kind": "goal", "name": {"vi": "Mục tiêu"}},
            ],
            "relations": [
                {"id": "r", "kind": "access", "from": "a", "to": "b", "access": "read"},
                {"id": "h", "kind": "composition", "from": "a", "to": "c"},
            ],
            "views": [{"id": "v", "name": {"vi": "Sơ đồ"}} | view],
        }
    )


def boxes(picture: Picture) -> dict[str, Box]:
    return {each.id: each for each in picture.boxes}


def test_places_and_nesting_are_kept() -> None:
    inner = {"id": "n2", "element": "b", "box": place(-40, 130)}
    group = {"id": "n1", "kind": "container", "label": {"vi": "Nhóm"}, "box": place(-60, 100, 300, 200)}
    picture = draw(
        small(nodes=[group | {"nodes": [inner]}, {"id": "n3", "element": "a", "box": place(400, 100)}]),
        "view:v",
        WORDING,
    )
    found = boxes(picture)
    one, other = found["n1"].rect, found["n2"].rect
    assert (other.x - one.x, other.y - one.y, other.width, other.height) == (20, 30, 120, 55)
    assert found["n3"].rect.x - one.x == 460
    assert found["n2"].parent == "n1"
    assert one.holds(other)
    assert [each.place for each in picture.box_rows] == ["Nhóm", ""]


def test_bends_ends_and_notation_are_kept() -> None:
    nodes = [{"id": "n1", "element": "a", "box": place(0, 0)}, {"id": "n2", "element": "b", "box": place(300, 200)}]
    line = {"id": "l", "relation": "r", "source": "n1", "target": "n2", "bends": [{"x": 60, "y": 227}]}
    picture = draw(small(nodes=nodes, connections=[line]), "view:v", WORDING)
    one = boxes(picture)["n1"].rect
    (drawn,) = picture.lines
    assert [(x - one.x, y - one.y) for x, y in drawn.points] == [(60, 55), (60, 227), (300, 227)]
    assert (drawn.tail, drawn.head, bool(drawn.dash)) == ("open", "", True)  # read: the arrow points to who reads


def test_what_nesting_tells_is_no_line_but_stands_in_the_table() -> None:
    nodes = [
        {
            "id": "n1",
            "element": "a",
            "box": place(0, 0, 300, 200),
            "nodes": [{"id": "n2", "element": "c", "box": place(20, 60)}],
        }
    ]
    line = {"id": "l", "relation": "h", "source": "n1", "target": "n2"}
    picture = draw(small(nodes=nodes, connections=[line]), "view:v", WORDING)
    assert picture.lines == ()
    (row,) = picture.line_rows
    assert (row.source_name, row.target_name, row.drawn, bool(row.why)) == ("Một cửa", "Mục tiêu", False, True)


def test_text_on_dark_fills_can_be_read_and_light_lines_be_seen() -> None:
    style = {"fill": "#00204a", "text": "#000000", "line": "#fefefe"}
    picture = draw(small(nodes=[{"id": "n", "element": "a", "box": place(0, 0), "style": style}]), "view:v", WORDING)
    assert promises.unreadable(picture) == []
    box = boxes(picture)["n"]
    assert (box.fill, box.ink) == ("#00204a", "#ffffff")
    assert box.line != "#fefefe"


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(VIEWS)
def test_hostile_views_lose_nothing(hostile: Model) -> None:
    picture = draw(hostile, "view:v", WORDING)
    (view,) = hostile.views
    nodes = list(view.all_nodes())
    assert {each.id for each in picture.boxes} == {each.id for each in nodes}
    assert {each.element for each in picture.box_rows} == {each.element for each in nodes if each.element}
    assert len(picture.line_rows) == len(view.connections)
    assert all(each.drawn or each.why for each in picture.line_rows)
    assert promises.text_outside(picture) == []
    assert promises.unreadable(picture) == []
    root = ElementTree.fromstring(write(picture))
    known = {each.id for each in hostile.elements}
    assert len(list(root.iter(f"{SVG}g"))) >= len(nodes)
    shown = [each.get("data-element") for each in root.iter(f"{SVG}g") if each.get("data-element")]
    assert sorted(shown) == sorted(each.element for each in nodes if each.element in known)


def test_boxes_without_a_place_stand_apart() -> None:
    nodes = [{"id": f"n{each}", "element": "a"} for each in range(14)]
    picture = draw(small(nodes=nodes), "view:v", WORDING)
    assert len(picture.boxes) == 14
    assert promises.overlaps(picture) == []
