"""Widths of columns: short texts stand on one line, and the whole is never wider than the line."""

from __future__ import annotations

import pytest

from maidinh.governance.documents.content import Table
from maidinh.governance.documents.widths import LINE, MARGIN, ROOMY, shares

STATES = [(str(n), f"Hệ thống thông tin số {n} của tỉnh", "Đang vận hành") for n in range(30)]


def test_a_state_stands_on_one_line() -> None:
    number, name, state = (each * LINE - MARGIN for each in shares(("TT", "Tên", "Trạng thái"), STATES))
    assert state >= len("Đang vận hành")
    assert name >= len(STATES[-1][1])
    assert number >= 2


def test_no_share_is_lost() -> None:
    rows = [("x" * 60, "một hai ba " * 40, "", "12.345"), ("", "", "", "")]
    found = shares(("Mã đối tượng", "Nội dung", "Ghi chú", "Tổng"), rows)
    assert sum(found) == pytest.approx(1, abs=0.001)
    assert min(found) > 0.02
    assert shares(("Một", "Hai"), []) and shares(("Một",), [("",)]) == (1.0,)


def test_figures_stand_at_the_right_and_short_numbers_in_the_middle() -> None:
    rows = (("1", "Cổng", "1.234.567", ""), ("2", "2024", "12,5", ""))
    table = Table(1, "", ("TT", "Tên", "Kinh phí", "Ghi chú"), rows, (0.25,) * 4)
    assert table.sides == ("center", "left", "right", "left")


def test_no_word_breaks_also_in_a_wider_font() -> None:
    rows = [("1", "Cơ sở dữ liệu dùng chung cấp tỉnh " * 4, "Không", "01/01/2018", "12")] * 20
    headings = ("TT", "Tên", "Dữ liệu cá nhân", "Ngày", "Cộng")
    found = shares(headings, rows)
    for share, heading, cells in zip(found, headings, zip(*rows, strict=True), strict=True):
        longest = max(len(part) for text in (heading, *cells) for part in text.split())
        assert share * LINE - MARGIN >= longest * ROOMY - 0.1
