"""Skeletons of procedures from a catalogue that a province keeps as a spreadsheet. Pure.

Layer 4. A row is a procedure by the parts that Decree 63/2010/NĐ-CP article 8 wants published. What a catalogue doesn't
say (who does which step within which part of the time, which questions are asked) is put in as a sample that says so,
for the agency to write over. A row with a fault gives no skeleton, and says where the fault is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import ValidationError

from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.workbooks.cells import Row, column_letters
from maidinh.services.procedures.definition import Procedure

Kind = Literal["heading", "missing", "form", "choice", "agency", "twice", "refused"]
SAMPLE = {"sample": True, "checked": False}
COLUMNS: dict[str, tuple[str, ...]] = {  # what headings are written like, without diacritics
    "code": ("ma", "ma thu tuc", "ma tthc", "ma so", "code"),
    "name": ("ten", "ten thu tuc", "ten thu tuc hanh chinh", "ten tthc", "name"),
    "field": ("linh vuc", "field"),
    "level": ("cap", "cap thuc hien", "cap giai quyet", "level"),
    "amount": ("thoi han", "thoi han giai quyet", "thoi gian", "thoi gian giai quyet", "time limit"),
    "unit": ("don vi", "don vi thoi han", "don vi thoi gian", "unit"),
    "fee": ("le phi", "phi, le phi", "phi le phi", "phi", "fee"),
    "papers": ("thanh phan ho so", "ho so", "giay to", "papers"),
    "result": ("ket qua", "ket qua giai quyet", "ten ket qua", "result"),
    "result_code": ("ma ket qua", "ma ket qua giai quyet", "result code"),
    "decision": ("quyet dinh cong bo", "so quyet dinh", "quyet dinh", "decision"),
    "basis": ("can cu phap ly", "can cu", "legal basis"),
    "applicants": ("doi tuong", "doi tuong thuc hien", "applicants"),
    "agency": ("co quan", "ma co quan", "co quan thuc hien", "co quan giai quyet", "agency"),
}  # fmt: skip
NEEDED = {  # what must stand there, by the heading that is told
    "code": "Mã", "name": "Tên", "field": "Lĩnh vực", "level": "Cấp", "amount": "Thời hạn", "unit": "Đơn vị thời hạn",
    "result": "Kết quả",
}  # fmt: skip
UNITS = {
    "working_day": ("ngay lam viec", "working day", "working days"),
    "calendar_day": ("ngay", "ngay lich", "calendar day", "day", "days"),
    "working_hour": ("gio", "gio lam viec", "working hour", "hours"),
    "month": ("thang", "month", "months"),
}
LEVELS = {
    "province": ("tinh", "cap tinh", "thanh pho", "province"),
    "commune": ("xa", "cap xa", "phuong", "xa, phuong", "commune"),
}
FREE = ("khong", "mien phi", "mien", "free", "0")
DIGITS = re.compile(r"\d{1,3}([. ]\d{3})+|\d+")
CODE = re.compile(r"\d\.\d{6}")
VERSION = "1.0"


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row: which kind, where, and the value or what is wanted."""

    kind: Kind
    row: int
    cell: str
    field: str
    named: str


@dataclass(frozen=True)
class Agencies:
    """Who stands in for an agency that the catalogue doesn't name: one of each level, by code."""

    by_level: dict[str, str]
    known: frozenset[str]


