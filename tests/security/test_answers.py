"""What every answer carries: a strict policy, no sniffing, no framing, no keeping of what is somebody's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

import maidinh.config.urls  # noqa: F401 - the pages are declared by being imported
from maidinh.channels.routing import PAGES
from tests.architecture.inhabitants import World
from tests.architecture.requests import requests_in

VISITORS = ("anonymous", "citizen", "one-stop", "leader", "architect")
SET = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'",
       "frame-ancestors 'none'")  # fmt: skip
SETTINGS = """
import django, json
from django.conf import settings
django.setup()
names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
         "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "DEBUG"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("answers")]


def undone(client: Client, asked: Any) -> Any:
    """The answer to a request whose effects are undone."""
    with transaction.atomic():
        call = client.get if asked.method == "GET" else client.post
        answer = call(asked.address, dict(asked.data))
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_answer_is_guarded(world: World, name: str) -> None:
    for asked in requests_in(world):
        if asked.page != name:
            continue
        for who in VISITORS:
            answer = undone(world.browser(who), asked)
            where = f"{asked.method} {asked.address} by {who}: {answer.status_code}"
            assert answer["X-Content-Type-Options"] == "nosniff", where
            assert answer["X-Frame-Options"] == "DENY", where
            assert answer["Referrer-Policy"] == "same-origin", where
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin", where
            policy = answer["Content-Security-Policy"]
            if answer["Content-Type"].startswith("text/html"):
                assert all(part in policy for part in SET), where
                assert "unsafe" not in policy, where
                assert b"style=" not in answer.content.replace(b"md-style=", b""), where
                assert b"onclick=" not in answer.content, where
            else:
                assert "script-src 'none'" in policy or "default-src 'none'" in policy, where
            assert not any(word in answer for word in ("Server", "X-Powered-By")), where


@pytest.mark.parametrize("name", sorted(PAGES))
def test_what_is_somebodys_own_is_kept_nowhere(world: World, name: str) -> None:
    for asked in requests_in(world):
        if asked.page != name or asked.method != "GET":
            continue
        for who in ("citizen", "one-stop", "leader"):
            answer = undone(world.browser(who), asked)
            if answer.status_code == 200 and world.actors[who].name in answer.content.decode("utf-8", "replace"):
                assert "no-store" in answer.get("Cache-Control", ""), f"{asked.address} by {who}"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    client = world.browser("citizen")
    asked = next(each for each in requests_in(world) if (each.page, each.on) == ("application-case", "draft"))
    assert undone(client, asked).status_code == 200
    csrf = client.cookies[settings.CSRF_COOKIE_NAME]
    assert csrf["httponly"] and csrf["samesite"] == "Lax" and csrf["path"] == "/"
    client.post("/language", {"language": "en"})
    assert client.cookies["django_language"]["httponly"]
    with transaction.atomic():
        client.post("/sign-out")
        transaction.set_rollback(True)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_an_installation_behind_https_binds_its_cookies_to_it() -> None:
    behind = {**os.environ, "MAIDINH_BASE_URL": "https://dichvucong.example"}
    told = subprocess.run([sys.executable, "-c", SETTINGS], env=behind, capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == {
        "SESSION_COOKIE_NAME": "__Host-session", "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax", "CSRF_COOKIE_SECURE": True, "LANGUAGE_COOKIE_SECURE": True, "DEBUG": False,
    }  # fmt: skip
