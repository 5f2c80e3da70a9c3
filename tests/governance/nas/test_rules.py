"""The quality rules: a data set in order has no finding; each mistake is found at its row and field, with its rule."""

from __future__ import annotations

import pytest

from maidinh.governance.nas.rules import Verdict, checked
from tests.governance.nas.small import (
    COMMUNE,
    ISSUER,
    MAPPINGS,
    OBJECTS,
    RELATIONS,
    STRUCTURE,
    TASKS,
    data_set,
    link,
    mapping,
    reference,
    task,
    thing,
)  # fmt: skip

pytestmark = pytest.mark.slow

DATA = {
    "ten_doi_tuong": "Kho",
    "loai_doi_tuong": "Nền tảng số",
    "lop": "Dữ liệu và nền tảng lõi",
    "thanh_phan_trong_lop": "Nền tảng lõi",
}
SHARED = {"hinh_thuc_dung_chung": "Dùng chung cấp tỉnh", "don_vi_van_hanh": "Trung tâm", "dau_moi_ky_thuat": "Kênh"}
THREE = [thing("KT-1"), thing("KT-2"), reference("LQ-1")]
EXPLAINED = "Chưa xác định: chưa có văn bản; đầu mối: Sở Y tế; hạn 30/6/2027"


def verdict(phase: str = "issue", **sheets: list[dict[str, str]]) -> Verdict:
    assert COMMUNE is not None
    return checked(STRUCTURE, data_set(**sheets), phase, ISSUER, COMMUNE.codes())  # type: ignore[arg-type]


def places(found: list) -> list[tuple[str, str, int | None, str | None]]:
    keys = {(sheet.key, each.vi): each.key for sheet in STRUCTURE.sheets for each in sheet.fields}
    return [(each.rule, each.sheet, each.row, keys.get((each.sheet, each.field))) for each in found]


def test_a_data_set_in_order_has_no_finding() -> None:
    found = verdict()
    assert places(found.findings) == []
    assert places(found.hints) == []
    assert found.counts == {"objects": 3, "relations": 2, "mappings": 1, "gaps": 1, "tasks": 2, "unknown": 0}
    assert {rule.id for rule in found.for_people} >= {"V-15", "V-24"}