def skeletons_of(rows: Iterable[Row], agencies: Agencies, begins: date) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The content of a definition for each row that has no fault, and every fault of the others.

    The first row that holds a code and a name as headings is the heading; rows above it are a title.
    """
    found: list[dict[str, Any]] = []
    faults: list[Fault] = []
    columns: dict[str, int] = {}
    seen: dict[str, int] = {}
    for row in rows:
        if not columns:
            columns = _columns_of(row)
            if columns:
                faults += [Fault("heading", row.number, "", name, NEEDED[name]) for name in NEEDED
                           if name not in columns]  # fmt: skip
            if faults:
                return [], faults
            continue
        reading = _Reading(row, columns, agencies)
        content = reading.content(begins)
        code = content["code"]
        if code in seen:
            reading.fault("twice", "code", str(seen[code]))
        seen.setdefault(code, row.number)
        if not reading.faults:
            reading.faults += _refused(content, row)
        faults += reading.faults
        found += [] if reading.faults else [content]
    if not columns:
        faults.append(Fault("heading", 1, "", "code", NEEDED["code"]))
    return found, faults


def _columns_of(row: Row) -> dict[str, int]:
    """Which column holds what, where the row is one of headings; nothing where it isn't."""
    words = {number: fold(cell.text).strip(" :*") for number, cell in row.cells.items()}
    found = {name: next((n for n, word in sorted(words.items()) if word in spellings), 0)
             for name, spellings in COLUMNS.items()}  # fmt: skip
    return {name: n for name, n in found.items() if n} if found["code"] and found["name"] else {}


def _refused(content: dict[str, Any], row: Row) -> list[Fault]:
    try:
        Procedure.model_validate(content)
    except ValidationError as error:
        return [Fault("refused", row.number, "", ".".join(map(str, each["loc"])), each["msg"])
                for each in error.errors()]  # fmt: skip
    return []


class _Reading:
    """One row while it is read; faults gather, so that all of a row are told at once."""

    def __init__(self, row: Row, columns: dict[str, int], agencies: Agencies) -> None:
        self.row, self.columns, self.agencies = row, columns, agencies
        self.faults: list[Fault] = []

    def fault(self, kind: Kind, name: str, named: str) -> None:
        """Note a fault at the cell of this column."""
        column = self.columns.get(name)
        cell = f"{column_letters(column)}{self.row.number}" if column else ""
        self.faults.append(Fault(kind, self.row.number, cell, name, named))

    def text(self, name: str) -> str:
        """What the cell says; a fault where it must say something."""
        text = self.row.text(self.columns[name]).strip() if name in self.columns else ""
        if not text and name in NEEDED:
            self.fault("missing", name, "")
        return text

    def content(self, begins: date) -> dict[str, Any]:
        """The definition that the row gives; not to be used where it has faults."""
        name, result = self.text("name"), self.text("result")
        unit, level = self._among("unit", UNITS), self._among("level", LEVELS)
        agency = self._agency(level)
        decision, fee = self.text("decision"), self._fee()
        limit = {"budget": {"amount": self._whole("amount"), "unit": unit or "working_day"}, "checked": False}
        return {
            "code": self._code(), "version": VERSION, "name": {"vi": name}, "short_name": {"vi": name[:60]},
            "field": {"vi": self.text("field")}, "kind": "licence", "effective_from": begins.isoformat(),
            "published_by": decision or "chưa ghi",
            "legal_basis": [
                {"text": each, "checked": False} for each in self._lines("basis") or [decision or "chưa ghi"]
            ],
            "responsible": agency, "receiving": [agency],
            "applicants": [{"vi": each} for each in self._lines("applicants") or ["Công dân Việt Nam"]],
            "channels": ["online", "in_person", "post"],
            "cases": [{"id": "thong-thuong", "name": {"vi": "Thông thường"}, "time_limit": limit, **fee}],
            "papers": self._papers(), **QUESTIONS, "steps": _steps(paid=bool(fee)),
            "result": {
                "code": self.text("result_code") or "chưa có mã", "name": {"vi": result},
                "title": {"vi": result.upper()}, "body": {"vi": "Cấp cho: {full_name}."}, **SAMPLE,
            },
            "source": "Danh mục thủ tục hành chính (bảng tính)", **SAMPLE,
            "note": "Bản khung lập từ bảng tính. Các bước, câu hỏi và cơ quan ghi là mẫu phải được rà soát.",
        }  # fmt: skip

    def _code(self) -> str:
        code = self.text("code")
        if code and not CODE.fullmatch(code):
            self.fault("form", "code", "1.234567")
        return code

    def _whole(self, name: str) -> int:
        text = self.text(name)
        if text and not DIGITS.fullmatch(text):
            self.fault("form", name, "15")
            return 0
        return int(re.sub(r"[. ]", "", text)) if text else 0

    def _among(self, name: str, words: dict[str, tuple[str, ...]]) -> str:
        text = self.text(name)
        found = next((key for key, spellings in words.items() if fold(text) in spellings), "")
        if text and not found:
            self.fault("choice", name, ", ".join(spellings[0] for spellings in words.values()))
        return found

    def _agency(self, level: str) -> str:
        named = self.text("agency")
        if named and named not in self.agencies.known:
            self.fault("agency", "agency", named)
        return named or self.agencies.by_level.get(level, "")

    def _lines(self, name: str) -> list[str]:
        return [part.strip(" -•+\t") for part in re.split(r"[\n;]", self.text(name)) if part.strip(" -•+\t")]

    def _fee(self) -> dict[str, Any]:
        """An amount in dong, nothing where it is free; an empty cell is no word on it, and so no fee is charged."""
        text = fold(self.text("fee"))
        if not text or text in FREE:
            return {}
        amount = re.sub(r"\s*(dong|vnd|d)$", "", text)
        if not DIGITS.fullmatch(amount):
            self.fault("form", "fee", "75.000")
            return {}
        whole = int(re.sub(r"[. ]", "", amount))
        return {"fee": {"amount": whole, "when": "intake", "name": {"vi": "Lệ phí"}, "checked": False}}

    def _papers(self) -> list[dict[str, Any]]:
        lines: Sequence[str] = self._lines("papers")
        return [{"id": f"giay-to-{n}", "name": {"vi": line}} for n, line in enumerate(lines, 1)]


