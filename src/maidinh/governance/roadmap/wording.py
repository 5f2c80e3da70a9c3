"""What the pictures, plans and files of a roadmap say, in Vietnamese and English; money as people read it.

Layer 4, governance. Pure. A file has the language that is asked for, whoever's page asks for it.
"""

from __future__ import annotations

from datetime import date

WORDS: dict[str, tuple[str, str]] = {
    # the picture of the years
    "timeline": ("Lộ trình theo năm", "Roadmap by year"),
    "timeline-says": (
        "{count} dự án từ năm {first} đến năm {last}, xếp theo cơ quan chủ quản. Bảng dưới sơ đồ ghi đủ các số liệu.",
        "{count} projects from {first} to {last}, by owner. The table below the chart says the same in full.",
    ),
    "more": (
        "Sơ đồ vẽ {drawn} dự án đầu; còn {left} dự án chỉ có trong bảng.",
        "The chart draws the first {drawn} projects; {left} more stand in the table only.",
    ),
    "nothing": ("Lộ trình chưa có dự án nào.", "No project has a place in the roadmap."),
    "phases": ("Giai đoạn", "Phases"),
    "legend-deadline": ("Vạch đậm: hạn theo quy định", "Thick bar: deadline by law"),
    "legend-needs": ("Mũi tên: dự án phải có trước", "Arrow: project that must come first"),
    "builds": ("xây dựng {span}", "built {span}"),
    "agency": ("Cơ quan chủ quản", "Owner"),
    "project": ("Dự án", "Project"),
    "code": ("Mã", "Code"),
    "first": ("Năm bắt đầu", "First year"),
    "last": ("Năm hoàn thành", "Last year"),
    "build": ("Kinh phí xây dựng (đồng)", "Cost of building (dong)"),
    "run": ("Vận hành mỗi năm, cao nhất (đồng)", "Running a year, highest (dong)"),
    "deadline": ("Hạn theo quy định", "Deadline by law"),
    "mandate": ("Căn cứ của hạn", "Ground of the deadline"),
    "needs": ("Phải có trước", "Must come first"),
    "why": ("Vì sao năm này", "Why this year"),
    "committed": ("Đã khởi động", "Started already"),
    "pinned": ("Người lập kế hoạch chọn năm", "Year chosen by the planner"),
    "computed": ("Tính từ lộ trình", "Computed"),
    "late": ("quá hạn", "after the deadline"),
    # the picture of the plateaus
    "plateaus": ("Các trạng thái của kiến trúc", "Plateaus of the architecture"),
    "plateaus-says": (
        "{count} trạng thái: mỗi cột là những gì có thêm khi hết một giai đoạn. Bảng dưới sơ đồ ghi đủ.",
        "{count} plateaus: each column is what is added by the end of a phase. The table below says the same in full.",
    ),
    "standing": ("Hiện trạng", "Standing today"),
    "until": ("đến ngày {day}", "until {day}"),
    "year": ("Năm {year}", "Year {year}"),
    "after": ("Sau giai đoạn cuối", "After the last phase"),
    "plateau": ("Trạng thái", "Plateau"),
    "reached": ("Đạt đến ngày", "Reached by"),
    "kind": ("Nội dung", "What"),
    "target": ("Chỉ tiêu", "Target"),
    "added": ("Hoàn thành trong giai đoạn", "Completed in the phase"),
    "platform": ("Nền tảng đã có", "Platform that stands"),
    "name": ("Tên", "Name"),
    "total-done": ("Lũy kế số dự án hoàn thành", "Projects completed so far"),
    "targets": ("Chỉ tiêu: {count}", "Targets: {count}"),
    "done": ("Hoàn thành: {count}; lũy kế: {total}", "Completed: {count}; so far: {total}"),
    "and-more": ("và {count} mục khác, xem bảng", "and {count} more, see the table"),
    # the plan of a year
    "plan-form": ("KẾ HOẠCH", "PLAN"),
    "plan-title": (
        "Ứng dụng công nghệ thông tin, chuyển đổi số năm {year}",
        "Information technology and digital transformation, {year}",
    ),
    "plan-of": ("của {agency}", "of {agency}"),
    "nation": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIETNAM"),
    "motto": ("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"),
    "number": ("Số:       /KH-", "No.:       /KH-"),
    "place-day": ("{place}, ngày ..... tháng ..... năm {year}", "{place}, day ..... month ..... {year}"),
    "draft": (
        "Dự thảo. Có hiệu lực khi thủ trưởng cơ quan ký.",
        "Draft. It takes effect when the head of the agency signs.",
    ),
    "grounds": ("Căn cứ pháp lý", "Legal grounds"),
    "ground": ("Căn cứ {text};", "On the ground of {text};"),
    "ground-roadmap": ("Căn cứ lộ trình “{title}” đã thông qua.", "On the ground of the adopted roadmap “{title}”."),
    "unchecked": (" (chưa kiểm tra)", " (not checked)"),
    "tasks": ("Danh mục nhiệm vụ, dự án", "Tasks and projects"),
    "unit": ("Đơn vị tính: đồng", "Unit: dong"),
    "no": ("TT", "No."),
    "task": ("Nhiệm vụ, dự án", "Task or project"),
    "aim": ("Mục tiêu, nội dung", "Aim and content"),
    "cooperates": ("Cơ quan phối hợp", "Co-operating"),
    "period": ("Thời gian", "Period"),
    "total": ("Tổng mức", "Total"),
    "before": ("Lũy kế đến hết năm trước", "Until the year before"),
    "this-year": ("Kế hoạch năm {year}", "Plan of {year}"),
    "sum": ("Cộng", "Sum"),
    "investment": ("Đầu tư", "Investment"),
    "regular": ("Thường xuyên", "Recurrent"),
    "kind-of-money": ("Loại chi", "Kind of spending"),
    "unclassed": ("Khác", "Other"),
    "rest": ("Chuyển năm sau", "Carried to later years"),
    "state": ("Tình trạng", "State"),
    "note": ("Ghi chú", "Note"),
    "state-new": ("Mở mới", "New"),
    "state-continued": ("Chuyển tiếp", "Continued"),
    "state-running": ("Vận hành", "Running"),
    "group-continued": ("Nhiệm vụ chuyển tiếp", "Continued tasks"),
    "group-new": ("Nhiệm vụ mở mới", "New tasks"),
    "group-running": ("Duy trì, vận hành", "Keeping and running"),
    "grand-total": ("TỔNG CỘNG", "TOTAL"),
    "by-source": ("Tổng hợp theo nguồn vốn", "Totals by source of money"),
    "source": ("Nguồn vốn", "Source"),
    "note-deadline": ("Hạn theo quy định: hết năm {year}", "Deadline by law: end of {year}"),
    "note-pinned": ("Năm do người lập kế hoạch chọn", "Year chosen by the planner"),
    "note-carries": (
        "Số chưa giải ngân của nguồn này được chuyển sang năm sau",
        "What is not spent of this source goes into the next year",
    ),
    "carries": ("Được chuyển nguồn", "May be carried over"),
    "yes": ("Có", "Yes"),
    "empty": ("Lộ trình không giao nhiệm vụ nào cho cơ quan trong năm này.",
              "The roadmap gives the agency no task in this year."),
    "recipients": ("Nơi nhận:", "Sent to:"),
    "recipients-lines": ("- {parent};\n- Lưu: VT.", "- {parent};\n- Kept: records office."),
    "signer": ("THỦ TRƯỞNG CƠ QUAN", "HEAD OF THE AGENCY"),
    "sign-here": ("(Chữ ký, dấu)", "(Signature, seal)"),
    "sheet-plan": ("Kế hoạch {year}", "Plan {year}"),
    # training
    "training": ("Kế hoạch đào tạo", "Training plan"),
    "training-from": ("Theo lộ trình “{title}”", "From the roadmap “{title}”"),
    "learns": ("Cơ quan có người học", "Agency that learns"),
    "subject": ("Nội dung học", "Subject"),
    "system": ("Trước khi đưa vào dùng", "Before this starts"),
    "people": ("Số người", "People"),
    "trained": ("Đã học", "Trained"),
    "missing": ("Còn thiếu", "Missing"),
    "due": ("Hạn", "Due"),
    "planned-due": ("Hạn ghi trong dự án", "Due as the project says"),
    "training-done": ("Đã xong", "Done"),
    "training-done-late": ("Xong muộn", "Done late"),
    "training-late": ("Quá hạn", "Overdue"),
    "training-open": ("Chưa đến hạn", "Not due yet"),
    "last-held": ("Buổi học gần nhất", "Last held"),
}  # fmt: skip


def word(key: str, language: str, **values: object) -> str:
    """A text in the language asked for."""
    vi, en = WORDS[key]
    text = en if language == "en" else vi
    return text.format(**values) if values else text


def dong(amount: int, language: str) -> str:
    """A whole amount with its groups of three digits."""
    return f"{amount:,}" if language == "en" else f"{amount:,}".replace(",", ".")


def short_dong(amount: int, language: str) -> str:
    """An amount in billions or millions of dong, for a picture; the table has it to the dong."""
    english = language == "en"
    for size, vi, en in ((10**9, "tỷ", "bn"), (10**6, "triệu", "m")):
        if abs(amount) >= size:
            figure = f"{amount / size:,.1f}".removesuffix(".0")
            if not english:
                figure = figure.translate(str.maketrans(",.", ".,"))
            return f"{figure} {en if english else vi}"
    return dong(amount, language)


def day(found: date, language: str) -> str:
    """A day as people write it."""
    return f"{found.day} {found:%B} {found.year}" if language == "en" else f"{found:%d/%m/%Y}"


def span(first: int, last: int) -> str:
    """One year, or the first and the last."""
    return str(first) if first == last else f"{first}–{last}"
