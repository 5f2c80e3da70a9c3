"""An architecture of a made-up province with which no rule finds anything to say, for two frameworks and days.

Each row is an element: id, kind, layer, name, owner's code, the components of framework 2.0 and of 2026-1425 that it
stands for, and what else it says.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion

DAYS = {"2.0": date(2021, 6, 1), "2026-1425": date(2026, 10, 1)}
Content = dict[str, Any]

BASIS = {
    1: "Nghị định 85/2016/NĐ-CP, điều 7",
    2: "Nghị định 85/2016/NĐ-CP, điều 8",
    3: "Nghị định 85/2016/NĐ-CP, điều 9",
}
LIVE = {"live": "2018-01-01"}


def _runs(zone: str, level: int, arm: str | None, *technology: str, **more: Any) -> Content:
    """What a running component says: where, at which level, of which kind, on what, for how much a year."""
    said: Content = {
        "dates": LIVE, "zone": zone, "security_level": level, "security_basis": {"text": BASIS[level]},
        "technology": list(technology),
        "cost": {"build": [{"year": 2018, "amount": 900_000_000}],
                 "run": [{"year": year, "amount": 90_000_000} for year in range(2019, 2028)]},
    }  # fmt: skip
    return said | ({"classification": {"arm": [arm]}} if arm else {}) | more


def _offers(system: str, service: str, path: str, **more: Any) -> Content:
    """What an interface says."""
    offered = {"system": system, "service": service, "endpoint": f"registers/{service}",
               "methods": [{"method": "GET", "path": path}]}  # fmt: skip
    return {"dates": LIVE, "zone": "tslcd", "interface": offered, "technology": ["json-rfc-7159"], **more}


def _kept(level: int, drm: str, *masters: str, **more: Any) -> Content:
    """What a database says."""
    return {
        "dates": LIVE, "zone": "data-centre", "security_level": level, "security_basis": {"text": BASIS[level]},
        "classification": {"drm": [drm]}, "masters": list(masters), "technology": ["postgresql"], **more,
    }  # fmt: skip


BUSINESS = {"classification": {"brm": ["brm-ho-tro-hoat-dong"]}}
PERSONAL = {"personal_data": True}

ELEMENTS: tuple[tuple[str, str, int | None, str, str | None, str, str, Content], ...] = (
    ("citizens", "user-group", 1, "Người dân", None, "U-CIT", "", {}),
    ("businesses", "user-group", 1, "Doanh nghiệp", None, "U-BIZ", "", {}),
    ("officials", "user-group", 1, "Cán bộ, công chức", None, "U-OFF", "", {}),
    ("leaders", "user-group", 1, "Lãnh đạo", None, "U-LEAD", "", {}),
    ("other-agencies", "user-group", 1, "Cơ quan khác", None, "U-AGENCY", "", {}),
    ("web", "channel", 2, "Trang web", "H99.1", "CH-PORTAL", "KTT1", {"zone": "internet"}),
    ("mobile", "channel", 2, "Ứng dụng di động", "H99.2", "CH-MOBILE", "KTT2", {"zone": "internet"}),
    ("counter", "channel", 2, "Bộ phận Một cửa", "H99.1", "CH-COUNTER", "KTT3", {"zone": "lan"}),
    ("hotline", "channel", 2, "Đường dây nóng", "H99.1", "CH-PHONE CH-EMAIL", "", {}),
    ("kiosk", "channel", 2, "Kiosk tra cứu", "H99.1", "CH-KIOSK", "", {"zone": "lan"}),
    ("post", "channel", 2, "Bưu chính công ích", "H99.1", "CH-POST", "", {}),
    ("information-portal", "portal-service", 3, "Cổng thông tin điện tử", "H99", "PS-INFO PS-OPENDATA", "P-4-01",
     {"zone": "dmz", "dates": LIVE}),
    ("public-portal", "portal-service", 3, "Cổng dịch vụ công", "H99.1", "PS-DVC PS-SSO", "",
     {"zone": "dmz", "dates": LIVE}),
    ("service-land", "public-service", 4, "Cấp đổi giấy chứng nhận", "H99.3", "OS-CATALOG OS-EVAL", "", {}),
    ("service-copy", "public-service", 4, "Cấp bản sao", "H99.1", "OS-CATALOG", "", {}),
    ("one-stop", "information-system", 4, "Hệ thống giải quyết thủ tục", "H99.1", "OS-ONESTOP OS-PAY OS-VERIFY",
     "P-3-01", _runs("tslcd", 3, "OS-ONESTOP", "postgresql", subsystem="one-stop", **PERSONAL)),
    ("documents", "information-system", 5, "Quản lý văn bản", "H99.1", "AP-DOC", "P-3-02",
     _runs("tslcd", 2, "AP-DOC", "postgresql", subsystem="documents")),
    ("meetings", "information-system", 5, "Họp không giấy", "H99.1", "AP-MEET", "P-3-04",
     _runs("tslcd", 2, "AP-MEET", "postgresql")),
    ("reporting", "information-system", 5, "Hệ thống báo cáo", "H99", "AP-REPORT DB-REPORT DB-BIG", "P-4-11 P-4-12",
     _runs("tslcd", 2, "AP-REPORT", "postgresql", subsystem="reporting")),
    ("ioc", "information-system", 5, "Trung tâm điều hành thông minh", "H99.2", "AP-IOC", "P-3-05 P-3-06 P-3-07",
     _runs("tslcd", 2, "AP-IOC", "postgresql")),
    ("staff", "information-system", 5, "Quản lý cán bộ", "H99.4", "AP-HR", "P-3-03",
     _runs("tslcd", 3, "AP-HR", "postgresql", subsystem="staff", **PERSONAL)),
    ("land", "information-system", 5, "Thông tin đất đai", "H99.3", "AP-SECTOR", "P-3-03",
     _runs("tslcd", 3, "AP-SECTOR", "postgresql", subsystem="land", **PERSONAL)),
    ("people", "information-system", 5, "Thông tin hộ tịch", "H99.5", "AP-SECTOR", "P-3-03",
     _runs("tslcd", 3, "AP-SECTOR", "postgresql", subsystem="people", **PERSONAL)),
    ("dossier-data", "database", 5, "Dữ liệu hồ sơ", "H99.1", "DB-TTHC DB-USER", "P-2-02",
     _kept(3, "data-1", "dossier", **PERSONAL)),
    ("document-data", "database", 5, "Dữ liệu văn bản", "H99.1", "DB-SECTOR", "P-2-03", _kept(2, "data-2", "document")),
    ("staff-data", "database", 5, "Dữ liệu cán bộ", "H99.4", "DB-SECTOR", "P-2-03",
     _kept(3, "data-1", "official", **PERSONAL)),
    ("land-data", "database", 5, "Dữ liệu đất đai", "H99.3", "DB-SECTOR", "P-2-03",
     _kept(3, "data-4", "parcel", **PERSONAL)),
    ("people-data", "database", 5, "Dữ liệu hộ tịch", "H99.5", "DB-SECTOR", "P-2-03",
     _kept(3, "data-1", "person", **PERSONAL)),
    ("shared-data", "database", 5, "Kho dữ liệu dùng chung", "H99.2", "DB-SHARED DB-DICT DB-OPEN",
     "P-2-01 P-2-04 DL5", _kept(3, "data-2")),
    ("entity-person", "data-entity", None, "Công dân", None, "", "", PERSONAL),
    ("entity-parcel", "data-entity", None, "Thửa đất", None, "", "", PERSONAL),
    ("entity-dossier", "data-entity", None, "Hồ sơ", None, "", "", PERSONAL),
    ("entity-official", "data-entity", None, "Cán bộ", None, "", "", PERSONAL),
    ("entity-document", "data-entity", None, "Văn bản", None, "", "", {}),
    ("lgsp", "shared-platform", 6, "Nền tảng tích hợp của tỉnh", "H99.2", "SI-LGSP SI-DATASVC SI-APPINT",
     "P-2-11 NTL4", _runs("tslcd", 3, "SI-LGSP", "postgresql")),
    ("common", "shared-platform", 6, "Nền tảng dịch vụ chung", "H99.2", "SI-COMMON SI-GIS SI-DOCEX",
     "P-2-12 P-2-13 P-2-14", _runs("tslcd", 3, "SI-COMMON", "postgresql")),
    ("ai", "shared-platform", 6, "Trợ lý cho công chức", "H99.2", "", "P-3-08",
     {"state": "planned", "dates": {"planned": "2021-01-01", "live": "2028-01-01"}, "zone": "tslcd"}),
    ("national-portal", "shared-platform", 6, "Cổng Dịch vụ công quốc gia", "G01", "", "P-4-00 P-4-10",
     {"dates": LIVE, "classification": {"arm": ["PS-DVC"]}}),
    ("vneid", "shared-platform", 6, "Định danh điện tử VNeID", "G01", "", "P-2-10 P-3-00",
     {"dates": LIVE, "classification": {"arm": ["PS-SSO"]}, **PERSONAL}),
    ("ndxp", "shared-platform", 6, "Nền tảng tích hợp, chia sẻ dữ liệu quốc gia", "G06", "", "P-1-00 P-1-10 P-2-00",
     {"dates": LIVE, "classification": {"arm": ["SI-APPINT"]}}),
    ("people-interface", "interface", 6, "Tra cứu hộ tịch", "H99.5", "", "",
     _offers("people", "people", "/persons/*", **PERSONAL)),
    ("land-interface", "interface", 6, "Tra cứu thửa đất", "H99.3", "", "",
     _offers("land", "land", "/parcels/*", **PERSONAL)),
    ("dossier-interface", "interface", 6, "Tra cứu hồ sơ", "H99.1", "", "",
     _offers("one-stop", "dossiers", "/dossiers/*", **PERSONAL)),
    ("document-interface", "interface", 6, "Tra cứu văn bản", "H99.1", "", "",
     _offers("documents", "documents", "/documents/*")),
    ("staff-interface", "interface", 6, "Số liệu cán bộ", "H99.4", "", "", _offers("staff", "staff", "/numbers")),
    ("data-centre", "data-centre", 7, "Trung tâm dữ liệu tỉnh", "H99.2", "IN-DC", "P-1-01",
     {"dates": LIVE, "zone": "data-centre"}),
    ("cloud", "infrastructure-service", 7, "Điện toán đám mây", "H99.2", "IN-DC", "P-1-01", {"zone": "data-centre"}),
    ("backup", "infrastructure-service", 7, "Sao lưu dữ liệu", "H99.2", "IN-DC", "P-1-01", {"zone": "data-centre"}),
    ("soc", "infrastructure-service", 7, "Giám sát an toàn, nhật ký", "H99.2", "SX-SOC SX-AUDIT SX-IAM",
     "P-1-11 ANM4", {"zone": "management"}),
    ("signing", "infrastructure-service", 7, "Ký số", "H99.2", "IN-PKI", "", {"zone": "tslcd"}),
    ("tslcd", "network", 7, "Mạng truyền số liệu chuyên dùng", "H99.2", "IN-TSLCD IN-INET", "P-1-02 HTS7",
     {"zone": "tslcd", "technology": ["ipv6"]}),
    ("lans", "network", 7, "Mạng nội bộ, thiết bị", "H99.2", "IN-LAN IN-IOT", "P-1-03 HTS8", {"zone": "lan"}),
    ("zone-internet", "network-zone", None, "Vùng Internet", None, "", "", {"codes": {"local": "internet"}}),
    ("zone-dmz", "network-zone", None, "Vùng đệm", None, "", "", {"codes": {"local": "dmz"}}),
    ("zone-tslcd", "network-zone", None, "Vùng chuyên dùng", None, "", "", {"codes": {"local": "tslcd"}}),
    ("zone-lan", "network-zone", None, "Vùng nội bộ", None, "", "", {"codes": {"local": "lan"}}),
    ("zone-servers", "network-zone", None, "Vùng máy chủ", None, "", "", {"codes": {"local": "data-centre"}}),
    ("zone-management", "network-zone", None, "Vùng quản trị", None, "", "", {"codes": {"local": "management"}}),
    ("agency-committee", "agency", None, "Ủy ban nhân dân tỉnh", "H99", "GV-GOV", "", {}),
    ("agency-office", "agency", None, "Văn phòng", "H99.1", "", "", {}),
    ("agency-science", "agency", None, "Sở Khoa học và Công nghệ", "H99.2", "", "", {}),
    ("agency-land", "agency", None, "Sở Nông nghiệp và Môi trường", "H99.3", "", "", {}),
    ("agency-interior", "agency", None, "Sở Nội vụ", "H99.4", "", "", {}),
    ("agency-justice", "agency", None, "Sở Tư pháp", "H99.5", "", "", {}),
    ("intake", "procedure", None, "Tiếp nhận hồ sơ", "H99.1", "", "", BUSINESS),
    ("review", "procedure", None, "Thẩm định kiến trúc", "H99.2", "GV-COMPLY SX-LEVEL", "", BUSINESS),
    ("product-postgresql", "technology-product", None, "PostgreSQL", None, "", "", {"technology": ["postgresql"]}),
    ("req-exchange", "requirement", None, "Kết nối qua nền tảng", None, "", "", {}),
    ("req-access", "requirement", None, "Cổng có khả năng tiếp cận cho người khuyết tật", None, "", "", {}),
    ("req-logs", "requirement", None, "Ghi nhật ký truy cập", None, "", "", {}),
    ("plateau-now", "plateau", None, "Hiện trạng", None, "", "", {"dates": {"live": "2020-06-01"}}),
    ("plateau-target", "plateau", None, "Mục tiêu 2028", None, "", "",
     {"state": "planned", "dates": {"live": "2028-12-31"}}),
    ("gap-ai", "gap", None, "Chưa có trợ lý ảo", None, "", "", {}),
    ("work-ai", "work-package", None, "Xây dựng trợ lý ảo", "H99.2", "", "",
     {"state": "planned", "dates": {"planned": "2021-01-01", "live": "2028-01-01"},
      "cost": {"build": [{"year": 2027, "amount": 5_000_000_000}]}}),
    ("decision", "document", None, "Quyết định phê duyệt", None, "", "", {}),
)  # fmt: skip

# from, kind, to; several ends are told apart by spaces
RELATIONS: tuple[tuple[str, str, str], ...] = (
    ("web mobile counter hotline kiosk post", "serving", "citizens"),
    ("web", "serving", "businesses other-agencies"),
    ("documents meetings staff land people", "serving", "officials"),
    ("reporting ioc", "serving", "leaders"),
    ("information-portal public-portal", "serving", "web"),
    ("service-land service-copy", "serving", "public-portal"),
    ("one-stop", "realization", "service-land service-copy"),
    ("one-stop", "serving", "counter intake"),
    ("one-stop", "access", "dossier-data"),
    ("documents", "access", "document-data"),
    ("staff", "access", "staff-data"),
    ("land", "access", "land-data"),
    ("people", "access", "people-data"),
    ("lgsp", "access", "shared-data"),
    ("people-data", "realization", "entity-person"),
    ("land-data", "realization", "entity-parcel"),
    ("dossier-data", "realization", "entity-dossier"),
    ("staff-data", "realization", "entity-official"),
    ("document-data", "realization", "entity-document"),
    ("lgsp", "composition", "people-interface land-interface dossier-interface document-interface staff-interface"),
    ("people", "realization", "people-interface"),
    ("land", "realization", "land-interface"),
    ("one-stop", "realization", "dossier-interface"),
    ("documents", "realization", "document-interface"),
    ("staff", "realization", "staff-interface"),
    ("lgsp", "serving", "one-stop documents meetings reporting ioc staff land people"),
    ("common", "serving", "documents ioc"),
    ("lgsp", "flow", "ndxp"),
    ("public-portal", "flow", "national-portal"),
    ("vneid", "serving", "public-portal"),
    ("data-centre", "assignment", "one-stop documents meetings reporting ioc staff land people lgsp common"),
    ("data-centre", "assignment", "dossier-data document-data staff-data land-data people-data shared-data"),
    ("cloud backup soc signing tslcd lans", "serving", "data-centre"),
    ("zone-tslcd", "aggregation", "tslcd"),
    ("zone-internet", "association", "zone-dmz"),
    ("zone-dmz zone-tslcd zone-management", "association", "zone-servers"),
    ("zone-lan", "association", "zone-tslcd"),
    (
        "agency-committee agency-office agency-science agency-land agency-interior agency-justice",
        "association",
        "tslcd",
    ),
    ("agency-science", "assignment", "review"),
    ("product-postgresql", "serving", "lgsp"),
    ("lgsp", "realization", "req-exchange"),
    ("soc", "realization", "req-logs"),
    ("information-portal", "realization", "req-access"),
    ("plateau-now", "aggregation", "lgsp one-stop"),
    ("plateau-target", "aggregation", "ai"),
    ("plateau-now", "triggering", "plateau-target"),
    ("gap-ai", "association", "plateau-now plateau-target ai"),
    ("work-ai", "association", "gap-ai"),
    ("work-ai", "realization", "ai"),
    ("decision", "association", "agency-committee"),
)
CALLS = (
    ("one-stop", "people-interface", "/persons/*"),
    ("one-stop", "land-interface", "/parcels/*"),
    ("reporting", "dossier-interface", "/dossiers/*"),
    ("reporting", "document-interface", "/documents/*"),
    ("reporting", "staff-interface", "/numbers"),
)
CORE = (
    "Quản trị trên cơ sở định lượng, đo lường và kiểm chứng được kết quả",
    "Lãnh đạo, chỉ đạo, điều hành dựa trên dữ liệu theo thời gian thực",
    "Vận hành thông minh và tự động hóa, ưu tiên ứng dụng AI (AI First)",
    "Phân cấp, phân quyền mạnh mẽ trên nền tảng số",
    "Lấy người dùng làm trung tâm với hệ sinh thái dịch vụ hợp nhất",
    "Bảo đảm an ninh mạng, bảo vệ dữ liệu và quyền riêng tư",
    "Thúc đẩy dữ liệu mở, minh bạch, trách nhiệm giải trình và đổi mới sáng tạo",
)


def content(framework: str) -> Content:
    """The clean architecture for a framework, as a version's file states it; free to be changed."""
    place = 5 if framework == "2.0" else 6
    elements = [_element(row, row[place].split()) for row in ELEMENTS]
    relations = [
        {"id": f"{one}--{kind}--{other}", "kind": kind, "from": one, "to": other}
        | ({"name": {"vi": "Hồ sơ, trạng thái"}} if kind == "flow" else {})
        for ones, kind, others in RELATIONS
        for one in ones.split()
        for other in others.split()
    ]
    principles = [
        {"id": "vision", "kind": "vision", "statement": {"vi": "Chính quyền số phục vụ người dân"}},
        {"id": "target", "kind": "target", "statement": {"vi": "Đến năm 2028, 90% hồ sơ nộp trực tuyến"}},
        *({"id": f"core-{number}", "kind": "principle", "statement": {"vi": text}}
          for number, text in enumerate(CORE, 1)),
    ]  # fmt: skip
    view = {"id": "view", "name": {"vi": "Tổng thể"}, "nodes": [{"id": "node", "element": "lgsp"}]}
    return deepcopy({
        "province": "clean", "version": "1.0", "title": {"vi": "Kiến trúc không có lỗi"}, "framework": framework,
        "effective_from": DAYS[framework], "elements": elements, "relations": [*relations, *map(_call, CALLS)],
        "principles": principles, "views": [view],
    })  # fmt: skip


def built(said: Content) -> ArchitectureVersion:
    """The content as a version."""
    return ArchitectureVersion.model_validate(said)


def _element(row: tuple[str, str, int | None, str, str | None, str, str, Content], reference: list[str]) -> Content:
    id_, kind, layer, name, owner, _, _, more = row
    said = {"id": id_, "kind": kind, "layer": layer, "name": {"vi": name}, "owner": owner, "reference": reference}
    return said | more


def _call(call: tuple[str, str, str]) -> Content:
    caller, interface, path = call
    contract = {
        "id": f"{caller}-{interface}", "methods": [{"method": "GET", "path": path}], "fields": ["number"],
        "purpose": {"vi": "Không hỏi lại điều đã có"}, "legal_basis": [{"text": "Nghị định 47/2020/NĐ-CP, điều 35"}],
        "valid_from": "2020-07-01", "valid_to": "2027-12-31",
    }  # fmt: skip
    return {"id": f"{caller}--flow--{interface}", "kind": "flow", "from": caller, "to": interface, "contract": contract}
