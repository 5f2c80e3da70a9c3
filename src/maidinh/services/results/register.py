"""The register of dossiers (sổ theo dõi hồ sơ, form 07): its columns, and a dossier as one of its lines.

Layer 4, pure. Circular 03/2025/TT-VPCP, Annex I; its wording was not to be had, so the columns are this project's own.
A register is a Vietnamese document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

HEADINGS = (
    "TT",
    "Mã hồ sơ",
    "Số giấy tiếp nhận",
    "Thủ tục hành chính",
    "Người nộp hồ sơ",
    "Kênh nộp",
    "Cơ quan giải quyết",
    "Ngày nhận hồ sơ",
    "Ngày hẹn trả",
    "Ngày có kết quả",
    "Ngày trả kết quả",
    "Trạng thái",
    "Thời hạn",
    "Ghi chú",
)
EARLY, ON_TIME, LATE, RUNNING, UNDUE = "Trước hạn", "Đúng hạn", "Quá hạn", "Chưa đến hạn", ""


@dataclass(frozen=True)
class Entry:
    """A line of the register; times are in the local zone."""

    code: str
    receipt: str
    procedure: str
    applicant: str
    channel: str
    responsible: str
    received: datetime
    due: datetime | None
    finished: datetime | None
    returned: datetime | None
    status: str
    supplements: int
    standing: str

    def cells(self, place: int) -> tuple[str, ...]:
        """The line as texts, under HEADINGS."""
        return (
            str(place),
            self.code,
            self.receipt,
            self.procedure,
            self.applicant,
            self.channel,
            self.responsible,
            _day(self.received),
            _day(self.due),
            _day(self.finished),
            _day(self.returned),
            self.status,
            self.standing,
            f"Bổ sung {self.supplements} lần" if self.supplements else "",
        )


def standing_of(due: datetime | None, finished: datetime | None, at: datetime, *, ended: bool) -> str:
    """How a dossier stands to its date: before the day it was due, in time, late, or not yet."""
    if due is None or (ended and finished is None):
        return UNDUE
    if (finished or at) > due:
        return LATE
    if finished is None:
        return RUNNING
    return EARLY if finished.date() < due.date() else ON_TIME


def _day(value: datetime | None) -> str:
    return value.strftime("%d/%m/%Y") if value else ""
