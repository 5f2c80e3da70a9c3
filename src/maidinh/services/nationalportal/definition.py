"""What goes between a province and the national portal: kinds of messages, and how what the portal tells is read.

Layer 4, pure. Decree 224/2026/NĐ-CP article 15: statuses of dossiers are synchronised both ways. The names of the
fields are those of the national flow; the interface that carries them here is made up, and says so
(definitions/national/interfaces/national-portal.yaml).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

Kind = Literal["code", "file", "dossier", "progress", "status", "result", "answer"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Told = Literal["TrangThai", "RutHoSo", "BoSung"]  # a sectoral dossier's status; a citizen withdraws, supplements
ACCEPTED, DECLINED = "ChapNhan", "TuChoi"
STATUSES = range(1, 11)  # TrangThai
LONGEST = 200
LONGEST_SERIAL = 2**31
YEARS = range(2000, 9000)  # beyond, a moment has no local day, or none that the database gives back


class Unreadable(ValueError):
    """What the portal told isn't in the form that was agreed; the text names the field."""


@dataclass(frozen=True)
class Change:
    """One thing the portal tells: under its own number of the message, at a place of its list."""

    message: str
    position: int
    kind: str
    code: str
    serial: int
    content: dict[str, Any]


@dataclass(frozen=True)
class ToldStatus:
    """A status of a dossier that a ministry's system runs on the province's territory."""

    procedure: str
    agency: str
    agency_name: str
    status: int
    at: datetime
    due_at: datetime | None
    tracking: str


@dataclass(frozen=True)
class ToldPaper:
    """A file that a citizen handed in on the national portal."""

    paper: str
    name: str
    file: str
    digest: str


@dataclass(frozen=True)
class ToldAct:
    """What a citizen did on the national portal with a dossier of ours."""

    person: str
    reason: str
    papers: tuple[ToldPaper, ...] = ()


def change_from(found: Any) -> Change:
    """One row of the portal's list. Raises Unreadable."""
    if not isinstance(found, dict):
        raise Unreadable("a row that is no object")
    if not storable(found):
        raise Unreadable("a row that can't be kept")
    return Change(
        message=_text(found, "MaTinNhan"),
        position=_number(found, "ViTri"),
        kind=_text(found, "Loai"),
        code=_text(found, "MaHoSo"),
        serial=_number(found, "SoThuTu"),
        content=found,
    )


def status_from(content: dict[str, Any]) -> ToldStatus:
    """The status that a row tells. Raises Unreadable."""
    status = _number(content, "TrangThai")
    if status not in STATUSES:
        raise Unreadable("TrangThai")
    return ToldStatus(
        procedure=_text(content, "MaTTHC"),
        agency=_text(content, "MaDonVi"),
        agency_name=_text(content, "TenDonVi"),
        status=status,
        at=_moment(content, "ThoiDiem"),
        due_at=_moment(content, "NgayKetThucTheoQuyDinh") if content.get("NgayKetThucTheoQuyDinh") else None,
        tracking=_text(content, "MaTraCuu") if content.get("MaTraCuu") else "",
    )


def act_from(content: dict[str, Any]) -> ToldAct:
    """What a citizen did. Raises Unreadable."""
    papers = content.get("ThanhPhanHoSo", [])
    if not isinstance(papers, list) or not all(isinstance(each, dict) for each in papers):
        raise Unreadable("ThanhPhanHoSo")
    return ToldAct(
        person=_text(content, "SoDinhDanh"),
        reason=str(content.get("LyDo") or "")[:2000],
        papers=tuple(
            ToldPaper(_text(each, "MaGiayTo"), _text(each, "TenTep"), _text(each, "MaTep"), _text(each, "Bam"))
            for each in papers
        ),
    )


def storable(found: Any) -> bool:
    """Whether the database keeps it: no text in it has a zero character or half a character."""
    try:
        return "\\u0000" not in json.dumps(found, ensure_ascii=False).encode().decode()
    except (ValueError, RecursionError):
        return False


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise Unreadable(name)
    return value


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    if type(value) is not int or not 0 <= value < LONGEST_SERIAL:
        raise Unreadable(name)
    return value


def _moment(found: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(found.get(name)))
    except ValueError as error:
        raise Unreadable(name) from error
    if moment.tzinfo is None or moment.year not in YEARS:
        raise Unreadable(name)
    return moment
