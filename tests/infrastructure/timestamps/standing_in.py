"""A time-stamping authority of the tests' own: a root, a certificate, and a server that does what a test says."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from maidinh.infrastructure.keys.certificates import chain_of, issue_authority, issue_certificate
from maidinh.infrastructure.timestamps.asking import REPLY
from maidinh.infrastructure.timestamps.authority import answer_query

AT = datetime(2026, 11, 20, 3, 0, 0, tzinfo=UTC)
FROM, TO = AT - timedelta(days=1), AT + timedelta(days=30)


class OwnAuthority:
    """A root and whatever it issues."""

    def __init__(self, name: str = "Root") -> None:
        self._key = generate_private_key(SECP256R1())
        self.root: Certificate = issue_authority(
            self._key, common_name=name, organisation="Mái Đình", valid_from=FROM, valid_to=TO
        )

    def issue(self, kind: str, name: str) -> tuple[EllipticCurvePrivateKey, str]:
        """A key and its certificate chain."""
        key = generate_private_key(SECP256R1())
        certificate = issue_certificate(
            key.public_key(), kind=kind, common_name=name, organisation="Mái Đình", valid_from=FROM, valid_to=TO,
            authority=self.root, authority_key=self._key,
        )  # fmt: skip
        return key, chain_of(certificate, self.root)


class OwnTimestamps:
    """Answers queries at a time that tests set."""

    def __init__(self, authority: OwnAuthority, kind: str = "timestamp") -> None:
        self.key, self.chain = authority.issue(kind, "Time")
        self.at = AT
        self._serials = itertools.count(1)

    def answer(self, query: bytes) -> bytes:
        """The answer to one query."""
        return answer_query(
            query, certificates=self.chain, serial=next(self._serials), at=self.at,
            sign=lambda digest: self.key.sign(digest, ECDSA(Prehashed(SHA256()))),
        )  # fmt: skip


@contextmanager
def serving(answers: list[tuple[int, bytes] | OwnTimestamps]) -> Iterator[str]:
    """The address of a server that gives one answer after the other, the last one for ever."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            status, body = (200, answer.answer(query)) if isinstance(answer, OwnTimestamps) else answer
            self.send_response(status)
            self.send_header("Content-Type", REPLY)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
