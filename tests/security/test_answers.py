"""What cookies carry, here and behind https. What every answer carries is held in tests/architecture/test_matrix.py."""

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

from tests.architecture.inhabitants import World
from tests.architecture.requests import requests_in

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
