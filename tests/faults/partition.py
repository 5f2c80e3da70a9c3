"""`python -m tests.faults.partition --rounds 6 --seed 7`: the network is cut in mid-exchange.

Three network namespaces that only cables (veth) connect: here the database, the signer and the callers; a gateway in
one, the provider in another. The gateway talks TCP to the database over one cable, is called over a second, and calls
the provider over a third. In each round one cable is pulled while a call is under way: nobody is told, packets are just
gone, for less or for more than anyone waits. Plugged in again, everything must go on by itself, and in the end every
answer is held against evidence and log. Without such namespaces (`NOT RUN`, exit code 3) nothing is tried.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from maidinh.config.environment import Environment
from maidinh.config.installation import Installation
from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Directory
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.relay import Relay
from tests.faults import isolation
from tests.faults.command import command
from tests.faults.exchanges import PATIENCE, Report, Strikes
from tests.faults.exchanges import run as run_exchanges

SHORT, LONG = (1.0, 4.0), (12.0, 15.0)  # seconds without a cable: less, and more, than anybody waits for an answer
SILENT = 11.0  # seconds after which a gateway whose database says nothing says so itself
GATEWAY_PORT, PROVIDER_PORT = 8001, 8003


@dataclass(frozen=True)
class Cable:
    """A cable between two namespaces: its name, which is that of its ends too, and the addresses at both."""

    name: str
    near: str
    far: str


DATABASE = Cable("database", "10.77.1.1", "10.77.1.2")
CALLERS = Cable("callers", "10.77.2.1", "10.77.2.2")
PROVIDER = Cable("provider", "10.77.3.1", "10.77.3.2")
CABLES = (DATABASE, CALLERS, PROVIDER)


class Partition(Strikes):
    """The other three places, and who pulls the cables between them."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        super().__init__(installation, chance)
        self.chance, own = chance, installation.environment
        self._bag: list[tuple[Cable, bool]] = []
        self._started: list[subprocess.Popen[bytes]] = []
        self._gateway, self._provider = self._place(), self._place()
        here = os.getpid()
        self._plug(DATABASE, here, self._gateway)
        self._plug(CALLERS, here, self._gateway)
        self._plug(PROVIDER, self._provider, self._gateway)
        connections = Connections(own.home, None, own.database_name)
        self.relay = Relay(connections.admin_dsn, DATABASE.near)
        _publish(own, f"http://{PROVIDER.near}:{PROVIDER_PORT}")
        away = own.model_copy(update={"database_url": _address(self.relay.dsn)})
        gateway = away.model_copy(update={"gateway_host": CALLERS.far, "gateway_port": GATEWAY_PORT})
        self.environment = own.model_copy(update={"gateway_host": CALLERS.far, "gateway_port": GATEWAY_PORT})
        self._start(self._gateway, gateway, "gateway", "-m", "maidinh", "serve", "gateway")
        self._start(self._provider, own, "worker", "-m", "tests.faults.partition", "provider")
        self._until(lambda: self._health().get("status") == "ok", PATIENCE, "the gateway works")

    def strike(self) -> str:
        """Pull one cable for a while; what the gateway says of itself meanwhile is held against it."""
        if not self._bag:
            self._bag = [(each, long) for each in CABLES for long in (False, True)]
            self.chance.shuffle(self._bag)
        cable, long = self._bag.pop()
        lasts = self.chance.uniform(*(LONG if long else SHORT))
        began = time.monotonic()
        self._in(self._provider if cable is PROVIDER else os.getpid(), "ip", "link", "set", cable.name, "down")
        try:
            if cable is DATABASE and long:
                time.sleep(SILENT)
                if self._health().get("database") is not False:
                    self.wrong.append(f"{SILENT:.0f} s without a database, and the gateway says {self._health()}")
            time.sleep(max(0.0, began + lasts - time.monotonic()))
        finally:
            self._in(self._provider if cable is PROVIDER else os.getpid(), "ip", "link", "set", cable.name, "up")
        if (code := self._processes_ended()) is not None:
            self.wrong.append(f"a process ended with {code}")
        self.kills[f"{cable.name} {'long' if long else 'short'}"] += 1
        return f"{cable.name}, {lasts:.0f} s"

    def close(self) -> None:
        """End what was started, and with it its network."""
        for each in self._started:
            each.kill()
            each.wait()
        self.relay.close()

    def _place(self) -> int:
        """A network of its own, held by a process that does nothing else."""
        holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self._started.append(holder)
        own, made = Path("/proc/self/ns/net").readlink(), Path(f"/proc/{holder.pid}/ns/net")
        self._until(lambda: made.readlink() != own, 10, "a network namespace is made")
        self._in(holder.pid, "ip", "link", "set", "lo", "up")
        return holder.pid

    def _plug(self, cable: Cable, near: int, far: int) -> None:
        isolation.run("ip", "link", "add", "near0", "type", "veth", "peer", "name", "far0")
        for end, address, place in (("near0", cable.near, near), ("far0", cable.far, far)):
            if place != os.getpid():
                isolation.run("ip", "link", "set", end, "netns", place)
            self._in(place, "ip", "link", "set", end, "name", cable.name)
            self._in(place, "ip", "address", "add", f"{address}/24", "dev", cable.name)
            self._in(place, "ip", "link", "set", cable.name, "up")

    def _in(self, place: int, *words: str) -> None:
        isolation.run(*([] if place == os.getpid() else ["nsenter", "--target", place, "--net"]), *words)

    def _start(self, place: int, environment: Environment, process: str, *words: str) -> None:
        variables = environment.variables() | {
            "MAIDINH_PROCESS": process, "DJANGO_SETTINGS_MODULE": "maidinh.config.settings",
            "DATABASE_URL": environment.database_url or "",
        }  # fmt: skip
        output = (environment.home.output / f"far-{process}.log").open("ab")
        self._started.append(subprocess.Popen(
            ["nsenter", "--target", str(place), "--net", sys.executable, *words], env=os.environ | variables,
            stdout=output, stderr=output,
        ))  # fmt: skip

    def _processes_ended(self) -> int | None:
        return next((each.returncode for each in self._started if each.poll() is not None), None)

    def _health(self) -> dict[str, Any]:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.environment.gateway_url}/health", timeout=5) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            return dict(json.load(error))
        except (OSError, ValueError):
            return {}

    def _until(self, holds: Any, seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline or self._processes_ended() is not None:
                raise RuntimeError(f"not within {seconds:.0f} s: {what}")
            time.sleep(0.05)


def _address(dsn: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(dsn)
    return f"postgresql://{parts['user']}:{parts['password']}@{parts['host']}:{parts['port']}/postgres"


def _publish(environment: Environment, address: str) -> None:
    """A directory as the one in force, but with the services of this sample at another address."""
    from maidinh.exchange.directory.actions import publish_directory
    from maidinh.exchange.directory.models import PublishedDirectory

    token = PublishedDirectory.objects.order_by("-serial").values_list("jws", flat=True)[0]
    standing = Directory.model_validate_json(jws.parse(token, KIND).payload)
    moved = [
        each.model_copy(update={
            "url": each.url.replace(environment.services_url, address), "networks": (f"{PROVIDER.near}/32",),
        })
        if each.url.startswith(environment.services_url) else each
        for each in standing.services
    ]  # fmt: skip
    at = datetime.now(UTC)
    changed = standing.model_copy(update={"services": tuple(moved), "serial": standing.serial + 1, "issued_at": at})
    publish_directory(directory=changed, signer=SignerClient.for_caller(environment.home, "operator"), at=at)


def provide() -> None:
    """The sample's registers, in a place of their own."""
    import django
    from aiohttp import web

    django.setup()
    from maidinh.config.sample import sample_application

    web.run_app(sample_application(Environment()), host=PROVIDER.near, port=PROVIDER_PORT, print=None)


def run(rounds: int, seed: int, say: bool = False) -> Report:
    """The whole of it."""
    isolation.run("ip", "link", "set", "lo", "up")
    report = run_exchanges(rounds, seed, say=say, breaks=Partition)
    report.what = "cables pulled"
    return report


def main(words: Sequence[str]) -> int:
    """The command."""
    if list(words) == ["provider"]:
        provide()
        return 0
    try:
        isolation.enter("tests.faults.partition", "net")
        with suppress(KeyboardInterrupt):
            return command("python -m tests.faults.partition", __doc__, lambda rounds, seed: run(rounds, seed, True),
                           rounds=9)  # fmt: skip
    except isolation.Impossible as fault:
        return isolation.refused(fault, [each.name for each in CABLES])
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