MISTAKES = [
    ("V-01", OBJECTS, [*THREE, thing("kt-1", ten_doi_tuong="Khác")], 5, "ma_doi_tuong"),
    ("V-01", RELATIONS, [link("KT-1", "KT-2", ma_quan_he="QH-1"), link("KT-2", "KT-1", ma_quan_he="QH-1")], 3,
     "ma_quan_he"),
    ("V-02", OBJECTS, [thing("KT-1", nguon_minh_chung=" "), *THREE[1:]], 2, "nguon_minh_chung"),
    ("V-02", OBJECTS, [thing("KT-1", ten_doi_tuong="Không áp dụng"), *THREE[1:]], 2, "ten_doi_tuong"),
    ("V-02", OBJECTS, [*THREE[:2], reference("LQ-1", ma_nguon="")], 4, "ma_nguon"),
    ("V-02", OBJECTS, [*THREE[:2], reference("LQ-1", tinh_trang_khai_thac="")], 4, "tinh_trang_khai_thac"),
    ("V-02", OBJECTS, [thing("KT-1", trang_thai_vong_doi=""), *THREE[1:]], 2, "trang_thai_vong_doi"),
    ("V-02", OBJECTS, [thing("KT-1", **DATA | SHARED | {"don_vi_van_hanh": ""}), *THREE[1:]], 2, "don_vi_van_hanh"),
    ("V-02", RELATIONS, [link("KT-1", "KT-2", du_lieu_dich_vu="")], 2, "du_lieu_dich_vu"),
    ("V-02", RELATIONS, [link("KT-1", "KT-2", loai_quan_he="Trao đổi dữ liệu")], 2, "phan_loai_bao_ve"),
    ("V-02", RELATIONS, [link("KT-1", "KT-2", dau_moi_phoi_hop="")], 2, "dau_moi_phoi_hop"),
    ("V-02", MAPPINGS, [mapping("KT-1", kien_truc_cap_xa="")], 2, "kien_truc_cap_xa"),
    ("V-02", TASKS, [task("ND-1", "NV-1", uu_tien_phu_thuoc="")], 2, "uu_tien_phu_thuoc"),
    ("V-03", OBJECTS, [thing("KT-1", loai_doi_tuong="Phần mềm"), *THREE[1:]], 2, "loai_doi_tuong"),
    ("V-03", OBJECTS, [thing("KT-1", pham_vi_su_dung="Cấp tỉnh; Cấp huyện"), *THREE[1:]], 2, "pham_vi_su_dung"),
    ("V-03", MAPPINGS, [mapping("KT-1", kien_truc_cap_xa="HTS99")], 2, "kien_truc_cap_xa"),
    ("V-04", RELATIONS, [link("KT-1", "KT-9")], 2, "doi_tuong_dich"),
    ("V-04", MAPPINGS, [mapping("KT-9", mo_hinh_thanh_phan="", kien_truc_cap_xa="")], 2, "ma_doi_tuong"),
    ("V-04", TASKS, [task("ND-1", "NV-1", doi_tuong_lien_quan="KT-1; KT-8\nKT-2")], 2, "doi_tuong_lien_quan"),
    ("V-05", TASKS, [task("ND-1", "NV-1"), task("ND-1", "NV-1")], 3, "ma_nhiem_vu"),
    ("V-06", TASKS, [task("ND-1", "NV-1"), task("ND-1", "NV-2", yeu_cau="Khác")], 3, "yeu_cau"),
    ("V-06", TASKS, [task("ND-1", "NV-1"), task("ND-2", "NV-1", thoi_han="2029")], 3, "thoi_han"),
    ("V-10", OBJECTS, [*THREE[:2], reference("LQ-1", co_quan_chu_quan=ISSUER.upper())], 4, "co_quan_chu_quan"),
    ("V-12", OBJECTS, [*THREE[:2], reference("LQ-1", ma_nguon="Chưa xác định")], 4, "ma_nguon"),
    ("V-12", OBJECTS, [*THREE[:2], reference("LQ-1", ma_nguon="Chưa xác định: đang hỏi Sở Y tế")], 4, "ma_nguon"),
    ("V-14", OBJECTS, [thing("KT-1", thanh_phan_trong_lop="Dữ liệu"), *THREE[1:]], 2, "thanh_phan_trong_lop"),
    ("V-13", OBJECTS, [thing("KT-1", lop="Lấy dữ liệu làm trung tâm (Data-Centric)"), *THREE[1:]], 2,
     "thanh_phan_trong_lop"),
    ("V-19", TASKS, [task("ND-1", "NV-1", thoi_han="Ngắn hạn")], 2, "thoi_han"),
    ("V-19", TASKS, [task("ND-1", "NV-1", thoi_han="31/02/2027")], 2, "thoi_han"),
    ("V-21", OBJECTS, [thing("KT-1", ghi_chu="mật khẩu: abc123"), *THREE[1:]], 2, "ghi_chu"),
    ("V-21", OBJECTS, [thing("KT-1", ghi_chu="máy chủ 10.1.2.3"), *THREE[1:]], 2, "ghi_chu"),
    ("V-21", OBJECTS, [thing("KT-1", dau_moi_xac_nhan="Bà X, 000000000001"), *THREE[1:]], 2, "dau_moi_xac_nhan"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "sheet", "rows", "row", "field"), MISTAKES)
def test_one_mistake_is_one_finding(rule: str, sheet: str, rows: list[dict[str, str]], row: int, field: str) -> None:
    assert places(verdict(**{sheet: rows}).findings) == [(rule, sheet, row, field)]


def test_a_gap_without_a_task_is_found_beside_the_empty_fields() -> None:
    found = places(verdict(**{TASKS: [task("ND-1", "NV-1"), task("ND-2", "")]}).findings)
    assert ("V-07", TASKS, 3, "ma_nhiem_vu") in found
    assert ("V-02", TASKS, 3, "ma_nhiem_vu") in found


