"""The dossier: its three forms, the checklist with evidence, what is open, the deadline, the yearly review."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from maidinh.governance.documents.checklist import Checked, checked
from maidinh.governance.documents.dossier import archive, dossier_files, standing
from maidinh.governance.documents.material import Material
from maidinh.governance.documents.reading import Basis
from maidinh.governance.documents.standing import months_later
from maidinh.governance.nas.workbook import read_data_set
from tests.governance.documents.conftest import CLOSING
from tests.governance.small import element


def item(results: list[Checked] | tuple[Checked, ...], identifier: str) -> Checked:
    return next(each for each in results if each.plan.id == identifier)


@pytest.mark.slow
def test_three_forms_of_one_version_and_date(basis: Basis, of_province: Callable[..., Material], tmp_path: Any) -> None:
    material = of_province("2026-1425")
    found = standing(material, basis.dossier(CLOSING))
    files = dossier_files(material, found)
    assert sorted(files)[:4] == [
        "Danh-muc-kiem-tra_v2.0_20261126.docx",
        "Danh-muc-noi-dung-can-bo-sung_v2.0_20261126.xlsx",
        "Mau-so-01-tai-lieu-chinh_v2.0_20261126.docx",
        "Mau-so-01-tai-lieu-chinh_v2.0_20261126.pdf",
    ]
    for code in ("SĐ-T-01", "SĐ-T-02", "SĐ-T-03"):
        assert files[f"Mau-so-02-so-do/{code}_v2.0_20261126.svg"].startswith(b"<svg")
    table = tmp_path / "form-03.xlsx"
    table.write_bytes(files["Mau-so-03-bo-du-lieu_v2.0_20261126.xlsx"])
    read = read_data_set(table, material.correspondence.structure)
    assert read.facts() == material.data[0].facts() | {"": []}
    with zipfile.ZipFile(io.BytesIO(archive(files))) as zipped:
        assert zipped.namelist() == sorted(files)
    assert archive(files) == archive(dict(reversed(files.items())))


def test_checklist_of_a_province(basis: Basis, of_province: Callable[..., Material]) -> None:
    found = standing(of_province("2026-1425"), basis.dossier(CLOSING))
    assert [each.plan.id for each in found.results] == [f"K-{number}" for number in range(1, 13)]
    assert {each.plan.id for each in found.results if each.status == "person"} == {"K-10", "K-12"}
    assert item(found.results, "K-1").evidence == ("Phiên bản áp dụng khung 2.0; hồ sơ lập theo khung 2026-1425",)
    assert item(found.results, "K-2").status == "met"
    assert not found.ready
    places = [each.place for each in found.work]
    assert "Danh mục kiểm tra K-1" in places
    assert any(each.startswith("Bộ dữ liệu (Mẫu số 03) › Bảng 1") for each in places)
    assert {each.due for each in found.work} == {date(2027, 1, 29)}


def test_each_item_turns_with_what_it_checks(basis: Basis, small: Callable[..., Material]) -> None:
    plan = basis.dossier(CLOSING)
    owned = [element("one-stop", "information-system", 5, owner="H99.1", reference=["OS-ONESTOP"])]
    good = checked(small("2026-1425", elements=owned, relations=[]), plan)
    assert item(good, "K-4").status == "met"
    assert item(good, "K-11").status == "met"
    orphan = [element("one-stop", "information-system", 5)]
    bad = checked(small("2026-1425", elements=orphan, relations=[]), plan)
    assert item(bad, "K-4").status == "not-met"
    assert item(bad, "K-4").evidence == ("“Cơ quan chủ quản” chưa xác định ở 1/1 đối tượng",)
    nothing = checked(small("2026-1425", elements=[], relations=[]), plan)
    assert item(nothing, "K-2").evidence == ("Chưa vẽ được: SĐ-T-02",)
    gap = [*owned, {"id": "g", "kind": "gap", "name": {"vi": "Thiếu"}}]
    assert item(checked(small("2026-1425", elements=gap, relations=[]), plan), "K-7").status == "not-met"


def test_equal_codes_are_told_instead_of_a_data_set(basis: Basis, small: Callable[..., Material]) -> None:
    twice = [element(each, "information-system", 5, codes={"local": "HT-1"}) for each in ("a", "b")]
    material = small("2026-1425", elements=twice, relations=[])
    found = checked(material, basis.dossier(CLOSING))
    assert item(found, "K-11").status == "not-met"
    assert item(found, "K-11").evidence == ("elements a and b have the same local code HT-1",)


@pytest.mark.parametrize(
    ("closing", "days", "told"),
    [
        (date(2026, 11, 26), 64, "Còn 64 ngày đến hạn 29/01/2027"),
        (date(2027, 1, 29), 0, "Hôm nay là ngày cuối, 29/01/2027"),
        (date(2027, 2, 1), -3, "Đã quá hạn 29/01/2027 3 ngày"),
    ],
)
def test_countdown(closing: date, days: int, told: str, basis: Basis, small: Callable[..., Material]) -> None:
    material = small("2026-1425", how={"closing": closing})
    deadline = standing(material, basis.dossier(closing)).deadline
    assert deadline is not None
    assert (deadline.days, deadline.told(material)) == (days, told)


def test_yearly_review_is_due_a_year_after_the_last_version(basis: Basis, small: Callable[..., Material]) -> None:
    made = {"effective_from": date(2026, 9, 30)}
    (review,) = standing(small("2026-1425", **made), basis.dossier(CLOSING)).reviews
    assert (review.reviewed_on, review.next_due, review.overdue_days) == (date(2026, 9, 30), date(2027, 9, 30), 0)
    later = small("2026-1425", how={"closing": date(2027, 10, 10)}, **made)
    assert standing(later, basis.dossier(CLOSING)).reviews[0].overdue_days == 10
    old = small("2026-1425", effective_from=date(2018, 1, 1))
    assert standing(old, basis.dossier(CLOSING)).reviews[0].next_due == date(2027, 7, 29), "no duty before the decision"


def test_months() -> None:
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2026, 12, 31), 2) == date(2027, 2, 28)
