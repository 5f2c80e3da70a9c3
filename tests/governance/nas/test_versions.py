"""Issued versions are frozen; what changed afterwards is classified and leads to the working data or a new version."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from pydantic import ValidationError

from maidinh.governance.nas.records import Record
from maidinh.governance.nas.versions import Frozen, IssuedDataSet, changed, frozen, history_entry, unchanged
from tests.governance.nas.small import OBJECTS, RELATIONS, STRUCTURE, TASKS, data_set, link, reference, task, thing

pytestmark = pytest.mark.slow

CONTENT = b"the file as it was issued"


def issued(version: str = "1.0", content: bytes = CONTENT, **changes: object) -> IssuedDataSet:
    return IssuedDataSet.model_validate(
        {
            "version": version, "structure": STRUCTURE.id, "sha256": hashlib.sha256(content).hexdigest(),
            "closed_on": date(2027, 1, 10), "effective_from": date(2027, 1, 20), "decision": "QĐ 9/QĐ-UBND",
            "decided_on": date(2027, 1, 20),
        } | changes
    )  # fmt: skip


THINGS = [thing("KT-1"), thing("KT-2"), reference("LQ-1")]


@pytest.mark.parametrize(
    ("sheets", "kind", "new_version"),
    [
        ({OBJECTS: [thing("KT-1", dau_moi_xac_nhan="Phòng khác"), *THINGS[1:]]}, "minor", False),
        ({TASKS: [task("ND-1", "NV-1", tien_do="50%"), task("ND-1", "NV-2")]}, "minor", False),
        ({OBJECTS: [thing("KT-1", ten_doi_tuong="Tên khác"), *THINGS[1:]]}, "undetermined", False),
        ({OBJECTS: [thing("KT-1", co_quan_chu_quan="Sở khác"), *THINGS[1:]]}, "major", True),
        ({OBJECTS: [*THINGS, thing("KT-3")]}, "major", True),
        ({RELATIONS: [link("KT-1", "KT-2")]}, "major", True),
        ({TASKS: [task("ND-1", "NV-1", thoi_han="2029"), task("ND-1", "NV-2", tien_do="1%")]}, "major", True),
    ],
)
def test_the_weightiest_difference_makes_the_class(sheets: dict, kind: str, new_version: bool) -> None:
    base = {OBJECTS: THINGS}
    change = changed(STRUCTURE, data_set(**base), data_set(**base | sheets))
    assert change.kind is not None
    assert (change.kind.id, change.new_version) == (kind, new_version)
    assert change.differences


def test_order_spaces_and_the_order_of_several_values_are_no_change() -> None:
    before = data_set(**{OBJECTS: THINGS})
    other = [reference("LQ-1"), thing("KT-2"), thing("KT-1", pham_vi_su_dung="Cấp xã;  Cấp tỉnh ")]
    change = changed(STRUCTURE, before, data_set(**{OBJECTS: other}))
    assert change.differences == []
    assert change.kind is None
    assert not change.new_version


def test_a_column_of_ones_own_is_told_too() -> None:
    before, after = data_set(), data_set()
    after.records[OBJECTS][0] = Record(2, after.records[OBJECTS][0].values, {"Mã NAS": "1"})
    (found,) = changed(STRUCTURE, before, after).differences
    assert (found.identity, found.field, found.before, found.after) == ("KT-1", "Mã NAS", "", "1")


def test_an_issued_version_is_not_overwritten_nor_issued_twice() -> None:
    first = issued()
    later = {"closed_on": date(2027, 2, 1), "effective_from": date(2027, 3, 1)}
    second = issued("1.1", b"another", **later, decided_on=date(2027, 2, 20))
    assert frozen([first], second, b"another") == second
    with pytest.raises(Frozen, match=r"1\.0 was issued by QĐ 9/QĐ-UBND"):
        frozen([first], issued("1.0", b"another"), b"another")
    with pytest.raises(Frozen, match=r"the same file as version 1\.0"):
        frozen([first], issued("1.1"), CONTENT)
    with pytest.raises(Frozen, match=r"older than version 1\.1"):
        frozen([second], first, CONTENT)
    with pytest.raises(Frozen, match="not the one whose hash is given"):
        frozen([], first, b"something else")


def test_a_changed_file_is_no_longer_the_issued_one() -> None:
    unchanged(issued(), CONTENT)
    with pytest.raises(Frozen, match="a change makes a new version"):
        unchanged(issued(), CONTENT + b" ")


@pytest.mark.parametrize("change", [{"closed_on": date(2027, 1, 21)}, {"effective_from": date(2027, 1, 1)}])
def test_data_close_before_the_decision_and_it_takes_effect_after(change: dict) -> None:
    with pytest.raises(ValidationError):
        issued(**change)


def test_the_history_tells_version_day_basis_and_objects() -> None:
    base = {OBJECTS: THINGS}
    change = changed(STRUCTURE, data_set(**base), data_set(**{OBJECTS: [*THINGS, thing("KT-3")]}))
    assert history_entry(STRUCTURE, issued("1.1"), change, "Sở Khoa học và Công nghệ") == {
        "Phiên bản": "1.1", "Ngày cập nhật": "10/01/2027",
        "Nội dung": "Thay đổi nội dung kiến trúc đã phê duyệt hoặc ảnh hưởng lớn", "Căn cứ": "QĐ 9/QĐ-UBND",
        "Đối tượng bị ảnh hưởng": "KT-3", "Đơn vị thực hiện": "Sở Khoa học và Công nghệ",
    }  # fmt: skip
