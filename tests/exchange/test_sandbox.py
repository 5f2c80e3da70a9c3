"""`maidinh exchange sandbox` and the examples in other languages, against a real gateway by the wall clock.

A database of its own: the sandbox publishes a directory, and the other tests hold theirs to be the first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from typer.testing import CliRunner

from maidinh.config.cli import exchange, exchange_sandbox
from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.gateway.settings import wall_clock
from maidinh.exchange.operations.sandbox import OwnKey, SandboxRefused, joined
from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.roles import drop_database
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import NOW, PORTAL, SERVICE, Provider, contract_for, directory_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sandbox")]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples/exchange"
LANGUAGES = {
    "python": ("python3", "call.py"), "node": ("node", "call.mjs"), "java": ("java", "Call.java"),
    "curl": ("sh", "call.sh"),
}  # fmt: skip
ALWAYS = {"python", "node", "curl"}  # what runs our tests for others has them


@pytest.fixture(scope="module")
def own(signer: SignerClient, serving_provider: Provider) -> Iterator[Connections]:
    """A database with a directory that is in force now."""
    connections = Connections(
        settings.MAIDINH.home, settings.MAIDINH.database_url, database=f"{settings.CONNECTIONS.database}_sandbox"
    )
    prepare(connections)
    with as_role(connections, "owner"):
        call_command("migrate", "directory", verbosity=0, skip_checks=True)
        call_command("migrate", "evidence", verbosity=0, skip_checks=True)
    now = datetime.now(UTC)
    day = timedelta(days=1)
    contract = contract_for(SERVICE, valid_from=now - day, valid_to=now + 2 * day)
    directory = directory_for(
        signer.public, serving_provider.port, issued_at=now - day, expires_at=now + 2 * day, contracts=[contract]
    )
    with as_role(connections, "web"):
        publish_directory(directory=directory, signer=signer, at=now)
    yield connections
    drop_database(connections.admin_dsn, connections.database)


@pytest.fixture
def sandbox(
    own: Connections, start_gateway: Any, exchange_home: Home, provider: Provider, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:  # fmt: skip
    """What the command told."""
    gateway = start_gateway(dsn=own.dsn("gateway"), clock=wall_clock)
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", own.database)
    monkeypatch.setenv("DATABASE_URL", settings.MAIDINH.database_url or "")
    place = ("--data", exchange_home.root, "--port", gateway.port - 1, "-o", tmp_path / "mine")
    asked = ("sandbox", "--service", "persons", "--path", "/persons/1", *place, "--json")
    told = CliRunner().invoke(exchange.app, [str(each) for each in asked])
    assert told.exit_code == 0, told.output
    return {"folder": tmp_path / "mine", **json.loads(told.stdout)}


def test_from_nothing_to_the_first_signed_call(sandbox: dict[str, Any], provider: Provider, own: Connections) -> None:
    assert sandbox["status"] == 200 and sandbox["seconds"] < 300
    assert sandbox["client"].startswith("MAU/GOV/AG1/sandbox-")
    assert provider.seen[-1].raw_path == "/base/persons/1"
    key = sandbox["folder"] / "key.pem"
    assert key.stat().st_mode & 0o077 == 0 and b"PRIVATE KEY" in key.read_bytes()
    written = json.loads((sandbox["folder"] / "settings.json").read_text("utf-8"))
    assert written["key"] == str(key.resolve()) and "PRIVATE" not in json.dumps(written)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_examples_run(sandbox: dict[str, Any], provider: Provider, language: str) -> None:
    program, example = LANGUAGES[language]
    needed = [program, "curl", "openssl"] if language == "curl" else [program]
    missing = [each for each in needed if shutil.which(each) is None]
    if missing and not (os.environ.get("CI") and language in ALWAYS):
        pytest.skip(f"not installed here: {', '.join(missing)}")
    assert not missing
    if language == "python":
        import sys

        program = sys.executable
    given = sandbox["folder"] / "settings.json"
    provider.seen.clear()
    done = subprocess.run(
        [program, EXAMPLES / example, given], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "200" in done.stdout and "MAU-" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1]) == {"name": "Người Mẫu"}
    assert len(provider.seen) == 1
    broken = sandbox["folder"] / "broken.json"
    broken.write_text(json.dumps(json.loads(given.read_text("utf-8")) | {"path": "/owners/1"}, indent=2), "utf-8")
    refused = subprocess.run(
        [program, EXAMPLES / example, broken], capture_output=True, text=True, timeout=120, check=False
    )
    assert refused.returncode != 0 and "operation_not_in_contract" in refused.stdout + refused.stderr
    assert len(provider.seen) == 1


def test_where_nothing_is_a_sample_nobody_joins_this_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_SAMPLE", "0")
    monkeypatch.setenv("MAIDINH_OIDC_ISSUER", "https://issuer.example")
    told = CliRunner().invoke(exchange.app, ["sandbox", "--data", str(tmp_path), "-o", str(tmp_path / "mine")])
    assert told.exit_code == 1 and "This is no sample" in told.output
    assert not (tmp_path / "mine").exists()


def test_a_system_joins_with_what_another_has_and_for_a_day(signer: SignerClient) -> None:
    directory = directory_for(signer.public)
    found = joined(directory, service=SERVICE, name="mine", public_pem=OwnKey().public_pem, serial=2, at=NOW)
    system = next(each for each in found.directory.subsystems if each.id == found.system)
    assert (found.directory.serial, found.system) == (2, f"{PORTAL.rpartition('/')[0]}/mine")
    assert (system.keys[0].custody, system.keys[0].valid_to) == ("agency", NOW + timedelta(days=1))
    assert (found.contract.methods, found.contract.sample) == (directory.contracts[0].methods, True)
    assert len(found.directory.contracts) == len(directory.contracts) + 1
    with pytest.raises(SandboxRefused):
        joined(directory, service="no-such-service", name="mine", public_pem="", serial=2, at=NOW)


def test_a_gateway_that_does_not_follow_is_told(
    own: Connections, exchange_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", own.database)
    monkeypatch.setenv("DATABASE_URL", settings.MAIDINH.database_url or "")
    monkeypatch.setattr(exchange_sandbox, "PATIENCE_SECONDS", 0.1)
    begun = time.monotonic()
    asked = ["sandbox", "--service", "persons", "--path", "/", "--data", str(exchange_home.root), "--port", "9"]
    told = CliRunner().invoke(exchange.app, [*asked, "-o", str(tmp_path / "mine")])
    assert told.exit_code == 3 and "does not take up the new directory" in told.output
    assert time.monotonic() - begun < 30
