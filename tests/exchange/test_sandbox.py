"""`maidinh exchange sandbox`, and the examples in other languages against a real gateway by the wall clock.

Databases of their own: both publish directories, and the other tests hold theirs to be the first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from django.conf import settings
from django.core.management import call_command
from typer.testing import CliRunner, Result

from maidinh.config.cli import exchange, exchange_sandbox
from maidinh.config.sandbox import SandboxRefused, joined
from maidinh.exchange.client.own_key import OwnKey
from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.gateway.settings import wall_clock
from maidinh.governance.architecture.rules import instance_of, with_agency_codes
from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.roles import drop_database
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.keys.identifiers import file_stem
from tests.exchange.world import PORTAL, SERVICE, Provider, contract_for, directory_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sandbox")]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples/exchange"
LANGUAGES = {
    "python": ("python3", "call.py"), "node": ("node", "call.mjs"), "java": ("java", "Call.java"),
    "curl": ("sh", "call.sh"),
}  # fmt: skip
ALWAYS = {"python", "node", "curl"}  # what runs our tests for others has them


@pytest.fixture(scope="module")
def key() -> OwnKey:
    return OwnKey()


@pytest.fixture(scope="module")
def now_in_force(signer: SignerClient, serving_provider: Provider, key: OwnKey) -> Iterator[Connections]:
    """A database with a directory that is in force now, in which the portal signs with a key of its own."""
    connections = Connections(
        settings.MAIDINH.home, settings.MAIDINH.database_url, database=f"{settings.CONNECTIONS.database}_examples"
    )
    prepare(connections)
    with as_role(connections, "owner"):
        call_command("migrate", "directory", verbosity=0, skip_checks=True)
        call_command("migrate", "evidence", verbosity=0, skip_checks=True)
    now, day = datetime.now(UTC), timedelta(days=1)
    contract = contract_for(SERVICE, valid_from=now - day, valid_to=now + 2 * day)
    made = directory_for(
        signer.public, serving_provider.port, issued_at=now - day, expires_at=now + 2 * day, contracts=[contract]
    )
    portal = made.subsystems[0]
    own = portal.keys[0].model_copy(update={"public_key_pem": key.public_pem, "valid_from": now - day})
    systems = (portal.model_copy(update={"keys": (own,)}), *made.subsystems[1:])
    with as_role(connections, "web"):
        publish_directory(directory=made.model_copy(update={"subsystems": systems}), signer=signer, at=now)
    yield connections
    drop_database(connections.admin_dsn, connections.database)


@pytest.fixture
def program_settings(
    now_in_force: Connections, start_gateway: Any, provider: Provider, key: OwnKey, tmp_path: Path
) -> Path:
    """What a program needs, as the sandbox writes it."""
    gateway = start_gateway(dsn=now_in_force.dsn("gateway"), clock=wall_clock)
    (tmp_path / "key.pem").write_bytes(key.private_pem)
    told = {
        "gateway": f"http://127.0.0.1:{gateway.port}", "client": PORTAL, "service": SERVICE, "path": "/persons/1",
        "kid": f"caller:{PORTAL}", "key": str(tmp_path / "key.pem"),
    }  # fmt: skip
    (tmp_path / "settings.json").write_text(json.dumps(told, indent=2), "utf-8")
    return tmp_path / "settings.json"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_examples_run(program_settings: Path, provider: Provider, language: str) -> None:
    program, example = LANGUAGES[language]
    needed = [program, "curl", "openssl"] if language == "curl" else [program]
    missing = [each for each in needed if shutil.which(each) is None]
    if missing and not (os.environ.get("CI") and language in ALWAYS):
        pytest.skip(f"not installed here: {', '.join(missing)}")
    assert not missing
    if language == "python":
        program = sys.executable
    provider.seen.clear()
    done = subprocess.run(
        [program, EXAMPLES / example, program_settings], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "200" in done.stdout and "MAU-" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1]) == {"name": "Người Mẫu"}
    assert len(provider.seen) == 1
    broken = program_settings.with_name("broken.json")
    broken.write_text(
        json.dumps(json.loads(program_settings.read_text("utf-8")) | {"path": "/owners/1"}, indent=2), "utf-8"
    )
    refused = subprocess.run(
        [program, EXAMPLES / example, broken], capture_output=True, text=True, timeout=120, check=False
    )
    assert refused.returncode != 0 and "operation_not_in_contract" in refused.stdout + refused.stderr
    assert len(provider.seen) == 1


async def registered(request: web.BaseRequest) -> web.StreamResponse:
    """A person as the population register's interface has them."""
    return web.json_response({
        "personal_number": request.path.rpartition("/")[2], "full_name": "Người Mẫu", "date_of_birth": "1980-01-01",
        "sex": "female", "residence": "Thôn Mẫu", "commune": "H38.101",
    })  # fmt: skip