def test_an_inherited_object_names_its_source() -> None:
    rows = [mapping("KT-1", quan_he_anh_xa="Cụ thể hóa", khung_tai_lieu_nguon="QĐ 1425/QĐ-TTg")]
    found = places(verdict(**{MAPPINGS: rows}).findings)
    assert {each[3] for each in found if each[0] == "V-17"} == {
        "co_quan_ban_hanh",
        "phien_ban_nguon",
        "doi_tuong_nguon_ma",
    }
    whole = {"co_quan_ban_hanh": "TTg", "phien_ban_nguon": "1.0", "doi_tuong_nguon_ma": "P"}
    assert places(verdict(**{MAPPINGS: [rows[0] | whole]}).findings) == []


def test_a_service_of_a_shared_platform_across_the_border_needs_its_frequency() -> None:
    things = [thing("KT-1"), thing("KT-2"), reference("LQ-1", **DATA | SHARED)]
    rows = [link("KT-1", "LQ-1")]
    assert places(verdict(**{OBJECTS: things, RELATIONS: rows}).findings) == [
        ("V-02", RELATIONS, 2, "tan_suat_muc_dich_vu")
    ]
    assert places(verdict(**{OBJECTS: things, RELATIONS: [link("KT-1", "KT-2")]}).findings) == []


def test_upkeep_asks_for_more_than_issue() -> None:
    found = verdict("upkeep", **{TASKS: [task("ND-1", "NV-1")]}).findings
    assert [each[3] for each in places(found)] == [
        "tinh_trang_cu_the_hoa", "tien_do", "muc_san_sang_du_lieu", "trang_thai_thuc_hien",
    ]  # fmt: skip


def test_an_unknown_value_with_reason_contact_and_date_is_in_order() -> None:
    rows = [*THREE[:2], reference("LQ-1", ma_nguon=EXPLAINED, hinh_thuc_dung_chung="Chưa xác định", ghi_chu=EXPLAINED)]
    found = verdict(**{OBJECTS: rows})
    assert places(found.findings) == []
    assert found.counts["unknown"] == 2


def test_what_people_must_judge_is_a_hint() -> None:
    things = [*THREE, thing("X-9", ten_doi_tuong="KT-1 đối TƯỢNG"), reference("LQ-2", trang_thai_vong_doi="Nâng cấp")]
    tasks = [task("ND-1", "NV-1"), task("ND-1", "NV-2", ten_nhiem_vu="Nhiệm vụ  nv-1")]
    rows = {OBJECTS: things, TASKS: tasks, RELATIONS: [link("KT-1", "KT-1")]}
    found = verdict(**rows)
    assert found.findings == []
    assert sorted(each[0] for each in places(found.hints)) == ["C-01", "V-11", "V-15", "V-16", "V-18"]


def test_what_stays_as_it_is_has_no_gap() -> None:
    staying = {"phuong_an_hoan_thien": "Tiếp tục sử dụng"}
    things = [thing("KT-1", **staying), thing("KT-2", **staying), reference("LQ-1")]
    assert [each[0] for each in places(verdict(**{OBJECTS: things}).hints)] == ["V-23", "V-23"]


@pytest.mark.parametrize(
    "told", ["31/12/2027", "2027-12-31", "12/2027", "Quý IV/2027", "Q4/2027", "2027", "2027-2028", "Năm 2027",
             "Từ Quý I/2027 đến Quý II/2028",             "trước 29/01/2027", "2026 – 2027 (dự kiến)"],
)  # fmt: skip
def test_dates_and_periods_as_people_write_them(told: str) -> None:
    assert verdict(**{TASKS: [task("ND-1", "NV-1", thoi_han=told)]}).findings == []


def test_a_value_nearly_right_is_told_with_the_one_meant() -> None:
    (found,) = verdict(**{OBJECTS: [thing("KT-1", trang_thai_mo_hinh="hiện  trạng"), *THREE[1:]]}).findings
    assert found.remedy.vi == "Chọn một trong: Hiện trạng"
    assert "DM_DOITUONG!2 [V-03]" in str(found)


def test_decomposed_letters_say_the_same() -> None:
    import unicodedata

    rows = [{key: unicodedata.normalize("NFD", text) for key, text in each.items()} for each in THREE]
    assert verdict(**{OBJECTS: rows}).findings == []


def test_no_secret_is_repeated_in_what_is_told() -> None:
    (found,) = verdict(**{OBJECTS: [thing("KT-1", ghi_chu="password=hunter2"), *THREE[1:]]}).findings
    assert "hunter2" not in found.in_language("vi") + found.in_language("en")
