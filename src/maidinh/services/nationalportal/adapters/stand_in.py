"""A stand-in for the national portal: it takes what a province tells it, and tells of made-up dossiers of ministries.

Layer 4, adapter. It is not the national portal and says so; it speaks what portal.py speaks, for the demonstration.
Like every service of the exchange it answers nobody but the gateway. Its book is one JSON file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from maidinh.applications.registers.provider import refusal_of
from maidinh.services.catalogue.definition import ProcedureCatalogue

MARK = "STAND-IN"
NOTE = {
    "vi": "Đây là bản thay thế để chạy thử, không phải Cổng Dịch vụ công quốc gia.",
    "en": "This stands in for the national portal in a trial run; it is not the national portal.",
}
MOST, LARGEST = 500, 64_000_000
PERSONAL = ("ChuHoSo", "SoDinhDanh", "NoiDung", "MaPhien")  # not kept: a stand-in needs to know nobody

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Book:
    """Dossiers by code with what was told of each, messages by number with their answers, and what is to be told."""

    kept: Path
    dossiers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    feed: list[dict[str, Any]] = field(default_factory=list)
    strays: dict[str, list[str]] = field(default_factory=dict)  # answers about codes of which a province has no dossier

    def __post_init__(self) -> None:
        if self.kept.exists():
            for name, rows in json.loads(self.kept.read_text("utf-8")).items():
                setattr(self, name, rows)

    def take(self, kind: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Take a message once for its number; again, it is answered as before."""
        message, digest = str(body.get("MaTinNhan", "")), _digest(body)
        if message in self.answers:
            before, known = self.answers[message]
            return (200, known) if before == digest else _refused(409, "another message has this number")
        code, serial = str(body.get("MaHoSo", "")), body.get("SoThuTu")
        if kind == "answers" and body.get("CoHoSo") is False:
            return self._take_stray(message, digest, body)
        if kind == "codes":
            code = f"{MARK}-{len(self.dossiers) + 1:07d}"
            self.dossiers[code] = []
        if not message or code not in self.dossiers:
            return _refused(404, "no dossier has this code")
        if serial != len(self.dossiers[code]) + 1:
            return _refused(409, f"message {len(self.dossiers[code]) + 1} of the dossier comes next, not {serial}")
        answer: dict[str, Any] = {"MaTinNhan": message, "KetQua": "DaNhan", "GhiChu": MARK}
        if kind == "codes":
            answer["MaHoSo"] = code
        if kind == "files":
            if _hash_of(body.get("NoiDung")) != body.get("Bam"):
                return _refused(422, "the file is not the one whose hash was told")
            answer["MaTep"] = f"{MARK}-{str(body['Bam'])[:16]}"
        told = {name: value for name, value in body.items() if name not in PERSONAL}
        self.dossiers[code].append({"Loai": kind, **told})
        self.answers[message] = [digest, answer]
        self.keep()
        return 200, answer

    def _take_stray(self, message: str, digest: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A province has no dossier of the code that it was asked about: its answers to that have an order apart."""
        asked = next((row for row in self.feed if row["MaTinNhan"] == body.get("TraLoi")), None)
        if not message or asked is None:
            return _refused(404, "nothing was told under this number")
        told = self.strays.setdefault(str(asked["MaHoSo"]), [])
        if body.get("SoThuTu") != len(told) + 1:
            return _refused(409, f"answer {len(told) + 1} about this code comes next, not {body.get('SoThuTu')}")
        told.append(message)
        answer = {"MaTinNhan": message, "KetQua": "DaNhan", "GhiChu": MARK}
        self.answers[message] = [digest, answer]
        self.keep()
        return 200, answer

    def tell(self, rows: Iterable[dict[str, Any]]) -> None:
        """Put rows into the list that provinces read."""
        for row in rows:
            self.feed.append({**row, "ViTri": len(self.feed) + 1, "MaTinNhan": f"{MARK}-{len(self.feed) + 1}"})
        self.keep()

    def changes(self, after: int, limit: int) -> dict[str, Any]:
        """The list past a place."""
        rows = self.feed[after : after + limit]
        return {"ThayDoi": rows, "TiepTheo": after + len(rows)}

    def shown(self) -> dict[str, Any]:
        """What may be looked at: codes, kinds and statuses."""
        return {
            "note": NOTE,
            "dossiers": {
                code: {
                    "MaHoSoDonVi": next((row["MaHoSoDonVi"] for row in rows if "MaHoSoDonVi" in row), ""),
                    "messages": [row["Loai"] for row in rows],
                    "TrangThai": [row["TrangThai"] for row in rows if "TrangThai" in row],
                }
                for code, rows in self.dossiers.items()
            },
        }

    def keep(self) -> None:
        """Write the book whole or not at all."""
        books = {"dossiers": self.dossiers, "answers": self.answers, "feed": self.feed, "strays": self.strays}
        part = self.kept.with_name(f".{self.kept.name}.part")
        part.write_text(json.dumps(books, ensure_ascii=False), "utf-8")
        part.replace(self.kept)


def national_portal_application(
    *,
    path: str,
    service: str | None,
    public_keys: Path,
    kept: Path,
    catalogue: ProcedureCatalogue,
    now: Callable[[], datetime],
) -> web.Application:
    """The stand-in under a path; `service` is what it is called on the exchange."""
    book = Book(kept)
    if not book.feed:
        book.tell(sample_statuses(catalogue, now()))
    sessions: set[str] = set()

    def guarded(handler: Handler) -> Handler:
        async def guard(request: web.Request) -> web.StreamResponse:
            reason = await refusal_of(request, service, public_keys, now())
            if reason is not None:
                return web.json_response({"error": reason}, status=403)
            return await handler(request)

        return guard

    async def token(_: web.Request) -> web.StreamResponse:
        sessions.add(session := secrets.token_urlsafe(24))
        return web.json_response({"MaPhien": session})

    async def take(request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return _json(*_refused(400, "no JSON object"))
        if body.get("MaPhien") not in sessions:
            return _json(401, {"LyDo": "no such session"})
        return _json(*book.take(request.match_info["kind"], body))

    async def changes(request: web.Request) -> web.StreamResponse:
        try:
            after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 100))
        except ValueError:
            return _json(*_refused(400, "after and limit are numbers"))
        return web.json_response(book.changes(max(after, 0), min(max(limit, 1), MOST)))

    async def shown(_: web.Request) -> web.StreamResponse:
        return web.json_response(book.shown())

    application = web.Application(client_max_size=LARGEST)
    application.router.add_get(f"{path}/book", shown)
    application.router.add_post(f"{path}/token", guarded(token))
    application.router.add_get(f"{path}/changes", guarded(changes))
    kinds = "codes|files|dossiers|progress|statuses|results|answers"
    application.router.add_post(f"{path}/{{kind:{kinds}}}", guarded(take))
    return application


def sample_statuses(catalogue: ProcedureCatalogue, at: datetime) -> Iterable[dict[str, Any]]:
    """A made-up dossier for each procedure that a national system runs: accepted, then in process."""
    for listed in catalogue.procedures:
        if listed.run_by is None:
            continue
        for serial, status in enumerate((2, 4), start=1):
            yield {
                "Loai": "TrangThai",
                "MaHoSo": f"{MARK}-{listed.code}",
                "SoThuTu": serial,
                "MaTTHC": listed.code,
                "MaDonVi": listed.run_by,
                "TenDonVi": catalogue.system_of(listed).name.vi[:200],
                "TrangThai": status,
                "ThoiDiem": at.isoformat(),
                "MaTraCuu": f"MAU{listed.code.replace('.', '')}",
            }


def _json(status: int, content: dict[str, Any]) -> web.Response:
    return web.json_response(content, status=status, headers={"Cache-Control": "no-store"})


def _refused(status: int, reason: str) -> tuple[int, dict[str, Any]]:
    return status, {"MaLoi": str(status), "LyDo": reason, "GhiChu": MARK}


def _digest(body: dict[str, Any]) -> str:
    """What makes two sendings of one message the same: all but the session."""
    same = {name: value for name, value in body.items() if name != "MaPhien"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


def _hash_of(content: Any) -> str:
    try:
        return hashlib.sha256(base64.b64decode(str(content), validate=True)).hexdigest()
    except (binascii.Error, ValueError):
        return ""
