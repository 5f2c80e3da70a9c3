"""A citizen's browser, and an exchange that answers as the real one would for the personas of the province."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.test import Client

from maidinh.infrastructure.actor import Actor
from tests.channels.web.benches import Bench


class Exchange:
    """Stands in for the gateway: what it is asked, and what it answers."""

    def __init__(self, province: Any) -> None:
        self.down = False
        self.asked: list[str] = []
        persons = {each.person: each for each in province.population.personas}
        exchange = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(self.path)
                exchange.asked.append(path)
                person = next((number for number in persons if number in path), None)
                found: Any = None
                if person and "/population/" in path:
                    kept = persons[person]
                    found = {
                        "personal_number": person,
                        "full_name": kept.full_name,
                        "date_of_birth": kept.date_of_birth.isoformat(),
                        "residence": kept.residence,
                    }
                elif person and "/land/" in path:
                    named = [each for each in province.land.named if each.owner == person]
                    found = {"items": [each.model_dump(mode="json") for each in named]}
                self.answer(found)

            def answer(self, found: Any) -> None:
                self.send_response(503 if exchange.down else 200 if found is not None else 404)
                if not exchange.down:
                    self.send_header("X-Road-Request-Hash", "hash")
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def exchange(province: Any, monkeypatch: pytest.MonkeyPatch, at: Any) -> Iterator[Exchange]:
    """The exchange, reached by the pages; the clock of the pages stands at the moment of the tests."""
    running = Exchange(province)
    changed = {"gateway_port": running.server.server_port, "gateway_host": "127.0.0.1"}
    monkeypatch.setattr(settings, "MAIDINH", settings.MAIDINH.model_copy(update=changed))
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def browser(sign_in_as: Callable[[Any, Any], None], citizen: Any, exchange: Exchange) -> Client:
    """The first persona's browser, in English."""
    client = Client()
    sign_in_as(client, citizen)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def bench(
    sign_in_as: Callable[[Any, Any], None],
    official: Callable[..., Actor],
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    """An architect's browser on a draft; the clock of the pages stands at the moment of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Bench(sign_in_as, official, at)
