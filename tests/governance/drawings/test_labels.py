"""Labels of lines: each can be read, none lies on another or on the name of a box while there is room."""

from __future__ import annotations

from itertools import combinations

import pytest

from maidinh.governance.drawings.labels import apart, point_at
from maidinh.governance.drawings.picture import Box, Line, Rect, Spot, Writing


def line(number: int, points: tuple[Spot, ...], text: str = "gửi dữ liệu hồ sơ") -> Line:
    x, y = point_at(points, 0.5)
    label = Writing(text, x - 50, y + 4, 11, 100)
    return Line(id=f"l{number}", kind="flow", points=points, tells="", head="full", label=(label,))


def overlap(one: Rect, other: Rect) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def labels(lines: tuple[Line, ...]) -> list[Writing]:
    return [each.label[0] for each in lines]


def test_labels_of_lines_side_by_side_do_not_cover_each_other() -> None:
    lines = apart([line(n, ((200 + 40 * n, 100), (200 + 40 * n, 300))) for n in range(3)], [])
    assert not any(overlap(a.rect, b.rect) for a, b in combinations(labels(lines), 2))


def test_lines_upon_each_other_tell_all_their_labels() -> None:
    lines = apart([line(n, ((100, 100), (220, 100))) for n in range(3)], [])
    assert not any(overlap(a.rect, b.rect) for a, b in combinations(labels(lines), 2))


def test_a_label_leaves_the_name_of_a_box_free() -> None:
    name = Writing("Cổng dịch vụ công", 160, 204, 12, 90)
    box = Box(id="b", role="element", rect=Rect(150, 180, 120, 50), label="", writings=(name,))
    (moved,) = apart([line(0, ((200, 0), (200, 400)))], [box])
    assert not overlap(moved.label[0].rect, name.rect)


def test_a_label_without_room_is_left_to_the_table() -> None:
    lines = apart([line(n, ((200, 200), (210, 200))) for n in range(12)], [])
    shown = [each.label[0] for each in lines if each.label]
    assert 3 <= len(shown) < 12
    assert not any(overlap(a.rect, b.rect) for a, b in combinations(shown, 2))


def test_alone_a_label_stays_in_the_middle() -> None:
    alone = line(0, ((200, 100), (400, 100)))
    assert apart([alone], []) == (alone,)


@pytest.mark.parametrize(("share", "expected"), [(0, (0, 0)), (0.5, (10, 0)), (0.75, (10, 5)), (1, (10, 10))])
def test_a_point_by_the_length_of_a_line(share: float, expected: Spot) -> None:
    assert point_at(((0, 0), (10, 0), (10, 10)), share) == expected
