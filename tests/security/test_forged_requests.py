"""Requests that another site, or a tampering visitor, makes: nothing comes of them."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.architecture.inhabitants import World
from tests.architecture.requests import requests_in

OWNERS = ("citizen", "one-stop", "leader", "consulted", "architect", "approver")
AWAY = ("https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "https:evil.example", "/\t/evil.example")  # fmt: skip
SIGNED = {
    "payment-notice"
}  # by a program that signs what it sends: no cookie vouches for it, and unsigned it is refused
SECRET = "secrets/database.json"
CLIMBS = (f"../{SECRET}", "..%2fsecrets%2fdatabase.json", f"%2e%2e/{SECRET}", f"....//{SECRET}", f"tile/../../{SECRET}",
          f"tile/0/../../../{SECRET}", "/etc/passwd", "%2fetc%2fpasswd", "..%5csecrets%5cdatabase.json",
          "checkpoint%00.txt", "tile/0/000%0a")  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("forged-requests")]


def test_no_form_is_taken_without_its_own_sites_secret(world: World) -> None:
    tried = set()
    for asked in requests_in(world):
        if asked.method != "POST":
            continue
        for who in OWNERS:
            client = Client(enforce_csrf_checks=True, raise_request_exception=False)
            client.cookies = world.browser(who).cookies
            writes: list[str] = []
            with connection.execute_wrapper(_noting(writes)), transaction.atomic():
                answer = client.post(asked.address, dict(asked.data))
                elsewhere = client.post(asked.address, dict(asked.data), headers={"Origin": "https://evil.example"})
                transaction.set_rollback(True)
            refused = 400 if asked.page in SIGNED else 403
            assert (answer.status_code, elsewhere.status_code, writes) == (refused, refused, []), (asked.page, who)
            tried.add(asked.page)
    assert len(tried) > 15


def _noting(writes: list[str]) -> Any:
    def note(execute: Any, statement: str, *rest: Any) -> Any:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            writes.append(statement)
        return execute(statement, *rest)

    return note


@pytest.mark.parametrize("away", AWAY)
def test_nothing_leads_to_another_site(world: World, away: str) -> None:
    answer = world.browser("citizen").post("/language", {"language": "en", "next": away})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    client = world.browser("anonymous")
    client.get("/sign-in", {"next": away})
    assert not [each for each in client.session.values() if "evil" in str(each) or "alert" in str(each)]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "a@127.0.0.1", ""])
def test_another_host_name_is_refused(db: None, host: str) -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"Host": host})
    assert answer.status_code == 400
    forwarded = Client().get("/track", headers={"X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in forwarded.content


@pytest.mark.parametrize("climb", CLIMBS)
def test_nothing_is_read_outside_its_folder(db: None, climb: str) -> None:
    secret = (settings.MAIDINH.home.root / SECRET).read_bytes()
    for place in ("/log/", "/keys/", "/dossiers/x/papers/", "/desk/dossiers/x/papers/"):
        answer = Client(raise_request_exception=False).get(place + climb)
        assert answer.status_code in (302, 400, 404), place + climb
        assert secret not in answer.content and b"root:" not in answer.content


@pytest.fixture(scope="module")
def web_port() -> Iterator[int]:
    """The web process as it is deployed, for what is answered before Django sees it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    ours = {**os.environ, "MAIDINH_PORT": str(port), "MAIDINH_PROCESS": "web"}
    process = subprocess.Popen([sys.executable, "-m", "maidinh", "serve", "web"], env=ours)
    try:
        deadline = time.monotonic() + 60
        while raw(port, "/health")[0] != 200:
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def raw(port: int, target: str) -> tuple[int, bytes, dict[str, str]]:
    """The answer to a target that is sent as it stands; status 0 while nobody listens."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        caller.putrequest("GET", target, skip_accept_encoding=True)
        caller.endheaders()
        answer = caller.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    except (ConnectionError, http.client.HTTPException):
        return 0, b"", {}
    finally:
        caller.close()


@pytest.mark.slow
def test_static_files_end_at_their_folder(web_port: int) -> None:
    status, style, _ = raw(web_port, "/static/theme.css")
    assert status == 200 and style
    for climb in ("../jinja.py", "..%2fjinja.py", "%2e%2e/jinja.py", "./../jinja.py", "vendor/../../jinja.py",
                  "../../../../../../../etc/passwd", "%2fetc%2fpasswd", "..%5cjinja.py", "//etc/passwd"):  # fmt: skip
        status, content, _ = raw(web_port, f"/static/{climb}")
        assert status in (0, 400, 404), climb
        assert b"environment" not in content and b"root:" not in content, climb
