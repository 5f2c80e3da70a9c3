"""`python -m tests.faults.publication --rounds 30 --seed 7`: processes die while a version is published.

A whole province runs in a temporary place. In each round a version that declares one contract more or less than the
one in force is published through its page, and a process chosen by the seed is killed with SIGKILL at a random moment:
the web process, the gateway while it takes the directory up, the signer, the database. Afterwards exactly one version
is in force, its directory is the newest one, signed and whole, so is the gateway's copy, and the calls that go through
are those of that version: the old one or the new one, never a mixture. Exit code 1 when anything does not hold.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from maidinh.config.environment import Environment
from maidinh.config.installation import Installation
from maidinh.config.processes import free_ports
from maidinh.config.supervisor import SupervisorError
from maidinh.exchange import jws
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.exchange.directory.definition import KIND, Contract, Directory, architecture_key
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.keys.identifiers import file_stem
from tests.faults.command import command
from tests.faults.killer import Killer

LATEST = 0.6  # seconds after the form went out until which a process may be hit
PATIENCE = 90.0  # seconds in which an installation is back after a kill
FOLLOWED = 10.0  # seconds in which the gateway obeys what was published, once it runs
ARRIVED = "the gateway obeys the newest directory"


@dataclass
class Report:
    """What happened, to be printed and to be tested."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    old: int = 0
    new: int = 0
    slowest: float = 0.0
    broken: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report in words."""
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return [
            f"seed {self.seed}",
            f"kills {sum(self.kills.values())} ({kills})",
            f"afterwards the old version was in force {self.old} times, the new one {self.new} times",
            f"longest until the gateway followed: {self.slowest:.1f} s",
            *(f"BROKEN {each}" for each in self.broken),
            f"violations {len(self.broken)}",
        ]


def run(rounds: int, seed: int, say: bool = False) -> Report:
    """The whole of it; what is left is the report."""
    place = Path(tempfile.mkdtemp(prefix="maidinh-publication-", dir="/tmp"))
    place.chmod(0o711)
    web, gateway, services = free_ports(3)
    environment = Environment(
        data=place / "home", province="lao-cai", seed=seed, sample=True, log_interval=1, database_url=None,
        port=web, gateway_port=gateway, services_port=services,
    )  # fmt: skip
    report = Report(seed)
    try:
        installation = Installation(environment)
        installation.prepare_place()
        supervisor = installation.supervisor
        supervisor.launch(installation.prepare)
        try:
            supervisor.wait_until_ready()
            working = threading.Thread(target=_Publications(installation, report, say).go, args=(rounds,), daemon=True)
            working.start()
            while working.is_alive():
                supervisor.tend()
                time.sleep(0.05)
        except SupervisorError as error:
            report.broken.append(str(error))
        finally:
            supervisor.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return report


class _Publications:
    """Publishes again and again, kills in between, and looks at what is left."""

    def __init__(self, installation: Installation, report: Report, say: bool) -> None:
        self.environment, self.report, self.say = installation.environment, report, say
        self.province = installation.province
        self.chance = random.Random(report.seed)
        self.killer = Killer(self.environment.home, self.chance)
        self.signer = SignerClient.for_caller(self.environment.home, "operator", patience=PATIENCE)
        self.whole: Directory | None = None
        self.allowed: dict[str, set[str]] = {}

    def go(self, rounds: int) -> None:
        """Everything, on this thread's own connection."""
        try:
            whole = self.whole = self._newest()
            self.cookies = _retried(self._signed_in)
            everything = {each.id for each in whole.contracts}
            self.allowed[whole.architecture_version] = everything
            for number in range(rounds):
                standing = _retried(self._newest).architecture_version
                version = f"9.{number}"
                narrower = len(self.allowed[standing]) == len(everything)
                left_out = {sorted(everything)[number % len(everything)]} if narrower else set()
                self.allowed[version] = everything - left_out
                row = _retried(lambda version=version, left_out=left_out: self._draft(version, left_out))
                self._publish_and_kill(row)
                self._look(number, standing, version)
        except Exception as error:
            self.report.broken.append(f"{type(error).__name__}: {error}"[:500])
        self.report.kills = self.killer.kills

    def _publish_and_kill(self, row: int) -> None:
        address = f"{self.environment.address}/architecture/versions/{row}/publish"
        data = {"csrfmiddlewaretoken": self.cookies["csrftoken"]}

        def publish() -> None:
            with suppress(requests.RequestException):  # what came of it is seen in the books
                requests.post(address, data=data, cookies=self.cookies, allow_redirects=False, timeout=20)

        sending = threading.Thread(target=publish, daemon=True)
        sending.start()
        time.sleep(self.chance.uniform(0, LATEST))
        self.target = self.killer.kill_one()
        sending.join(30)

    def _look(self, number: int, old: str, new: str) -> None:
        found, began = [], time.monotonic()
        directory = _retried(self._newest)
        if directory.architecture_version not in (old, new):
            found.append(f"version {directory.architecture_version} is sent, neither {old} nor {new}")
        found += _retried(lambda: list(self._books(directory)))
        self._wait(lambda: self._health().get("directory") is not None)
        back = time.monotonic()
        self._wait(lambda: self._health().get("directory") == directory.serial, ARRIVED)
        self.report.slowest = max(self.report.slowest, time.monotonic() - back)
        if time.monotonic() - back > FOLLOWED:
            found.append(f"the gateway followed only after {time.monotonic() - back:.0f} s")
        found += self._copy(directory)
        through = {each.id for each in self.whole.contracts if self._goes_through(each)} if self.whole else set()
        if through != self.allowed[directory.architecture_version]:
            found.append(f"calls go through under {sorted(through)} in version {directory.architecture_version}")
        self.report.old += directory.architecture_version == old
        self.report.new += directory.architecture_version == new
        self.report.broken += [f"round {number} ({self.target}): {each}" for each in found]
        if self.say:
            which = "new" if directory.architecture_version == new else "old"
            print(f"{number + 1:3} {self.target:10} {which}  {time.monotonic() - began:5.1f} s", flush=True)

    def _books(self, directory: Directory) -> Iterator[str]:
        from maidinh.governance.architecture.models import Version

        held = list(Version.objects.filter(state="published").values_list("version", "hash", "serial"))
        wanted = [(directory.architecture_version, directory.architecture_hash)]
        if [each[:2] for each in held] != wanted:
            yield f"in force are {held}, sent is {wanted}"
        if any(serial is None or serial > directory.serial for _, _, serial in held):
            yield f"version and directory say other serials: {held}, {directory.serial}"
        if {each.id for each in directory.contracts} != self.allowed[directory.architecture_version]:
            yield "the directory holds other contracts than its version"

    def _copy(self, directory: Directory) -> Iterator[str]:
        copy = self.environment.home.gateway / "directory.jws"
        try:
            kept = self._verified(copy.read_text("ascii"))
        except (OSError, ValueError) as error:
            yield f"the gateway's copy is not whole: {type(error).__name__}"
            return
        if kept.serial > directory.serial or kept.architecture_version not in self.allowed:
            yield f"the gateway's copy is of serial {kept.serial}"

    def _newest(self) -> Directory:
        from maidinh.exchange.directory.models import PublishedDirectory

        return self._verified(PublishedDirectory.objects.order_by("-serial").values_list("jws", flat=True)[0])

    def _verified(self, token: str) -> Directory:
        """The directory inside, once its signature holds; raises ValueError."""
        home = self.environment.home
        key = home.public_keys / f"{file_stem(architecture_key(self.environment.province))}.pem"
        try:
            parsed = jws.parse(token, KIND)
            jws.verify(parsed, jws.public_key(key.read_bytes()))
        except jws.InvalidToken as error:
            raise ValueError(error.reason) from error
        return Directory.model_validate_json(parsed.payload)

    def _draft(self, version: str, left_out: set[str]) -> int:
        from maidinh.governance.architecture.actions import draft_version
        from maidinh.governance.architecture.queries import current_version, declared_version
        from maidinh.infrastructure.database.scope import acting

        author = self._official("architecture.draft")
        model, organisations = declared_version(self.whole.architecture_version if self.whole else "")
        kept = [each for each in model.relations if not (each.contract and each.contract.id in left_out)]
        current = current_version()
        changed = model.model_copy(update={"version": version, "relations": kept,
                                           "effective_from": current.effective_from if current else None})  # fmt: skip
        with acting(agencies=author.agencies):
            return draft_version(actor=author, version=changed, organisations=organisations, at=datetime.now(UTC)).pk

    def _official(self, permission: str) -> Any:
        from maidinh.infrastructure.identity.queries import actor_of_official, official

        return actor_of_official(official(self.province.official_with(permission).id))

    def _signed_in(self) -> dict[str, str]:
        """The cookies of the approver's browser."""
        from django.conf import settings
        from django.contrib.sessions.backends.db import SessionStore

        from maidinh.channels.sessions import ACCOUNT
        from maidinh.infrastructure.identity.actions import sign_in

        approver = self._official("architecture.publish")
        claims = {"name": approver.name, "official_id": approver.id}
        account = sign_in(issuer="faults", subject=approver.id, claims=claims, at=datetime.now(UTC))
        session = SessionStore()
        session[ACCOUNT] = account.pk
        session.create()
        return {settings.SESSION_COOKIE_NAME: str(session.session_key), "csrftoken": "f" * 32}

    def _health(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = requests.get(f"{self.environment.gateway_url}/health", timeout=5).json()
        except (requests.RequestException, ValueError):
            return {}
        return found

    def _goes_through(self, contract: Contract) -> bool:
        """Whether the gateway lets a call through that this contract declares; it is asked until it can say."""
        operation = contract.methods[0]
        path = operation.path.replace("**", "x").replace("*", "x")
        client = ExchangeClient(
            self.environment.gateway_url, contract.consumer, self.signer, f"caller:{contract.consumer}"
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                client.call(
                    contract.provider_service, at=datetime.now(UTC), method=operation.method,
                    path="" if path == "/" else path,
                )  # fmt: skip
            except ExchangeRefused as refusal:
                return not refusal.type.endswith("AccessDenied")
            except ExchangeUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return True

    def _wait(self, until: Callable[[], bool], what: str = "the gateway runs") -> None:
        deadline = time.monotonic() + PATIENCE
        while not until():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {PATIENCE:.0f} s: {what}")
            time.sleep(0.05)


def _retried(act: Callable[[], Any]) -> Any:
    """What an act on the database gives, tried again while the database comes back."""
    from django.db import InterfaceError, OperationalError, connections

    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            connections.close_all()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def main() -> int:
    """The command."""
    told = "python -m tests.faults.publication"
    return command(told, __doc__, lambda rounds, seed: run(rounds, seed, say=True), rounds=30)


if __name__ == "__main__":
    sys.exit(main())
