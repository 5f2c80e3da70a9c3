"""The gateway beside proxies that do less: what each step of an exchange costs, and what it adds at a fixed rate.

One machine, one run, the same service behind all; the gateway's own signer and database run beside. Peers forward
(W0): nginx, HAProxy, Envoy, Caddy. None of them knows callers by their signatures, signs or writes evidence down.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.answering import BODY
from bench.environment import measured
from bench.load import Result, paced, saturate
from bench.proxies import PROXIES, free_port, reachable
from bench.report import Report

ROUNDS, REQUESTS, RATE, PACED_SECONDS = 3, 3000, 100, 15
LEAST_RATE, MOST_ADDED_MS, LEAST_SHARE = 600, 15.0, 12  # of the issue: exchanges/s, ms at p99, nginx's share
STEPS = {
    "W0": "forward",
    "W1": "+ caller and contract",
    "W2": "+ schemas both ways",
    "W3": "+ signatures",
    "W4": "+ durable log before the answer",
}


def run(report: Report) -> None:
    """Measure in a process of its own, and tell."""
    found = measured(["-m", "bench.exchange", "quick" if report.quick else "whole"])
    if found is None:
        raise SystemExit("exchange: the bench fails; the message stands above")
    floor = found["proxies"].get("nginx")
    for name, step in found["steps"].items():
        peer = _times(floor) if floor else None
        bound = 1000 / LEAST_RATE if name == "W4x2" else None
        what = f"{name} {STEPS[name[:2]]}: time for an exchange"
        report.row(what, _times(step), unit="ms", peer=peer, peer_name="nginx W0", note=_note_of(step), bound=bound)
    for name, proxy in found["proxies"].items():
        report.row(f"{name}: time for an exchange (W0)", _times(proxy), unit="ms", note=_note_of(proxy))
    if floor:
        share = median(floor["rates"]) / median(found["steps"]["W4x2"]["rates"])
        report.row("nginx's rate, of ours with the log (W4x2)", share, unit="times", bound=LEAST_SHARE)
        ours, theirs = found["paced"]["W4x2"], found["paced"]["nginx"]
        note = f"p50/p99 ours {ours['p50']:.1f}/{ours['p99']:.1f} ms, nginx {theirs['p50']:.1f}/{theirs['p99']:.1f} ms"
        added = ours["p99"] - theirs["p99"]
        report.row(f"added to nginx at {RATE}/s, p99", added, unit="ms", bound=MOST_ADDED_MS, note=note)


def _times(found: dict[str, Any]) -> list[float]:
    return [1000 / each for each in found["rates"]]


def _note_of(found: dict[str, Any]) -> str:
    rate, who = median(found["rates"]), f"{found['processes']} process" + ("es" if found["processes"] > 1 else "")
    waits = f"p50/p99 {found['p50']:.0f}/{found['p99']:.0f} ms"
    return f"{rate:,.0f}/s, {who}, {found['cpu']:.0f} µs of its processor each, {waits}"


@dataclass
class Stand:
    """What runs for the whole bench: service, database, signer, and a directory in force."""

    home: Path
    dsn: str
    service: int
    directory_serial: int
    sign: Callable[[bytes], bytes]


def main(size: str) -> dict[str, Any]:
    """Every step, then every peer, round after round; the JSON that run() tells."""
    rounds, count, seconds = (1, 300, 2) if size == "quick" else (ROUNDS, REQUESTS, PACED_SECONDS)
    steps = {name: (name[:2], 2 if name.endswith("x2") else 1) for name in ("W0", "W1", "W2", "W3", "W4", "W4x2")}
    found: dict[str, Any] = {"steps": {}, "proxies": {}, "paced": {}}
    with tempfile.TemporaryDirectory(prefix="maidinh-bench-", dir="/tmp") as name, _stand(Path(name)) as stand:
        for turn in range(rounds):
            for step, (what, processes) in steps.items():
                with _gateway(stand, what, processes) as (port, pids):
                    saturate(port, _requests(stand, 100))
                    _note(found["steps"], step, processes, *_measured(pids, port, _requests(stand, count)))
                    if step == "W4x2" and turn == 0:
                        found["paced"][step] = _figures(paced(port, _requests(stand, RATE * seconds), rate=RATE))
            for proxy, start in PROXIES.items() if size != "quick" else ():
                with start(Path(name) / proxy, stand.service) as running:
                    if running is None:
                        continue
                    port, pids = running
                    plain = [_plain(port)] * count
                    saturate(port, plain[:100])
                    _note(found["proxies"], proxy, 1, *_measured(pids, port, plain))
                    if turn == 0:
                        found["paced"][proxy] = _figures(paced(port, [_plain(port)] * RATE * seconds, rate=RATE))
    return found


def _measured(pids: list[int], port: int, requests: list[bytes]) -> tuple[Result, float]:
    before = sum(map(_cpu, pids))
    result = saturate(port, requests)
    if result.failed:
        raise SystemExit(f"{len(result.failed)} of {len(requests)} failed: {result.failed[0]}")
    return result, (sum(map(_cpu, pids)) - before) / len(requests) * 1e6


def _cpu(pid: int) -> float:
    """Seconds of processor of a process and its children that run."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(_cpu(int(each)) for each in below)


