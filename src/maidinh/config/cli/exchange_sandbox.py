"""`maidinh exchange sandbox`: from nothing to the first signed call, in a demonstration, with nobody in between.

Layer 0, config. Makes a key, has the sample's officials declare and publish a system with a contract, waits until the
gateway works by it, and makes the first call. Only where everything is a sample. Exit codes:
0 answered, 1 refused or no sample, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.cli.exchange_operations import Data, Json, Port, connected, leave, unanswered
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.config.sandbox import Joined
    from maidinh.exchange.client.calls import ExchangeAnswer
    from maidinh.exchange.client.own_key import OwnKey

REFUSED, WRONG_USE, FAILED = 1, 2, 3
PATIENCE_SECONDS = 30.0
SERVICE = "population"


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("sandbox", help=say("Join a system of your own to a demonstration and make its first call."))(sandbox)


@told_plainly
def sandbox(
    service: Annotated[str, typer.Option(help=say("The service to call: its code or its whole identifier."))] = SERVICE,
    path: Annotated[
        str | None,
        typer.Option(help=say("What is asked for. Unset: a sample person, where the service is population.")),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help=say("The folder for the key and the settings of the system."))
    ] = Path("maidinh-sandbox"),
    as_json: Json = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """From nothing to the first signed call."""
    begun = time.monotonic()
    environment = environment_meant(data, port)
    if not environment.sample:
        leave(REFUSED, say("This is no sample: here a system joins by a project and a contract that both sides sign."))
    if path is None and service != SERVICE:
        leave(WRONG_USE, say("Say what is asked for: --path /..."))
    path = path or f"/persons/{_sample_person(environment)}"
    key, joined, serial = _join(environment, service)
    told = _write(output, environment, joined, key, path)
    _wait(environment, serial)
    answer = _call(environment, joined, key, path)
    seconds = round(time.monotonic() - begun, 1)
    if as_json:
        print(json.dumps(told | {"status": answer.status, "x_road_id": answer.x_road_id, "seconds": seconds}))
        return
    print(say("The system {system} has joined, with a key of its own.").format(system=joined.system))
    print(say("The service answered with status {status}:").format(status=answer.status))
    print(answer.body.decode("utf-8", errors="replace"))
    print(f"{say('The exchange wrote it down as')} {answer.x_road_id}")
    print(say("From nothing to the first signed call: {seconds} seconds.").format(seconds=seconds))
    print(say("Key and settings are in {folder}. Go on in your own language: examples/exchange").format(folder=output))


def _sample_person(environment: Environment) -> str:
    from maidinh.config.provinces import read_province

    return read_province(environment.province, environment.definitions).population.personas[0].person


def _join(environment: Environment, service: str) -> tuple[OwnKey, Joined, int]:
    import django
    from django.conf import settings

    if not settings.configured:
        os.environ.update(environment.variables())  # Django's settings are to be those of that installation
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
        django.setup()
    from maidinh.config.sandbox import PREFIX, SandboxRefused, publish_with
    from maidinh.exchange.client.own_key import OwnKey
    from maidinh.infrastructure.database.connections import Connections
    from maidinh.infrastructure.database.standing import as_role
    from maidinh.infrastructure.keys.client import SignerClient, SignerError

    with connected(environment, "web") as connection:
        database = connection.info.dbname
    key, name = OwnKey(), f"{PREFIX}{secrets.token_hex(4)}"
    connections = Connections(environment.home, environment.database_url, database)
    try:
        with closing(SignerClient.for_caller(environment.home, "operator")) as signer, as_role(connections, "web"):
            found, serial = publish_with(
                environment, service=service, name=name, public_pem=key.public_pem, at=_now(), signer=signer
            )
    except SandboxRefused:
        leave(REFUSED, say("No contract in force lets a system read from {service}.").format(service=service))
    except (SignerError, OSError) as error:
        leave(FAILED, f"{error}\n{say('Is the installation running there? Name its --port and --data.')}")
    return key, found, serial


def _now() -> datetime:
    return datetime.now(UTC)


def _write(output: Path, environment: Environment, joined: Joined, key: OwnKey, path: str) -> dict[str, Any]:
    """The key, for its holder alone, and what a program needs besides."""
    output.mkdir(parents=True, exist_ok=True)
    place = output / "key.pem"
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_pem)
    told = {
        "gateway": environment.gateway_url,
        "client": joined.system,
        "service": joined.service,
        "path": path,
        "kid": joined.key_id,
        "key": str(place.resolve()),
    }
    (output / "settings.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return told


def _wait(environment: Environment, serial: int) -> None:
    from maidinh.config.diagnosis import health_of

    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        health = health_of(f"{environment.gateway_url}/health") or {}
        if (health.get("directory") or 0) >= serial:
            return
        time.sleep(0.1)
    leave(FAILED, say("The gateway does not take up the new directory. See its output, or: maidinh exchange status"))


def _call(environment: Environment, joined: Joined, key: OwnKey, path: str) -> ExchangeAnswer:
    from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
    from maidinh.exchange.operations.reasons import reason_for

    client = ExchangeClient(environment.gateway_url, joined.system, key, joined.key_id)
    try:
        return client.call(joined.service, at=_now(), path=path)
    except ExchangeRefused as refusal:
        told = reason_for(refusal.reason)
        leave(REFUSED, f"{say(told.says)} ({refusal.reason})\n-> {say(told.remedy)}")
    except ExchangeUnavailable as error:
        leave(FAILED, unanswered(error))