QUESTIONS: dict[str, Any] = {
    "pages": [{"id": "nguoi-nop", "title": {"vi": "Thông tin của bạn", "en": "Your details"}, "fields": [{
        "id": "full_name", "label": {"vi": "Họ và tên", "en": "Full name"}, "personal": True,
        "from_register": {"service": "population", "path": "/persons/{person}", "field": "full_name"},
    }]}],
    "answers": {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "properties": {"full_name": {"type": "string", "minLength": 2, "maxLength": 80}},
        "required": ["full_name"], "additionalProperties": False,
    },
}  # fmt: skip


def _step(
    step: str, name: str, kind: str, role: str, agency: str, *outcomes: tuple[str, str, str, bool]
) -> dict[str, Any]:
    ways = [{"id": way, "name": {"vi": label}, "to": to, "reason": reason} for way, label, to, reason in outcomes]
    return {"id": step, "name": {"vi": name}, "kind": kind, "role": role, "agency": agency, "outcomes": ways}


STEPS = [
    _step("tiep-nhan", "Tiếp nhận", "intake", "one-stop-official", "receiving",
          ("accept", "Tiếp nhận hồ sơ", "tham-dinh", False), ("supplement", "Yêu cầu bổ sung", "supplement", True),
          ("refuse", "Từ chối tiếp nhận", "refused", True)),
    _step("tham-dinh", "Thẩm định hồ sơ", "appraisal", "specialist", "responsible",
          ("pass", "Hồ sơ đạt", "ky", False), ("supplement", "Yêu cầu bổ sung", "supplement", True),
          ("ineligible", "Không đủ điều kiện", "stopped", True)),
    _step("ky", "Ký kết quả", "signature", "leader", "responsible",
          ("sign", "Ký kết quả", "tra-ket-qua", False), ("reconsider", "Xem xét lại", "tham-dinh", True)),
    _step("tra-ket-qua", "Trả kết quả", "handover", "one-stop-official", "receiving",
          ("return", "Đã trả kết quả", "returned", False)),
]  # fmt: skip


def _steps(*, paid: bool) -> list[dict[str, Any]]:
    """The sample process; where there is a fee it is paid before the appraisal."""
    return [each | {"requires_fee": paid and each["kind"] == "appraisal"} for each in STEPS]
