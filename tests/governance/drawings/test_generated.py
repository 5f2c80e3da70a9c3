"""Generated drawings of hostile models: nothing overlaps, nothing leaves its band, nothing gets lost."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.drawings.catalogue import NoSuchDrawing, draw, drawables, find
from maidinh.governance.drawings.picture import Picture
from maidinh.governance.drawings.plan import shown_in
from maidinh.governance.drawings.svg import write
from maidinh.governance.drawings.viewpoints import AGENCY, VIEWPOINTS, agencies, agency
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.drawings import promises
from tests.governance.drawings.hostile import MODELS, WORDING, model
from tests.governance.small import FRAMEWORKS

SVG = "{http://www.w3.org/2000/svg}"


def keeps_its_promises(picture: Picture) -> None:
    assert promises.overlaps(picture) == []
    assert promises.outside_their_band(picture) == []
    assert promises.outside_their_frame(picture) == []
    assert promises.text_outside(picture) == []
    assert promises.lines_through_boxes(picture) == []
    assert promises.unreadable(picture) == []


def everything_is_told(picture: Picture, plan_elements: set[str], ties: int) -> None:
    """Every element of the view is drawn, or stands in the table with the reason; likewise every relation."""
    drawn = {each.element for each in picture.boxes if each.element}
    rows = {each.element: each for each in picture.box_rows}
    assert set(rows) == plan_elements
    assert drawn == {each.element for each in picture.box_rows if each.drawn}
    assert all(each.why for each in picture.box_rows if not each.drawn)
    assert len(picture.line_rows) == ties
    assert all(each.why for each in picture.line_rows if not each.drawn)
    assert {each.relation for each in picture.line_rows if each.drawn and each.relation} == {
        each.relation for each in picture.lines if each.relation
    }


@pytest.mark.slow
@settings(max_examples=14, deadline=None)
@given(MODELS, st.sampled_from([*VIEWPOINTS, AGENCY]))
def test_promises_hold_for_hostile_models(hostile: Model, view: str) -> None:
    if view == AGENCY:
        codes = agencies(hostile)
        if not codes:
            return
        view, plan = f"{AGENCY}{codes[0]}", agency(codes[0])(hostile, WORDING)
    else:
        plan = VIEWPOINTS[view](hostile, WORDING)
    picture = draw(hostile, view, WORDING)
    keeps_its_promises(picture)
    everything_is_told(picture, {*shown_in(plan.strips), *(each.id for each, _ in plan.beside)}, len(plan.ties))
    root = ElementTree.fromstring(write(picture))
    assert len(list(root.iter(f"{SVG}a"))) == sum(each.drawn for each in picture.box_rows)


@pytest.mark.slow
def test_a_drawing_of_too_many_says_how_many_it_leaves_out() -> None:
    large = model(5, 1500, 3000, layers="one")
    picture = draw(large, "seven-layers", WORDING)
    keeps_its_promises(picture)
    left, _ = picture.left_out
    assert 0 < left < 1500
    told = [each.label for each in picture.boxes if each.role == "more"]
    assert sum(int(each.split()[1]) for each in told) == left  # "and 12 more: see the table"


def test_the_same_model_is_the_same_drawing() -> None:
    made = [write(draw(model(7, 120, 200, layers="any"), "seven-layers", WORDING)) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.slow
@pytest.mark.parametrize("province", ["lao-cai", "vinh-phuc", "ninh-thuan"])
def test_every_drawing_of_the_provinces_keeps_its_promises(province: str) -> None:
    versions = read_versions(definitions_root() / "provinces" / Path(province))
    newest = resolve(versions, max(versions), FRAMEWORKS)
    for each in drawables(newest, WORDING):
        picture = draw(newest, each.id, WORDING)
        keeps_its_promises(picture)
        assert picture.box_rows, each.id
        assert picture.line_rows, each.id  # an agency that provides very much has them in its table alone


def test_seven_layers_of_a_province_draw_every_layered_element() -> None:
    versions = read_versions(definitions_root() / "provinces/vinh-phuc")
    newest = resolve(versions, max(versions), FRAMEWORKS)
    picture = draw(newest, "seven-layers", WORDING)
    assert [each.id for each in picture.bands] == list("1234567")
    placed = {each.element: int(each.band or 0) + 1 for each in picture.boxes if each.element}
    assert placed == {each.id: each.layer for each in newest.elements if each.layer}


def test_zones_hold_what_stands_in_them_and_draw_only_what_crosses() -> None:
    versions = read_versions(definitions_root() / "provinces/vinh-phuc")
    newest = resolve(versions, max(versions), FRAMEWORKS)
    zone = {each.id: each.zone for each in newest.elements}
    picture = draw(newest, "zones", WORDING)
    assert all(zone[each.source] != zone[each.target] for each in picture.line_rows)
    bands = {each.element: picture.bands[int(each.band or 0)].id for each in picture.boxes if each.element}
    assert {(zone[element], band) for element, band in bands.items()} == {
        (code, f"zone-{code}") for code in {zone[element] for element in bands}
    }


def test_a_drawing_is_found_by_id_and_by_name() -> None:
    plain = Wording("vi", str)
    named = Model.model_validate(
        {
            "elements": [{"id": "a", "kind": "agency", "owner": "H1"}],
            "views": [{"id": "v1", "name": {"vi": "Sơ đồ Đất đai"}}, {"id": "v2", "name": {"vi": "Hộ tịch"}},
                      {"id": "v3", "name": {"vi": "Hộ tịch"}}],
        }
    )  # fmt: skip
    assert find(named, "zones", plain) == "zones"
    assert find(named, "v1", plain) == "view:v1"
    assert find(named, "so do dat dai", plain) == "view:v1"
    assert find(named, "H1", plain) == "agency:H1"
    with pytest.raises(NoSuchDrawing) as two:
        find(named, "Hộ tịch", plain)
    assert two.value.near == ["view:v2", "view:v3"]
    with pytest.raises(NoSuchDrawing) as near:
        find(named, "đất đai", plain)
    assert near.value.near == ["view:v1"]
    with pytest.raises(NoSuchDrawing):
        draw(named, "agency:H7", plain)