def _note(found: dict[str, Any], name: str, processes: int, result: Result, cpu: float) -> None:
    held = found.setdefault(name, {"rates": [], "processes": processes, "cpus": [], "p50": 0.0, "p99": 0.0})
    held["rates"].append(result.rate)
    held["cpus"].append(cpu)
    held["cpu"] = median(held["cpus"])
    held |= _figures(result)
    print(f"{name}: {result.rate:.0f}/s, {cpu:.0f} µs", file=sys.stderr, flush=True)


def _figures(result: Result) -> dict[str, float]:
    if result.failed:
        raise SystemExit(f"{len(result.failed)} failed: {result.failed[0]}")
    return {"p50": result.at(0.5), "p99": result.at(0.99)}


def _plain(port: int) -> bytes:
    head = f"POST /base/searches HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def _requests(stand: Stand, count: int) -> list[bytes]:
    """Calls that were never made before, each with a token of its own."""
    from tests.exchange.world import INSTANCE, NOW, PORTAL, SERVICE

    from maidinh.exchange import jws
    from maidinh.exchange.client.calls import KIND

    target, moment = f"/r1/{SERVICE}/searches", int(NOW.timestamp())
    digest = jws.base64url(hashlib.sha256(BODY).digest())
    made = []
    for _ in range(count):
        claims = {"iss": PORTAL, "aud": INSTANCE, "iat": moment, "exp": moment + 3600, "jti": str(uuid.uuid4()),
                  "htm": "POST", "htu": target, "bsh": digest}  # fmt: skip
        signed = jws.signing_input(jws.header(f"caller:{PORTAL}", KIND), jws.canonical_json(claims))
        token = jws.compact(signed, stand.sign(signed))
        head = (
            f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Road-Client: {PORTAL}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        )
        made.append(head.encode() + BODY)
    return made


