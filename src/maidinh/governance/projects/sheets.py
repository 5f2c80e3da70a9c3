"""The sheets in which a project stands in a workbook: their columns, headings, and the words for what may be chosen.

Layer 4, governance. Pure. A column has a stable key, the way to its field; headings and words are in two languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "number", "day", "yes", "choice", "list", "value"]

CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "project": {
        "investment": ("Dự án đầu tư", "Investment"),
        "purchase": ("Mua sắm", "Purchase"),
        "service": ("Thuê dịch vụ", "Hired service"),
    },
    "group": {"A": ("A", "A"), "B": ("B", "B"), "C": ("C", "C")},
    "steps": {"1": ("1", "1"), "2": ("2", "2")},
    "yes": {"true": ("Có", "Yes"), "false": ("Không", "No")},
    "action": {"add": ("Thêm", "Add"), "change": ("Sửa", "Change"), "retire": ("Dừng sử dụng", "Retire")},
    "section": {"elements": ("Thành phần", "Component"), "relations": ("Quan hệ", "Relation")},
    "cost": {"build": ("Xây dựng", "Build"), "run": ("Vận hành", "Run")},
    "decision": {
        "use": ("Dùng", "Use"),
        "extend": ("Mở rộng", "Extend"),
        "own": ("Xây dựng riêng", "Build its own"),
    },
    "confidence": {
        "high": ("Cao", "High"),
        "medium": ("Vừa", "Medium"),
        "low": ("Thấp", "Low"),
        "memory": ("Theo trí nhớ", "From memory"),
        "own": ("Tự lập", "Own"),
    },
}


@dataclass(frozen=True)
class Column:
    """A column, or a row of the first sheet: the key is the way to its field. `choices`: the words that may stand."""

    key: str
    vi: str
    en: str
    kind: Kind = "text"
    choices: str = ""
    note_vi: str = ""
    note_en: str = ""

    def heading(self, language: str) -> str:
        """Its heading."""
        return self.en if language == "en" else self.vi

    def note(self, language: str) -> str:
        """What to write there."""
        return self.note_en if language == "en" else self.note_vi


@dataclass(frozen=True)
class Sheet:
    """A sheet: the part of the project that it holds, and its columns."""

    part: str
    vi: str
    en: str
    columns: tuple[Column, ...]

    def name(self, language: str) -> str:
        """Its name in the workbook."""
        return self.en if language == "en" else self.vi

    def number(self, key: str) -> int:
        """Which column has a key, the first is 1."""
        return next(n for n, each in enumerate(self.columns, 1) if each.key == key)


def _text(key: str, vi: str, en: str, note_vi: str = "", note_en: str = "") -> tuple[Column, Column]:
    """A text in both languages."""
    return (
        Column(f"{key}.vi", vi, en, note_vi=note_vi, note_en=note_en),
        Column(f"{key}.en", f"{vi} (tiếng Anh)", f"{en} (English)"),
    )


DAY = ("Ngày/tháng/năm.", "Year-month-day.")
DONG = ("Đồng, số nguyên.", "Whole dong.")
BELOW = ("Mỗi mã một dòng trong ô.", "One code a line within the cell.")

LISTED = {"legal_basis": "legal_basis", "legal_basis_unchecked": "legal_basis", "procedures": "procedures",
          "needs": "needs"}  # fmt: skip

GENERAL = Sheet("general", "Thông tin chung", "General", (
    Column("id", "Mã dự án", "Project code", note_vi="Chữ thường không dấu, số và gạch nối.",
           note_en="Small letters, digits and hyphens."),
    *_text("title", "Tên dự án", "Name"),
    *_text("summary", "Tóm tắt", "Summary"),
    Column("owner", "Cơ quan chủ quản", "Owner", note_vi="Mã cơ quan.", note_en="The agency's code."),
    Column("kind", "Loại", "Kind", "choice", "project"),
    Column("group", "Nhóm", "Group", "choice", "group"),
    Column("design_steps", "Số bước thiết kế", "Steps of design", "choice", "steps"),
    Column("emergency", "Khẩn cấp", "Emergency", "yes", "yes"),
    Column("began_on", "Ngày bắt đầu lập", "Begun on", "day", "", *DAY),
    Column("architecture", "Phiên bản kiến trúc", "Version of the architecture",
           note_vi="Phiên bản mà dự án đề xuất thay đổi.", note_en="The version that the project proposes to change."),
    Column("total", "Tổng mức đầu tư", "Total cost of building", "whole", "",
           "Đồng, số nguyên; bằng tổng các dòng xây dựng.", "Whole dong; the sum of the lines of building."),
    Column("legal_basis", "Căn cứ pháp lý", "Legal basis", note_vi="Mỗi căn cứ một dòng; lặp lại dòng này.",
           note_en="One a row; repeat this row."),
    Column("legal_basis_unchecked", "Căn cứ pháp lý (chưa kiểm tra)", "Legal basis (not checked)",
           note_vi="Mỗi căn cứ một dòng; lặp lại dòng này.", note_en="One a row; repeat this row."),
    Column("procedures", "Thủ tục được cải thiện", "Procedure that gets better",
           note_vi="Mã thủ tục; lặp lại dòng này.", note_en="The procedure's code; repeat this row."),
    Column("needs", "Dự án phải có trước", "Project that must come first", note_vi="Mã dự án; lặp lại dòng này.",
           note_en="The project's code; repeat this row."),
    Column("source", "Nguồn tin", "Source"),
    Column("confidence", "Độ tin cậy", "Confidence", "choice", "confidence"),
    Column("checked", "Đã kiểm tra", "Checked", "yes", "yes"),
    Column("sample", "Dữ liệu mẫu", "Sample", "yes", "yes"),
    Column("note", "Ghi chú", "Note"),
))  # fmt: skip

CHANGES = Sheet("changes", "Thay đổi", "Changes", (
    Column("action", "Việc", "Action", "choice", "action"),
    Column("section", "Loại", "What", "choice", "section"),
    Column("item", "Mã", "Id", note_vi="Mã trong mô hình kiến trúc.", note_en="The id in the model."),
    Column("field", "Thông tin", "Field", note_vi="Tên thông tin, ví dụ name.vi, zone, contract.valid_to.",
           note_en="The field, such as name.vi, zone, contract.valid_to."),
    Column("value", "Giá trị", "Value", "value", "",
           "Văn bản, số, true/false, hoặc danh sách JSON; null để xóa.",
           "A text, a number, true/false, or a JSON list; null takes it out."),
    Column("on", "Ngày dừng", "On", "day", "", *DAY),
    *_text("why", "Lý do", "Why"),
))  # fmt: skip

COSTS = Sheet("costs", "Kinh phí", "Costs", (
    Column("year", "Năm", "Year", "whole"),
    Column("source", "Nguồn vốn", "Source of money", note_vi="Mã nguồn vốn.", note_en="The source's code."),
    Column("kind", "Loại chi", "Kind", "choice", "cost"),
    Column("amount", "Số tiền", "Amount", "whole", "", *DONG),
    Column("component", "Thành phần", "Component", note_vi="Mã thành phần, nếu chi cho riêng nó.",
           note_en="The component's id, where it is of one."),
))  # fmt: skip

SCHEDULE = Sheet("schedule", "Tiến độ", "Schedule", (
    Column("id", "Mã", "Id"), *_text("title", "Công việc", "Work"),
    Column("begins", "Bắt đầu", "Begins", "day", "", *DAY), Column("ends", "Kết thúc", "Ends", "day", "", *DAY),
    Column("after", "Sau việc", "After", "list", "", *BELOW),
))  # fmt: skip

BENEFITS = Sheet("benefits", "Hiệu quả", "Benefits", (
    Column("id", "Mã", "Id"), *_text("title", "Hiệu quả", "Benefit"), *_text("unit", "Đơn vị", "Unit"),
    Column("baseline", "Hiện nay", "Now", "number"), Column("target", "Mục tiêu", "Target", "number"),
    Column("by", "Đến ngày", "By", "day", "", *DAY), *_text("how", "Cách đo", "How it is measured"),
    Column("measure", "Số đo của hệ thống", "Measure of the system"), Column("system", "Hệ thống", "System"),
    Column("procedure", "Thủ tục", "Procedure"),
))  # fmt: skip

TRAINING = Sheet("training", "Đào tạo", "Training", (
    Column("id", "Mã", "Id"), Column("agency", "Cơ quan", "Agency", note_vi="Mã cơ quan.",
                                     note_en="The agency's code."),
    *_text("subject", "Nội dung", "Subject"), Column("people", "Số người", "People", "whole"),
    Column("before", "Trước ngày", "Before", "day", "", *DAY),
))  # fmt: skip

REUSE = Sheet("reuse", "Dùng chung", "Reuse", (
    Column("platform", "Nền tảng", "Platform", note_vi="Mã nền tảng dùng chung.",
           note_en="The shared platform's id."),
    Column("decision", "Quyết định", "Decision", "choice", "decision"), *_text("reason", "Lý do", "Reason"),
))  # fmt: skip

STATEMENTS = Sheet("statements", "Giải trình", "Statements", (
    Column("requirement", "Yêu cầu", "Requirement", note_vi="Mã yêu cầu thẩm định.",
           note_en="The id of a requirement of the appraisal."),
    *_text("says", "Giải trình", "Statement"),
    Column("not_applicable", "Không áp dụng", "Not applicable", "yes", "yes"),
))  # fmt: skip

PAPERS = Sheet("papers", "Giấy tờ", "Papers", (
    Column("kind", "Loại giấy tờ", "Kind", note_vi="Mã loại giấy tờ của hồ sơ.",
           note_en="The code of the kind of paper."),
    *_text("title", "Tên", "Title"), Column("number", "Số", "Number"),
    Column("dated", "Ngày", "Dated", "day", "", *DAY), Column("file", "Tệp", "File"),
    Column("sha256", "Mã băm SHA-256", "SHA-256"),
))  # fmt: skip

SHEETS = (GENERAL, CHANGES, COSTS, SCHEDULE, BENEFITS, TRAINING, REUSE, STATEMENTS, PAPERS)
NOTES = ("Hướng dẫn", "Notes")
LABELS = {"label": ("Nội dung", "What"), "value": ("Giá trị", "Value"), "key": ("Mã mục", "Key")}
