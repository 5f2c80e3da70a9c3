"""`maidinh exchange status` and `maidinh exchange log` on a database with calls of every outcome."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from maidinh.config.cli import exchange, exchange_operations
from maidinh.exchange.gateway.app import Gateway
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.home import Home
from tests.exchange.world import NOW, PORTAL, SERVICE


@pytest.fixture
def run(
    gateway: Gateway, exchange_home: Home, database: Connections, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """The command on the tests' installation, whose gateway answers."""
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", database.database)
    monkeypatch.setenv("DATABASE_URL", settings.MAIDINH.database_url or "")
    monkeypatch.setattr(exchange_operations, "now", lambda: NOW)
    place = ("--data", exchange_home.root, "--port", gateway.port - 1)
    return lambda *asked: CliRunner().invoke(exchange.app, [str(each) for each in (*asked, *place)])


def test_a_call_is_told_in_words_with_what_to_do(one_of_each: str, run: Any) -> None:
    told = run("log", one_of_each)
    assert told.exit_code == 0, told.output
    assert f"Allowed: {PORTAL} -> {SERVICE}" in told.output
    assert "No contract of the version in force lets this system call this service. (no_contract)" in told.output
    assert "The service could not be reached. (service_unreachable)" in told.output
    assert "-> Ask the agency that runs the service." in told.output
    found = json.loads(run("log", one_of_each, "--json").output)
    assert sorted(each["outcome"] for each in found["exchanges"]) == ["allowed", "failed", "refused"]
    refused = next(each for each in found["exchanges"] if each["outcome"] == "refused")
    assert refused["says"].startswith("No contract") and refused["remedy"].startswith("Declare the connection")
    assert refused["forwarded_at"] is None and refused["started_at"].startswith("2026-11-20T02:00:00")


def test_an_agency_that_took_no_part_finds_nothing(one_of_each: str, run: Any) -> None:
    assert run("log", one_of_each, "--agency", "AG2").exit_code == 0
    absent = run("log", one_of_each, "--agency", "AG7")
    assert absent.exit_code == 1 and "has written down no call" in absent.output
    assert run("log", "no-such-id").exit_code == 1


def test_the_state_names_what_is_not_in_order(one_of_each: str, run: Any, tmp_path: Path) -> None:
    found = json.loads(run("status", "--json").output)
    assert found["gateway"]["status"] == "ok"
    assert found["directory"]["serial"] == found["gateway"]["directory"] >= 1
    assert next(each for each in found["last_hour"] if each["service"] == SERVICE)["allowed"] >= 1
    assert not {"gateway-silent", "gateway-behind", "directory-expired"} & set(found["findings"])
    told = run("status")
    assert f"  {SERVICE}  " in told.output and "Gateway: ok" in told.output
    absent = CliRunner().invoke(exchange.app, ["status", "--data", str(tmp_path)])
    assert absent.exit_code == 2 and "There is no installation in" in absent.output


def test_a_gateway_that_is_silent_is_told(run: Any, exchange_home: Home) -> None:
    told = CliRunner().invoke(exchange.app, ["status", "--data", str(exchange_home.root), "--port", "9"])
    assert told.exit_code == 1, told.output
    assert "-> The gateway does not answer. Start the installation with maidinh up." in told.output
