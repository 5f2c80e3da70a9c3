"""A small data set after the examples of the guidance, in order; and the same with mistakes, for the tests."""

from __future__ import annotations

from typing import Any

from maidinh.governance.nas.definition import DataSetStructure
from maidinh.governance.nas.reading import read_commune_model, read_structures
from maidinh.governance.nas.records import DataSet, Record
from maidinh.infrastructure.definitions.locating import CHECKOUT

STRUCTURE: DataSetStructure = read_structures(CHECKOUT / "national")[0]
COMMUNE = read_commune_model(CHECKOUT / "national")
OBJECTS, RELATIONS, MAPPINGS, TASKS = "DM_DOITUONG", "QH_KETNOI", "ANHXA", "HOANTHIEN_NV"
ISSUER = "UBND tỉnh Thử"


def thing(code: str, **changes: str) -> dict[str, str]:
    return {
        "ma_doi_tuong": code,
        "loai_ban_ghi": "Bản ghi gốc",
        "ten_doi_tuong": f"Đối tượng {code}",
        "loai_doi_tuong": "Hệ thống số/hệ thống thông tin",
        "lop": "Ứng dụng và nghiệp vụ dùng chung",
        "thanh_phan_trong_lop": "Ứng dụng và nghiệp vụ dùng chung",
        "trang_thai_mo_hinh": "Hiện trạng",
        "pham_vi_su_dung": "Cấp tỉnh; Cấp xã",
        "hinh_thuc_dung_chung": "Dùng riêng/đặc thù",
        "co_quan_chu_quan": ISSUER,
        "trang_thai_vong_doi": "Đang vận hành",
        "phuong_an_hoan_thien": "Nâng cấp/mở rộng",
        "nguon_minh_chung": "Kế hoạch 12/KH-UBND ngày 3/2/2026",
        "dau_moi_xac_nhan": "Sở Khoa học và Công nghệ",
    } | changes


def reference(code: str, **changes: str) -> dict[str, str]:
    row = thing(
        code, loai_ban_ghi="Bản ghi tham chiếu", ma_nguon="BA.0001", co_quan_chu_quan="Bộ A",
        tinh_trang_khai_thac="Đang khai thác",
    )  # fmt: skip
    del row["trang_thai_vong_doi"]
    return row | changes


def link(source: str, target: str, **changes: str) -> dict[str, str]:
    return {
        "doi_tuong_nguon": source,
        "loai_quan_he": "Sử dụng dịch vụ",
        "doi_tuong_dich": target,
        "du_lieu_dich_vu": "Tra cứu hồ sơ",
        "co_che_kenh": "LGSP",
        "trang_thai": "Đang khai thác",
        "can_cu": "Thỏa thuận 5/TT-2026",
        "dau_moi_phoi_hop": "Sở Khoa học và Công nghệ",
    } | changes


def mapping(code: str, **changes: str) -> dict[str, str]:
    return {
        "ma_doi_tuong": code,
        "mo_hinh_khai_quat": "Ứng dụng và nghiệp vụ dùng chung",
        "mo_hinh_thanh_phan": "Hệ thống thông tin giải quyết thủ tục hành chính của địa phương",
        "kien_truc_cap_xa": "ƯDCQS4",
    } | changes


def task(gap: str, code: str, **changes: str) -> dict[str, str]:
    return {
        "ma_noi_dung": gap,
        "doi_tuong_lien_quan": "KT-1; KT-2",
        "hien_trang": "Một trong ba CSDL đã kết nối",
        "yeu_cau": "Ba trong ba CSDL đã kết nối",
        "noi_dung": "Thiếu hai kết nối",
        "phuong_an": "Chuẩn hóa/kết nối/tích hợp",
        "ma_nhiem_vu": code,
        "ten_nhiem_vu": f"Nhiệm vụ {code}",
        "ket_qua_can_dat": "Kết nối đủ ba CSDL",
        "co_quan_chu_tri": "Sở Khoa học và Công nghệ",
        "uu_tien_phu_thuoc": "Cao",
        "thoi_han": "Quý IV/2027",
        "nguon_luc": "Ngân sách theo kế hoạch",
        "tieu_chi_kiem_chung": "Số CSDL đã kết nối / 3",
    } | changes


def data_set(**sheets: Any) -> DataSet:
    """A data set in order; a sheet may be given as another list of rows."""
    rows = {
        OBJECTS: [
            thing("KT-1"),
            thing("KT-2", loai_doi_tuong="CSDL/tài sản dữ liệu", lop="Dữ liệu và nền tảng lõi",
                  thanh_phan_trong_lop="Dữ liệu"),
            reference("LQ-1"),
        ],
        RELATIONS: [link("KT-1", "KT-2"), link("KT-1", "LQ-1", ma_quan_he="QH-1")],
        MAPPINGS: [mapping("KT-1")],
        TASKS: [task("ND-1", "NV-1"), task("ND-1", "NV-2")],
    } | sheets  # fmt: skip
    return DataSet(
        STRUCTURE.id, {sheet: [Record(n, values) for n, values in enumerate(found, 2)] for sheet, found in rows.items()}
    )