@contextmanager
def _stand(place: Path) -> Iterator[Stand]:
    place.chmod(0o711)
    home_path = place / "home"
    os.environ |= {"MAIDINH_DATA": str(home_path), "MAIDINH_PROVINCE": "lao-cai", "MAIDINH_PROCESS": "web",
                   "DJANGO_SETTINGS_MODULE": "maidinh.config.settings"}  # fmt: skip
    os.environ.pop("DATABASE_URL", None)
    import django

    from maidinh.config.environment import Environment
    from maidinh.infrastructure.database.connections import Connections, prepare
    from maidinh.infrastructure.database.embedded import EmbeddedPostgres
    from maidinh.infrastructure.keys.signer import prepare_tokens

    environment = Environment()
    environment.home.prepare()
    prepare_tokens(environment.home)
    connections = Connections(environment.home, environment.database_url)
    connections.passwords  # noqa: B018 - made before the settings ask
    with ExitStack() as stack:
        server = EmbeddedPostgres(environment.home)
        server.start()
        stack.callback(server.stop)
        django.setup()
        prepare(connections)
        service = free_port()
        stack.enter_context(_process([sys.executable, "-m", "bench.answering", str(service)]))
        stack.enter_context(_process([sys.executable, "-m", "maidinh", "serve", "signer"]))
        reachable(service)
        yield Stand(home_path, connections.dsn("gateway"), service, *_published(environment, connections, service))


def _published(environment: Any, connections: Any, service: int) -> tuple[int, Callable[[bytes], bytes]]:
    from django.core.management import call_command
    from django.db import connections as opened
    from tests.exchange.world import KEYS, NOW, PORTAL

    from maidinh.exchange.directory.actions import publish_directory
    from maidinh.infrastructure.database.standing import as_role
    from maidinh.infrastructure.keys.client import SignerClient

    operator = SignerClient.for_caller(environment.home, "operator", patience=30)
    operator.create_many(KEYS)
    with as_role(connections, "owner"):
        for app in ("directory", "evidence"):
            call_command("migrate", app, verbosity=0, skip_checks=True)
    with as_role(connections, "web"):
        directory = _directory(operator.public, service)
        publish_directory(directory=directory, signer=operator, at=NOW - timedelta(hours=1))
    opened.close_all()
    return directory.serial, lambda message: operator.sign(f"caller:{PORTAL}", message)


def _directory(public: Callable[[str], str], service: int) -> Any:
    """The tests' directory, with a published interface to hold both messages against and fields to cut to."""
    from tests.exchange.world import ANYTHING, CONTRACTED, SERVICE, contract_for, directory_for

    fields = {"name": {"type": "string", "maxLength": 100}, "number": {"type": "string", "pattern": "^[0-9]{12}$"}}
    item = {"type": "object", "required": ["name", "number"], "properties": fields}
    listed = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": item}}}
    message = {"application/json": {"schema": listed}}
    operation = {
        "requestBody": {"required": True, "content": message},
        "responses": {"200": {"description": "Found.", "content": message}},
    }
    interface = {"openapi": "3.1.0", "info": {"title": "Bench", "version": "1.0.0"},
                 "paths": {"/searches": {"post": operation}}}  # fmt: skip
    url = f"http://127.0.0.1:{service}/base"
    offered = {"id": SERVICE, "url": url, "methods": ANYTHING, "timeout_seconds": 5, "openapi": interface}
    agreed = contract_for(SERVICE, methods=CONTRACTED, fields=["name", "number"], quota={"per_minute": 1_000_000},
                          breaker={"failures": 50, "pause_seconds": 5})  # fmt: skip
    return directory_for(public, service, services=[offered], contracts=[agreed])


@contextmanager
def _gateway(stand: Stand, step: str, processes: int) -> Iterator[tuple[int, list[int]]]:
    from maidinh.infrastructure.home import Home

    port = free_port()
    with ExitStack() as stack:
        pids = []
        for number in range(processes):
            home = Home(stand.home.parent / f"gateway-{step}-{number}")
            if not home.root.exists():
                home.prepare()
                home.public_keys.rmdir()
                home.public_keys.symlink_to(Home(stand.home).public_keys)
            command = [
                sys.executable,
                "-m",
                "bench.ladder",
                step,
                str(home.root),
                str(stand.home),
                stand.dsn,
                str(port),
            ]
            pids.append(stack.enter_context(_process(command)).pid)
        reachable(port, processes)
        time.sleep(1.0)
        yield port, pids


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(command, stdout=sys.stderr)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(20)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
