"""How long a message waits before it goes again, its number, the order of two histories; what of the portal is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.services.nationalportal.definition import Unreadable, act_from, change_from, status_from
from maidinh.services.nationalportal.rules import Patience, merged, message_id
from tests.conftest import NOW

PATIENCE = Patience(timedelta(seconds=2), timedelta(minutes=10), 0.5)
ROW = {"MaTinNhan": "m", "ViTri": 1, "Loai": "TrangThai", "MaHoSo": "H1", "SoThuTu": 1}
STATUS = {
    "MaTTHC": "1.000001", "MaDonVi": "G01", "TenDonVi": "Bộ", "TrangThai": 4, "ThoiDiem": "2026-11-18T09:00:00+07:00",
}  # fmt: skip


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_pause_grows_to_the_longest_and_is_spread(attempts: int, chance: float) -> None:
    whole = (PATIENCE.next_try(NOW, attempts, 0) - NOW).total_seconds()
    spread = (PATIENCE.next_try(NOW, attempts, chance) - NOW).total_seconds()
    assert whole == min(2.0 ** min(attempts, 12), 600)
    assert whole / 2 <= spread <= whole


def test_a_number_is_of_one_message() -> None:
    assert message_id("a", 1) == message_id("a", 1)
    assert len({message_id(code, serial) for code in "ab" for serial in range(50)}) == 100


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_each_history_keeps_its_own_order(left: list[int], right: list[int]) -> None:
    """Even where the clocks of two acts differ."""
    first = [(NOW + timedelta(seconds=each), ("history", n)) for n, each in enumerate(left)]
    second = [(NOW + timedelta(seconds=each), ("step", n)) for n, each in enumerate(right)]
    found = list(merged(first, second))
    assert [each for each in found if each[0] == "history"] == [each for _, each in first]
    assert [each for each in found if each[0] == "step"] == [each for _, each in second]


@pytest.mark.parametrize(
    "changed",
    [{"MaTinNhan": 5}, {"MaTinNhan": "x" * 201}, {"MaHoSo": "a\nb"}, {"SoThuTu": True}, {"ViTri": -1}, {"Loai": " "}],
)
def test_a_row_that_is_no_row(changed: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match=next(iter(changed))):
        change_from(ROW | changed)
    with pytest.raises(Unreadable):
        change_from([ROW])


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"TrangThai": 11}, "TrangThai"),
        ({"TrangThai": "4"}, "TrangThai"),
        ({"ThoiDiem": "2026-11-18T09:00:00"}, "ThoiDiem"),
        ({"ThoiDiem": "soon"}, "ThoiDiem"),
        ({"NgayKetThucTheoQuyDinh": "soon"}, "NgayKetThucTheoQuyDinh"),
        ({"MaTTHC": ""}, "MaTTHC"),
    ],
)
def test_a_status_that_is_none(changed: dict[str, Any], named: str) -> None:
    assert status_from(STATUS).status == 4
    with pytest.raises(Unreadable, match=named):
        status_from(STATUS | changed)


def test_what_a_citizen_did() -> None:
    paper = {"MaGiayTo": "plan", "TenTep": "plan.pdf", "MaTep": "T1", "Bam": "ab"}
    told = act_from({"SoDinhDanh": "000", "LyDo": None, "ThanhPhanHoSo": [paper]})
    assert (told.person, told.reason, told.papers[0].file) == ("000", "", "T1")
    for wrong in ("plan", [1], [{**paper, "Bam": 4}]):
        with pytest.raises(Unreadable):
            act_from({"SoDinhDanh": "000", "ThanhPhanHoSo": wrong})
