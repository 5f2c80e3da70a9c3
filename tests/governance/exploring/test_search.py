"""Searching without diacritics, the best first, with filters."""

from __future__ import annotations

from datetime import date

import pytest

from maidinh.governance.exploring.search import NONE, Filters, Index
from maidinh.governance.modelling.definition import Element

DAY = date(2026, 6, 1)
ELEMENTS = [
    Element.model_validate(each)
    for each in (
        {"id": "land", "kind": "database", "layer": 5, "name": {"vi": "Cơ sở dữ liệu đất đai"}, "owner": "H1",
         "zone": "wan", "classification": {"drm": ["DRM001.001"]}},
        {"id": "portal", "kind": "portal-service", "layer": 3, "name": {"vi": "Cổng dịch vụ công", "en": "Portal"},
         "description": {"vi": "Nộp hồ sơ đất đai"}, "codes": {"national": "KT-7"}},
        {"id": "old", "kind": "database", "name": {"vi": "Đất đai cũ"},
         "dates": {"retired": "2020-01-01"}},
    )
]  # fmt: skip
INDEX = Index.of(ELEMENTS, {"H1": "Sở Tài nguyên"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dat dai", ["old", "land", "portal"]),  # it begins with it, has it in its name, has it elsewhere
        ("ĐẤT  đai", ["old", "land", "portal"]),
        ("kt 7", ["portal"]),
        ("dai cu", ["old"]),
        ("drm001.001", ["land"]),
        ("portal", ["portal"]),
        ("tai nguyen du lieu", ["land"]),
        ("nothing", []),
        ("", ["portal", "land", "old"]),
        ("%_'\"", ["portal", "land", "old"]),
    ],
)
def test_what_is_found_and_in_which_order(text: str, expected: list[str]) -> None:
    assert [each.id for each in INDEX.found(text, Filters(), DAY)] == expected


def test_words_that_stand_together_come_before_words_that_stand_apart() -> None:
    names = {"apart": "Các hệ thống kết nối, tích hợp", "inside": "Cơ sở dữ liệu hộ tịch", "first": "Hộ tịch"}
    found = Index.of(Element.model_validate({"id": each, "kind": "database", "name": {"vi": name}})
                     for each, name in names.items())  # fmt: skip
    assert [each.id for each in found.found("ho tich", Filters(), DAY)] == ["first", "inside", "apart"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(kind="database"), ["land", "old"]),
        (Filters(kind="database", state="retired"), ["old"]),
        (Filters(layer="3"), ["portal"]),
        (Filters(layer=NONE), ["old"]),
        (Filters(owner="H1", zone="wan"), ["land"]),
        (Filters(zone=NONE), ["portal", "old"]),
        (Filters(owner="H2"), []),
    ],
)
def test_filters(filters: Filters, expected: list[str]) -> None:
    assert [each.id for each in INDEX.found("", filters, DAY)] == expected


def test_what_can_be_filtered_for_is_counted() -> None:
    values = INDEX.values(DAY)
    assert values["kind"] == {"database": 2, "portal-service": 1}
    assert values["state"] == {"live": 2, "retired": 1}
    assert values["owner"] == {"H1": 1, NONE: 2}
