"""`maidinh exchange call`: made by hand as a declared system, through the real signer and a real gateway."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli import exchange
from maidinh.exchange.gateway.app import Gateway
from maidinh.infrastructure.home import Home
from tests.exchange.soap_world import DETAILS, NAMESPACE, answering
from tests.exchange.world import NOW, PORTAL, SERVICE, STRANGER

# One after the other: all put the gateway's copy of the directory into the home of the run, where the signer is.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("call-by-hand")]
Call = Callable[..., Result]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(exchange.app, ["call", *(str(each) for each in arguments)])


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


@pytest.fixture
def call(
    start_gateway: Any,
    exchange_home: Home,
    published: str,
    provider: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Call]:
    """The command, where the installation's signer is, and the copy of the directory that its gateway keeps."""
    monkeypatch.setattr(exchange, "_now", lambda: NOW)
    gateway: Gateway = start_gateway()
    place = ("--data", exchange_home.root, "--port", gateway.port - 1)
    copy = exchange_home.gateway / gateway.settings.directory_copy.name
    copy.write_text(published, "ascii")
    yield lambda *arguments: run(*arguments, *place)
    copy.unlink(missing_ok=True)


def test_what_the_architecture_allows_is_answered(call: Call) -> None:
    told = call("persons", "--as", "PORTAL", "--path", "/persons/1")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert lines[:2] == [f"Allowed: {PORTAL} -> {SERVICE}", "The service answered with status 200:"]
    assert '"name": "Người Mẫu"' in told.output and "wrote it down as MAU-" in lines[-1]
    found = json.loads(call(SERVICE, "--as", PORTAL, "--path", "/persons/1", "--json").output)
    assert (found["outcome"], found["status"], found["body"]) == ("allowed", 200, {"name": "Người Mẫu"})


@pytest.mark.parametrize(("system", "path", "reason", "says"), [
    ("STRANGER", "/persons/1", "no_contract", "No contract of the version in force lets this system call"),
    ("PORTAL", "/owners/1", "operation_not_in_contract", "The contract does not hold this method and path."),
])  # fmt: skip
def test_what_it_does_not_allow_is_refused_with_what_to_do(
    call: Call, system: str, path: str, reason: str, says: str
) -> None:
    told = call("persons", "--as", system, "--path", path)
    assert told.exit_code == 1, told.output
    assert says in told.output and reason in told.output and "-> Declare the connection in a project" in told.output
    answer = call("persons", "--as", system, "--path", path, "--json")
    found = json.loads(answer.output)
    assert (answer.exit_code, found["outcome"], found["reason"]) == (1, "refused", reason)
    assert found["x_road_id"].startswith("MAU-")


def test_a_service_that_speaks_soap_is_called(call: Call, provider: Any, tmp_path: Path) -> None:
    provider.behaviour = answering
    body = tmp_path / "body.xml"
    body.write_text(f'<c:personDetails xmlns:c="{NAMESPACE}"><number>079</number></c:personDetails>')
    told = call("personDetails", "--as", "PORTAL", "--body", body)
    assert told.exit_code == 0, told.output
    assert f"Allowed: {PORTAL} -> {DETAILS}" in told.output and "Người Mẫu" in told.output
    assert b"<number>079</number>" in provider.seen[-1].body
    empty = json.loads(call("civil", "--as", "PORTAL", "--path", "/birthDetails", "--json").output)
    assert (empty["outcome"], empty["status"]) == ("allowed", 200)
    assert b"birthDetails" in provider.seen[-1].body


def test_a_refusal_of_soap_is_told_like_another(call: Call, tmp_path: Path) -> None:
    for arguments, reason in (
        (("personDetails", "--as", "STRANGER"), "no_contract"),
        (("civil", "--as", "PORTAL", "--path", "/deathDetails"), "operation_not_in_contract"),
    ):
        told = call(*arguments, "--json")
        assert told.exit_code == 1, told.output
        assert json.loads(told.output)["reason"] == reason
    broken = tmp_path / "broken.xml"
    broken.write_text("<a>")
    for arguments, says in (
        (("personDetails", "--as", "PORTAL", "--body", broken), "The body is no XML that can be sent"),
        (("civil", "--as", "PORTAL"), "has the operation civil. Give the body: --body FILE."),
        (("persons", "--as", "PORTAL", "--body", broken), "Only a SOAP service is called with a body from a file"),
    ):
        told = call(*arguments)
        assert (told.exit_code, says in told.output) == (2, True), told.output


def test_wrong_use_is_told_before_anything_is_called(call: Call, provider: Any) -> None:
    for arguments, says in (
        (("persons", "--as", "nobody"), f"no such system, or several: nobody. It has:\n  {PORTAL}\n  {STRANGER}"),
        (("parcels", "--as", "PORTAL"), f"no such service, or several: parcels. It has:\n  {SERVICE}"),
        (("persons", "--as", "PORTAL", "--method", "TAKE"), "The method is one of: DELETE, GET"),
        (("persons", "--as", "PORTAL", "--path", "persons/1"), "The path begins with a slash: /persons/1"),
    ):
        told = call(*arguments)
        assert (told.exit_code, says in told.output) == (2, True), told.output
    assert provider.seen == []


def test_where_nothing_runs_the_way_out_is_told(tmp_path: Path) -> None:
    told = run("persons", "--as", "PORTAL", "--data", tmp_path)
    assert told.exit_code == 2
    assert f"There is no exchange in {tmp_path}. Start it: maidinh up, or maidinh demo." in told.output


def test_a_gateway_that_is_silent_is_no_refusal(call: Call, exchange_home: Home) -> None:
    told = run("persons", "--as", "PORTAL", "--path", "/persons/1", "--data", exchange_home.root, "--port", 8)
    assert told.exit_code == 3, told.output
    assert "the gateway did not answer" in told.output and "Name its --port and --data." in told.output
