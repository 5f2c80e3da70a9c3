"""A national portal as bad as they come, on a real port: what stands in its book is true, what it says is not.

It does each message once for its number, as the agreement says, and writes down every breach: a number under which
something else came, a serial that is not the next one of its dossier. How it answers is told by `faults`, one word a
call: `down` closes the connection before anything happened, `fault` answers 500 before, `lost` answers 500 after it
took the message, `cut` closes the connection after, `slow` answers too late, `stale` gives an earlier answer, `garbage`
no JSON, `session` forgets every session, `refuse` won't have the message, and keeps to that until `relent`.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import b64decode, b64encode
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from maidinh.services.nationalportal.adapters.portal import PortalUnavailable

SLOW_SECONDS, PATIENCE_SECONDS = 0.3, 0.15
REFUSAL = "the field is not in our list"


class Double:
    """Its book, its list of changes, its misbehaviour."""

    def __init__(self) -> None:
        self.book: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, tuple[str, dict[str, Any]]] = {}
        self.strays: dict[str, list[dict[str, Any]]] = {}
        self.feed: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.breaches: list[str] = []
        self.faults: list[str] = []
        self.refused: set[str] = set()
        self.down = False
        self.calls = 0
        self._sessions: set[str] = set()
        self._turn = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def relent(self) -> None:
        """It takes what it refused."""
        self.refused.clear()

    def transport(self, method: str, path: str, content: Any, issue: str, at: datetime) -> tuple[int, bytes]:
        """The way to it, as the exchange is: no answer in time means that nobody knows."""
        del issue, at
        way = HTTPConnection("127.0.0.1", self._server.server_address[1], timeout=PATIENCE_SECONDS)
        try:
            way.request(method, path, None if content is None else json.dumps(content))
            answer = way.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException) as error:
            raise PortalUnavailable(type(error).__name__) from error
        finally:
            way.close()

    def tell(self, *rows: dict[str, Any]) -> None:
        """Put rows into the list; a row may bring its own number, place or serial."""
        for row in rows:
            number = len(self.feed) + 1
            self.feed.append({"MaTinNhan": f"in-{number}", "ViTri": number, **row})

    def told(self, code: str) -> list[dict[str, Any]]:
        """What it was told of the dossier of this code of ours."""
        return list(next(rows for rows in self.book.values() if rows and rows[0]["MaHoSoDonVi"] == code))

    def answer(self, method: str, target: str, raw: bytes) -> tuple[int, bytes] | None:
        """What one call is answered; None closes the connection."""
        self.calls += 1
        fault = "down" if self.down else self.faults.pop(0) if self.faults else "well"
        if fault == "down":
            return None
        if fault == "fault":
            return 500, b"{}"
        place = urlsplit(target)
        if place.path == "/token":
            self._sessions.add(session := f"session-{self.calls}")
            return 200, json.dumps({"MaPhien": session}).encode()
        if fault == "session":
            self._sessions.clear()
        with self._turn:
            status, found = self._done(method, place.path, parse_qs(place.query), raw, fault)
        if fault == "cut":
            return None
        if fault == "lost":
            return 500, b""
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        if fault == "stale" and self.answers and status == 200 and isinstance(found, dict):
            found = next(iter(self.answers.values()))[1]
        if fault == "garbage":
            return 200, b"<html>"
        return status, json.dumps(found).encode()

    def _done(self, method: str, path: str, query: Any, raw: bytes, fault: str) -> tuple[int, Any]:
        if method == "GET" and path == "/changes":
            after = int(query["after"][0])
            rows = self.feed[after : after + int(query["limit"][0])]
            return 200, {"ThayDoi": rows, "TiepTheo": after + len(rows)}
        if method == "GET":
            found = self.files.get(path.rpartition("/")[2])
            if found is None:
                return 404, {"LyDo": "no such file"}
            return 200, {"NoiDung": b64encode(found).decode()}
        body = json.loads(raw)
        if body.pop("MaPhien", "") not in self._sessions:
            return 401, {"LyDo": "no session"}
        return self._take(path[1:], body, fault)

    def _take(self, kind: str, body: dict[str, Any], fault: str) -> tuple[int, dict[str, Any]]:
        message = body["MaTinNhan"]
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if message in self.answers:
            if self.answers[message][0] != digest:
                self.breaches.append(f"{message} came with another content")
            return 200, self.answers[message][1]
        if fault == "refuse":
            self.refused.add(message)
        if message in self.refused:
            return 422, {"MaLoi": "422", "LyDo": REFUSAL}
        answer = {"MaTinNhan": message, "KetQua": "DaNhan"}
        if kind == "codes":
            body["MaHoSo"] = answer["MaHoSo"] = f"QG-{len(self.book) + 1}"
            self.book[answer["MaHoSo"]] = []
        rows = self.book.get(body.get("MaHoSo", ""))
        if kind == "answers" and body.get("CoHoSo") is False:
            if rows is not None:
                self.breaches.append(f"{message} says that a dossier is not there, which is")
            asked = next(row["MaHoSo"] for row in self.feed if row["MaTinNhan"] == body["TraLoi"])
            rows = self.strays.setdefault(asked, [])
        if rows is None:
            self.breaches.append(f"{message} is of no dossier")
            return 404, {"LyDo": "no such dossier"}
        if body["SoThuTu"] != len(rows) + 1:
            self.breaches.append(f"{message} has the serial {body['SoThuTu']}, {len(rows) + 1} comes next")
        if kind == "files":
            if hashlib.sha256(b64decode(body["NoiDung"])).hexdigest() != body["Bam"]:
                self.breaches.append(f"{message} brings another file than it names")
            answer["MaTep"] = f"TEP-{body['Bam'][:12]}"
        rows.append({"kind": kind, **body})
        self.answers[message] = digest, answer
        return 200, answer


def _handler_of(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", b"")

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

        def _answer(self, method: str, raw: bytes) -> None:
            found = double.answer(method, self.path, raw)
            if found is None:
                self.close_connection = True
                return
            try:
                self.send_response(found[0])
                self.send_header("Content-Length", str(len(found[1])))
                self.end_headers()
                self.wfile.write(found[1])
            except OSError:
                return  # who asked went away

    return Handler
