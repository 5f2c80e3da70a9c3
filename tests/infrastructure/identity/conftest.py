"""The stand-in identity provider, served on a loopback port for one test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.identity.adapters.personas import Persona, citizen_persona
from maidinh.infrastructure.identity.adapters.stand_in import Client, stand_in_application

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
BACK = "http://testserver/sign-in/return"

CITIZEN = citizen_persona(person="000123456789", name="Lý Thị Mẫu", note=Text(vi="Người mẫu", en="A made-up person"))
OFFICIAL = Persona(
    "official-lc.mot", "Đỗ Văn Mẫu", Text(vi="Sở mẫu"), Text(vi="Chuyên viên"),
    {"name": "Đỗ Văn Mẫu", "official_id": "lc.mot"},
)  # fmt: skip


class Served:
    """A running stand-in whose clock the test sets."""

    def __init__(self, place: Path) -> None:
        self.now = NOW
        self.loop = asyncio.new_event_loop()
        self.issuer = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(place,), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self, place: Path) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._start(place))
        self.loop.run_forever()

    async def _start(self, place: Path) -> None:
        import socket

        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}/identity"
        application = stand_in_application(
            personas=[CITIZEN, OFFICIAL],
            issuer=self.issuer,
            signing_key=place / "stand-in.pem",
            clients={"maidinh": Client((BACK,)), "other": Client(("http://testserver/other",), "secret")},
            now=lambda: self.now,
        )
        self.runner = web.AppRunner(application)
        await self.runner.setup()
        await web.SockSite(self.runner, listener).start()
        self._ready.set()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def choose() -> Callable[[str, str], dict[str, str]]:
    """Choose a persona on the page at an address; the parameters that come back."""
    from urllib.parse import parse_qsl, urlsplit

    import requests

    def chosen(address: str, subject: str) -> dict[str, str]:
        answer = requests.post(address, data={"subject": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 303, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    return chosen
