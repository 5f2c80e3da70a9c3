"""Bars: lengths are true, nothing rests on colour, whatever somebody wrote stays text, no styles or scripts."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

from maidinh.governance.drawings.bars import Bar, Stretch, draw_bars, draw_stretches

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*bars: Bar) -> Tree.Element:
    return Tree.fromstring(draw_bars(bars, title="Tiền", description="Theo năm", key="k", language="vi"))


def test_lengths_are_shares_of_the_largest_and_parts_stand_one_after_the_other() -> None:
    rects = drawn(Bar("2027", 60, 40, "a"), Bar("2028", 0, 50, "b")).findall(f"{SVG}rect")
    assert [(each.get("x"), each.get("width")) for each in rects] == [("0%", "60%"), ("60%", "40%"), ("0%", "50%")]
    assert [each.get("stroke-dasharray") is None for each in rects] == [True, False, False]


def test_nothing_to_draw_and_hostile_names_make_a_sound_drawing() -> None:
    assert not drawn().findall(f"{SVG}rect") and not drawn(Bar("không", 0, 0, "0")).findall(f"{SVG}rect")
    root = drawn(Bar("<script>\0" + "dài " * 400 + "x" * 900, 1, 0, "\ud800"))
    assert not root.findall(f".//{SVG}script") and not [each for each in root.iter() if each.get("style")]
    assert root.find(f"{SVG}title") is not None and root.find(f"{SVG}desc") is not None


def test_a_schedule_shows_today_only_within_and_a_late_stage_apart() -> None:
    stages = (Stretch("a", 0, 0.5, "x", late=True), Stretch("b", 0.5, 1, "y"))
    for today, lines in ((0.25, 2), (1.5, 0), (None, 0)):
        svg = draw_stretches(stages, today=today, title="t", description="d", key="s", language="vi")
        root = Tree.fromstring(svg)
        assert len(root.findall(f"{SVG}line")) == lines
        looks = [each.get("fill") for each in root.findall(f"{SVG}rect")]
        assert looks[1] != looks[3]
