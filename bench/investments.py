"""3,000 projects and 3,000 systems from a published seed: facts combined, none of them from the labelled set.

Each thing has two wordings; a planted project says in the other wording what a system of the same place already does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from maidinh.governance.duplication.definition import Profile
from maidinh.infrastructure.definitions.definition import Text

SEED = 20_260_906
COUNT = 3000
PLANTED = 0.1  # the part of the projects that repeat a system

# What is kept, in two wordings; two doings, each in two wordings; who uses it; codes.
Thing = tuple[tuple[str, str], tuple[tuple[str, str], tuple[str, str]], str, tuple[str, str, str]]
THINGS: list[Thing] = [
    (("giếng khoan và giấy phép khai thác nước dưới đất", "lỗ khoan lấy nước ngầm đã được phép"),
     (("Gia hạn giấy phép", "Nhắc chủ giếng xin lại phép"), ("Báo cáo lưu lượng", "Khai số khối nước bơm")),
     "Chủ giếng", ("brm-kinh-te", "data-3", "DB-SECTOR")),
    (("mỏ đá, mỏ cát và sản lượng khoáng sản", "điểm xúc đá, cát và số chuyến chở đi"),
     (("Theo dõi sản lượng", "Đếm chuyến xe"), ("Thu tiền cấp quyền", "Tính tiền phải nộp theo khối")),
     "Doanh nghiệp khoáng sản", ("brm-kinh-te", "DRM001.001", "AP-SECTOR")),
    (("nghĩa trang, phần mộ liệt sĩ", "nơi an nghỉ của người hy sinh"),
     (("Quản lý phần mộ", "Ghi hàng, lô, tên người nằm"), ("Tìm kiếm thông tin liệt sĩ", "Chỉ đường cho thân nhân")),
     "Thân nhân", ("brm-xa-hoi", "data-1", "DB-SECTOR")),
    (("cây xanh đường phố, công viên", "hàng cây, vườn hoa công cộng"),
     (("Lập lý lịch cây", "Gắn biển từng gốc"), ("Lên lịch cắt tỉa", "Hẹn ngày tỉa cành")),
     "Công ty môi trường đô thị", ("brm-xa-hoi", "DRM002.001", "AP-SECTOR")),
    (("sân vận động, nhà thi đấu và lịch sử dụng", "chỗ tập, chỗ đá bóng và giờ trống"),
     (("Đặt lịch sử dụng", "Giữ chỗ theo giờ"), ("Thu phí thuê sân", "Trả tiền thuê trên điện thoại")),
     "Câu lạc bộ", ("brm-xa-hoi", "data-3", "AP-SECTOR")),
    (("thư viện công cộng, bạn đọc và sách", "phòng đọc, người mượn và đầu ấn phẩm"),
     (("Mượn, trả sách", "Cho mượn, nhận lại ấn phẩm"), ("Biên mục tài liệu", "Lập phích cho từng cuốn")),
     "Bạn đọc", ("brm-xa-hoi", "data-3", "DB-SECTOR")),
    (("xe cứu thương, điều phối cấp cứu ngoại viện", "xe 115 và ca gọi giúp khẩn"),
     (("Điều xe cấp cứu", "Gọi xe gần nhất"), ("Theo dõi ca cấp cứu", "Biết xe chở ai, đến đâu")),
     "Trung tâm cấp cứu", ("brm-xa-hoi", "data-3", "AP-SECTOR")),
    (("người nghiện ma túy và điều trị thay thế", "người uống methadone mỗi ngày"),
     (("Theo dõi liều điều trị", "Ghi lần uống"), ("Quản lý hồ sơ cai nghiện", "Giữ giấy của người đang cai")),
     "Cơ sở điều trị", ("brm-xa-hoi", "data-1", "AP-SECTOR")),
    (("làng nghề, nghệ nhân", "xóm thủ công và thợ giỏi"),
     (("Công nhận làng nghề", "Xét danh hiệu cho xóm"), ("Quảng bá sản phẩm làng nghề", "Giới thiệu đồ thủ công")),
     "Nghệ nhân", ("brm-kinh-te", "DRM001.001", "DB-SECTOR")),
    (("hội, quỹ xã hội, quỹ từ thiện", "tổ chức quyên góp và hội quần chúng"),
     (("Cho phép thành lập hội", "Xét đơn lập tổ chức"), ("Báo cáo hoạt động quỹ", "Khai tiền quyên góp")),
     "Ban vận động", ("brm-ho-tro-hoat-dong", "data-2", "AP-SECTOR")),
    (("địa giới hành chính, mốc giới", "ranh các xã và cột mốc"),
     (("Quản lý mốc giới", "Kiểm cột mốc"), ("Cập nhật hồ sơ địa giới", "Sửa bản vẽ ranh")),
     "Phòng Xây dựng chính quyền", ("brm-ho-tro-hoat-dong", "data-6", "DB-SECTOR")),
    (("cột bơm xăng dầu, cửa hàng bán lẻ xăng dầu", "cây xăng và bồn chứa"),
     (("Kết nối hóa đơn từng lần bán", "Nhận số mỗi lượt bơm"), ("Kiểm định cột đo", "Dán tem cây bơm")),
     "Cửa hàng xăng dầu", ("brm-kinh-te", "DRM001.003", "AP-SECTOR")),
    (("chợ, hộ kinh doanh cố định tại chợ", "sạp hàng và tiểu thương"),
     (("Cho thuê điểm kinh doanh", "Chia sạp"), ("Thu tiền dịch vụ chợ", "Thu vé, tiền chỗ")),
     "Tiểu thương", ("brm-kinh-te", "DRM001.003", "AP-SECTOR")),
    (("trạm biến áp, lưới điện nông thôn", "cột, dây và máy hạ thế ở xóm"),
     (("Theo dõi sự cố điện", "Báo mất điện"), ("Quản lý hành lang lưới điện", "Giữ khoảng cách nhà với dây")),
     "Điện lực", ("brm-kinh-te", "DRM002.001", "DB-SECTOR")),
    (("phòng thí nghiệm, mẫu kiểm định chất lượng hàng hóa", "nơi thử mẫu và phiếu kết quả"),
     (("Nhận mẫu kiểm định", "Vào sổ mẫu thử"), ("Trả phiếu kết quả", "Gửi giấy kết luận")),
     "Doanh nghiệp", ("brm-kinh-te", "DRM001.001", "AP-SECTOR")),
    (("nguồn phóng xạ, thiết bị bức xạ", "máy X-quang và chất phát xạ"),
     (("Cấp phép bức xạ", "Cho dùng máy X-quang"), ("Theo dõi liều nhân viên", "Ghi liều người đứng máy")),
     "Cơ sở bức xạ", ("brm-xa-hoi", "data-3", "AP-SECTOR")),
    (("công chức tập sự, kỳ thi tuyển dụng", "thí sinh dự tuyển vào cơ quan"),
     (("Đăng ký dự tuyển", "Nhận phiếu thí sinh"), ("Chấm thi trên máy", "Làm bài trên máy")),
     "Thí sinh", ("brm-quan-ly-nguon-luc", "data-1", "AP-HR")),
    (("nhà văn hóa, thiết chế văn hóa cơ sở", "hội trường thôn và sinh hoạt chung"),
     (("Kiểm kê thiết chế", "Đếm bàn ghế, loa đài"), ("Lập kế hoạch hoạt động", "Xếp buổi sinh hoạt")),
     "Ban công tác thôn", ("brm-xa-hoi", "DRM002.001", "DB-SECTOR")),
    (("hợp tác xã, liên hiệp hợp tác xã", "tổ làm ăn chung và thành viên góp vốn"),
     (("Đăng ký hợp tác xã", "Lập tổ mới"), ("Đánh giá, xếp loại hợp tác xã", "Chấm điểm tổ hằng năm")),
     "Hợp tác xã", ("brm-kinh-te", "data-2", "DB-SECTOR")),
    (("phòng cháy, cơ sở phải kiểm tra PCCC", "nơi dễ bén lửa và bình chữa"),
     (("Kiểm tra định kỳ PCCC", "Xem bình, lối thoát"), ("Khai báo cơ sở", "Chủ nơi ấy tự kê")),
     "Chủ cơ sở", ("brm-quoc-phong-an-ninh-doi-ngoai", "data-3", "AP-SECTOR")),
    (("đê điều, kè, cống dưới đê", "bờ chắn nước sông và cửa xả"),
     (("Tuần tra canh gác đê", "Đi dọc bờ mùa lũ"), ("Ghi nhận sự cố đê", "Báo chỗ rò, sụt")),
     "Hạt quản lý đê", ("brm-kinh-te", "DRM002.001", "AP-SECTOR")),
    (("giống cây, giống thủy sản", "hạt, cây con và con thả nuôi"),
     (("Công bố tiêu chuẩn giống", "Treo bảng chất lượng cây con"), ("Kiểm dịch giống", "Khám bệnh con giống")),
     "Cơ sở giống", ("brm-kinh-te", "DRM001.001", "DB-SECTOR")),
    (("báo chí, phóng viên thường trú", "tòa soạn và người viết tin"),
     (("Cung cấp thông tin cho báo chí", "Phát thông cáo"), ("Theo dõi tin, bài", "Gom bài viết về tỉnh")),
     "Cơ quan báo chí", ("brm-ho-tro-hoat-dong", "data-2", "AP-SECTOR")),
    (("đoàn ra, đoàn vào, hộ chiếu công vụ", "chuyến đi nước ngoài của cán bộ"),
     (("Duyệt đoàn ra", "Xin phép đi"), ("Quản lý hộ chiếu công vụ", "Giữ sổ xuất cảnh")),
     "Phòng Ngoại vụ", ("brm-quoc-phong-an-ninh-doi-ngoai", "data-1", "AP-SECTOR")),
]  # fmt: skip
FACETS = [
    ("", ""), (" quy mô hộ gia đình", " của từng nhà"), (" thuộc vốn nhà nước", " do ngân sách bỏ tiền"),
    (" khu vực miền núi", " ở bản, ở rẻo cao"), (" vùng ven biển", " dọc bờ biển"),
]  # fmt: skip
PROVINCES = [
    "Sơn La", "Phú Thọ", "Quảng Ninh", "Nghệ An", "Quảng Trị", "Gia Lai", "Đắk Lắk", "Lâm Đồng", "Tây Ninh", "Cà Mau",
]  # fmt: skip
COMMUNES = ["Tân Lập", "Hòa Bình", "Quyết Thắng", "Đông Sơn", "Phú Mỹ"]
AGENCIES = ["Sở Xây dựng", "Sở Y tế", "Sở Nội vụ", "Sở Công Thương", "Sở Tài chính", "Sở Nông nghiệp và Môi trường"]
BOILERPLATE = [
    "Xây dựng hệ thống thông tin quản lý {}", "Đầu tư phần mềm {}", "Xây dựng CSDL {}", "Ứng dụng CNTT quản lý {}",
    "Số hóa, chuẩn hóa dữ liệu {}", "Nâng cấp hệ thống quản lý {}",
]  # fmt: skip
REASONS = [
    "Thực hiện Kế hoạch chuyển đổi số giai đoạn 2026-2030 được phê duyệt,", "Căn cứ nhu cầu thực tế của đơn vị,",
    "Nhằm nâng cao hiệu lực, hiệu quả quản lý nhà nước,", "Thực hiện nhiệm vụ được cấp có thẩm quyền giao,",
]  # fmt: skip


@dataclass(frozen=True)
class Investments:
    """Both sides, and which project was planted beside which system."""

    projects: list[Profile]
    systems: list[Profile]
    planted: dict[str, str]


def investments(count: int = COUNT, *, seed: int = SEED) -> Investments:
    """That many of both. Systems are all of different things or places until those are used up."""
    chance = random.Random(seed)  # noqa: S311 - a published seed
    places = [(province, commune) for province in PROVINCES for commune in [None, *COMMUNES]]
    subjects = [(thing, facet, place) for thing in THINGS for facet in FACETS for place in places]
    chance.shuffle(subjects)
    systems = [
        _profile(f"system-{number:04}", "system", *subjects[number % len(subjects)], 0, chance)
        for number in range(count)
    ]
    projects, planted = [], {}
    for number in range(count):
        name = f"project-{number:04}"
        repeats = chance.random() < PLANTED
        subject = subjects[number] if repeats else subjects[(count + number) % len(subjects)]
        if repeats:
            planted[name] = f"system-{number:04}"
        projects.append(_profile(name, "project", *subject, int(repeats), chance))
    return Investments(projects, systems, planted)


def _profile(
    name: str, kind: str, thing: Thing, facet: tuple[str, str], place: tuple[str, str | None], wording: int,
    chance: random.Random,
) -> Profile:  # fmt: skip
    kept, doings, user, (brm, drm, arm) = thing
    what = kept[wording] + facet[wording]
    province, commune = place
    where = f"xã {commune}, tỉnh {province}" if commune else f"tỉnh {province}"
    begins = chance.randint(2026, 2029) if kind == "project" else chance.randint(2012, 2024)
    functions = [doing[wording] for doing in doings if chance.random() < 0.9]
    return Profile(
        id=name,
        kind="project" if kind == "project" else "system",
        title=Text(vi=f"{chance.choice(BOILERPLATE).format(what)} {where}"),
        summary=Text(vi=f"{chance.choice(REASONS)} đầu tư để {', '.join(doings[n][wording].lower() for n in (0, 1))}."),
        owner=f"UBND {where}" if commune else f"{chance.choice(AGENCIES)} {where}",
        masters=[what] if chance.random() < 0.6 else [],
        functions=functions,
        users=[user] if chance.random() < 0.7 else [],
        territory=[f"Xã {commune}, {province}" if commune else province],
        classification={
            model: [code] for model, code in (("brm", brm), ("drm", drm), ("arm", arm)) if chance.random() < 0.7
        },
        begins=begins,
        ends=begins + 1 if kind == "project" else None,
        build_cost=chance.randint(800, 30_000) * 10**6,
        run_cost=chance.randint(50, 2_000) * 10**6,
        checked=False,
        sample=True,
    )