@pytest.fixture
def sandbox(
    own_database: str, start_gateway: Any, provider: Provider, province: Any, at: datetime, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Result]:  # fmt: skip
    """The command on a prepared sample province whose gateway runs, and whose registers are the tests' provider."""
    here = settings.MAIDINH.model_copy(update={"services_port": provider.port})
    monkeypatch.setattr(settings, "MAIDINH", here)
    provider.behaviour = registered
    monkeypatch.setattr(exchange_sandbox, "_now", lambda: at)
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", own_database)
    monkeypatch.setenv("MAIDINH_PROVINCE", here.province)
    monkeypatch.setenv("DATABASE_URL", here.database_url or "")
    gateway = start_gateway(
        dsn=Connections(here.home, here.database_url, own_database).dsn("gateway"), province=here.province,
        instance=instance_of(province.organisations.code), clock=lambda: at,
        own_services=frozenset({("127.0.0.1", provider.port)}),
    )  # fmt: skip
    place = ("--data", here.home.root, "--port", gateway.port - 1, "-o", tmp_path / "mine")
    return lambda *asked: CliRunner().invoke(exchange.app, [str(each) for each in ("sandbox", *place, *asked)])


def test_from_nothing_to_the_first_signed_call(
    sandbox: Callable[..., Result], provider: Provider, province: Any, tmp_path: Path
) -> None:
    told = sandbox("--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert found["status"] == 200 and found["seconds"] < 300
    assert found["kid"] == f"caller:{found['client']}"
    assert not (settings.MAIDINH.home.public_keys / f"{file_stem(found['kid'])}.pem").exists()  # it is registered
    person = province.population.personas[0].person
    assert provider.seen[-1].raw_path == f"/registers/population/persons/{person}"
    assert found["client"].rpartition("/")[2].startswith("sandbox-")
    key, written = tmp_path / "mine/key.pem", (tmp_path / "mine/settings.json").read_text("utf-8")
    assert key.stat().st_mode & 0o077 == 0 and b"PRIVATE KEY" in key.read_bytes()
    assert json.loads(written)["key"] == str(key.resolve()) and "PRIVATE" not in written
    again = sandbox()
    assert again.exit_code == 0, again.output
    assert "From nothing to the first signed call:" in again.output


def test_what_nobody_may_read_is_told(sandbox: Callable[..., Result]) -> None:
    told = sandbox("--service", "no-such-service", "--path", "/1")
    assert told.exit_code == 1 and "No contract in force lets a system read from no-such-service." in told.output
    assert sandbox("--service", "land").exit_code == 2


def test_where_nothing_is_a_sample_nobody_joins_this_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_SAMPLE", "0")
    monkeypatch.setenv("MAIDINH_OIDC_ISSUER", "https://issuer.example")
    told = CliRunner().invoke(exchange.app, ["sandbox", "--data", str(tmp_path), "-o", str(tmp_path / "mine")])
    assert told.exit_code == 1 and "This is no sample" in told.output
    assert not (tmp_path / "mine").exists()


def test_a_system_is_declared_with_what_another_has_and_for_a_day(province: Any, at: datetime) -> None:
    model = with_agency_codes(province.newest, province.organisations)
    instance, today = instance_of(province.organisations.code), at.date()
    found = joined(model, instance=instance, service="population", name="sandbox-1", today=today)
    assert found.model.version == f"{model.version}-sandbox-1"
    assert (len(found.model.elements), len(found.model.relations)) == (
        len(model.elements) + 1,
        len(model.relations) + 1,
    )
    contract = next(
        each.contract for each in found.model.relations if each.contract and each.contract.id == "sandbox-1"
    )
    assert (contract.valid_from, contract.valid_to) == (today, today + timedelta(days=1))
    assert found.service.endswith("/population") and found.system.endswith("/sandbox-1")
    once_more = joined(found.model, instance=instance, service="population", name="sandbox-2", today=today)
    assert once_more.model.version == f"{model.version}-sandbox-2"
    with pytest.raises(SandboxRefused):
        joined(model, instance=instance, service="no-such-service", name="sandbox-1", today=today)
