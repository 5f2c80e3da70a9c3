"""The gateway beside proxies that do less: what each step of an exchange costs, and what it adds at a fixed rate.

One machine, one run, the same service behind all; the gateway's own signer and database run beside. Peers (nginx,
HAProxy, Envoy, Caddy) forward (W0), and let through whose certificate is on a list (the part of W1 that they can do).
None of them knows callers by their signatures or contracts, checks messages, signs or writes evidence down.
"""

from __future__ import annotations

import hashlib
import json
import os
import ssl
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
from bench.certificates import Certificates, certificates_for
from bench.environment import measured
from bench.load import Result, paced, saturate
from bench.proxies import PROXIES, free_port, reachable
from bench.report import Report

ROUNDS, REQUESTS, RATE, PACED_SECONDS = 3, 3000, 100, 15
LEAST_RATE, MOST_ADDED_MS, LEAST_SHARE = 600, 15.0, 12  # of the issue: exchanges/s, ms at p99, nginx's share


@dataclass(frozen=True)
class Step:
    """What of the gateway runs: a rung of the ladder, in so many processes, with mutual TLS, with numbers and spans.

    Quota, circuit breaker and time-out belong to the contract, so they are in force from W3 on.
    """

    rung: str
    says: str
    processes: int = 1
    guarded: bool = False
    watched: bool = False


STEPS = {
    "W0": Step("W0", "forward"),
    "W1": Step("W1", "+ caller by its signed token, and contract"),
    "W1 TLS": Step("W1", "W0 + caller by its certificate, and contract", guarded=True),
    "W2": Step("W2", "+ schemas both ways"),
    "W3": Step("W3", "+ signatures"),
    "W4": Step("W4", "+ durable log before the answer"),
    "W4x2": Step("W4", "the same, two processes", 2),
    "W4 TLS": Step("W4", "W4 + mutual TLS", guarded=True),
    "W4 all": Step("W4", "W4 + mutual TLS, policies, metrics, spans", 1, guarded=True, watched=True),
    "W4x2 all": Step("W4", "the same, two processes", 2, guarded=True, watched=True),
}
OF_QUICK = ("W0", "W1", "W2", "W3", "W4", "W4x2", "W4x2 all")


def run(report: Report) -> None:
    """Measure in a process of its own, and tell."""
    found = measured(["-m", "bench.exchange", "quick" if report.quick else "whole"])
    if found is None:
        raise SystemExit("exchange: the bench fails; the message stands above")
    floor = found["proxies"].get("nginx")
    for name, step in found["steps"].items():
        bound = 1000 / LEAST_RATE if name == "W4x2" else None
        what = f"{name} {STEPS[name].says}: time for an exchange"
        peer = _times(floor) if floor else None
        report.row(
            what, _times(step), unit="ms", peer=peer, peer_name="nginx W0", bound=bound, note=_note_of(step, floor)
        )
    for kind, says in (("proxies", "W0"), ("guarded", "mutual TLS and a list of certificates")):
        for name, proxy in found[kind].items():
            report.row(f"{name}: time for an exchange ({says})", _times(proxy), unit="ms", note=_note_of(proxy, floor))
    if floor:
        share = median(floor["rates"]) / median(found["steps"]["W4x2"]["rates"])
        report.row("nginx's rate, of ours with the log (W4x2)", share, unit="times", bound=LEAST_SHARE)
        ours, theirs = found["paced"]["W4x2"], found["paced"]["nginx"]
        note = f"p50/p99 ours {ours['p50']:.1f}/{ours['p99']:.1f} ms, nginx {theirs['p50']:.1f}/{theirs['p99']:.1f} ms"
        added = ours["p99"] - theirs["p99"]
        report.row(f"added to nginx at {RATE}/s, p99", added, unit="ms", bound=MOST_ADDED_MS, note=note)


def _times(found: dict[str, Any]) -> list[float]:
    return [1000 / each for each in found["rates"]]


def _note_of(found: dict[str, Any], floor: dict[str, Any] | None) -> str:
    rate, who = median(found["rates"]), f"{found['processes']} process" + ("es" if found["processes"] > 1 else "")
    told = [f"{rate:,.0f}/s", who, f"{found['cpu']:.0f} µs of its processor each"]
    if floor and floor["cpu"] and found is not floor:
        told[-1] += f" ({found['cpu'] / floor['cpu']:.0f} times nginx W0)"
    if found["beside"] >= 1:
        told.append(f"signer and database {found['beside']:.0f} µs")
    return ", ".join([*told, f"p50/p99 {found['p50']:.0f}/{found['p99']:.0f} ms"])


@dataclass
class Stand:
    """What runs for the whole bench: service, database, signer, and a directory in force."""

    home: Path
    dsn: str
    service: int
    collector: int
    certificates: Certificates
    beside: list[int]  # the signer's and the database's processes
    sign: Callable[[bytes], bytes]


def main(size: str) -> dict[str, Any]:
    """Every step, then every peer, round after round; the JSON that run() tells."""
    quick = size == "quick"
    rounds, count, seconds = (1, 300, 2) if quick else (ROUNDS, REQUESTS, PACED_SECONDS)
    found: dict[str, Any] = {"steps": {}, "proxies": {}, "guarded": {}, "paced": {}}
    with tempfile.TemporaryDirectory(prefix="maidinh-bench-", dir="/tmp") as name, _stand(Path(name)) as stand:
        for turn in range(rounds):
            for step in OF_QUICK if quick else STEPS:
                _climb(stand, step, found, count, RATE * seconds if turn == 0 else 0)
            for proxy in () if quick else PROXIES:
                for kind in ("proxies", "guarded"):
                    _pass(stand, Path(name) / f"{proxy}-{kind}", proxy, kind, found, count, RATE * seconds * (not turn))
    return found


def _climb(stand: Stand, name: str, found: dict[str, Any], count: int, paced_count: int) -> None:
    """Measure one step of ours."""
    step = STEPS[name]
    with _gateway(stand, name) as (port, pids):
        secured, signed = stand.certificates.secured if step.guarded else None, name != "W1 TLS"
        saturate(port, _requests(stand, 100, signed=signed), secured=secured)
        if step.guarded and stand.certificates.lets_through(port, _requests(stand, 1, signed=signed)[0]):
            raise SystemExit(f"{name} answers somebody who is not declared")
        measured_now = _measured(pids, stand.beside, port, _requests(stand, count, signed=signed), secured)
        _note(found["steps"], name, step.processes, *measured_now)
        if paced_count and name == "W4x2":
            found["paced"][name] = _figures(paced(port, _requests(stand, paced_count), rate=RATE))


def _pass(stand: Stand, place: Path, name: str, kind: str, found: dict[str, Any], count: int, paced_count: int) -> None:
    """Measure one proxy, as it forwards or with mutual TLS and a list."""
    certificates = stand.certificates if kind == "guarded" else None
    with PROXIES[name](place, stand.service, certificates) as running:
        if running is None:
            return
        port, pids = running
        secured, plain = certificates.secured if certificates else None, [_plain(port)] * count
        saturate(port, plain[:100], secured=secured)
        if certificates and certificates.lets_through(port, _plain(port)):
            raise SystemExit(f"{name} answers somebody who is not on its list")
        _note(found[kind], name, 1, *_measured(pids, [], port, plain, secured))
        if paced_count and kind == "proxies":
            found["paced"][name] = _figures(paced(port, [_plain(port)] * paced_count, rate=RATE))


def _measured(
    pids: list[int], beside: list[int], port: int, requests: list[bytes], secured: ssl.SSLContext | None
) -> tuple[Result, float, float]:
    """The result, and the microseconds of processor for each request: its own processes', those beside."""
    spent: list[tuple[float, float]] = []

    def look() -> None:
        spent.append((sum(map(_cpu, pids)), sum(map(_cpu, beside))))

    result = saturate(port, requests, secured=secured, begins=look)
    look()
    if result.failed:
        raise SystemExit(f"{len(result.failed)} of {len(requests)} failed: {result.failed[0]}")
    before, after = spent
    own, others = ((now - then) / len(requests) * 1e6 for now, then in zip(after, before, strict=True))
    return result, own, others


def _cpu(pid: int) -> float:
    """Seconds of processor of a process and its children that run."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(_cpu(int(each)) for each in below)


def _note(found: dict[str, Any], name: str, processes: int, result: Result, cpu: float, beside: float) -> None:
    held = found.setdefault(name, {"rates": [], "processes": processes, "cpus": [], "others": []})
    held["rates"].append(result.rate)
    held["cpus"].append(cpu)
    held["others"].append(beside)
    held |= {"cpu": median(held["cpus"]), "beside": median(held["others"])} | _figures(result)
    print(f"{name}: {result.rate:.0f}/s, {cpu:.0f} µs, beside {beside:.0f} µs", file=sys.stderr, flush=True)


def _figures(result: Result) -> dict[str, float]:
    if result.failed:
        raise SystemExit(f"{len(result.failed)} failed: {result.failed[0]}")
    return {"p50": result.at(0.5), "p99": result.at(0.99)}


def _plain(port: int) -> bytes:
    head = f"POST /base/searches HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def _requests(stand: Stand, count: int, *, signed: bool = True) -> list[bytes]:
    """Calls that were never made before, each with a token of its own unless a certificate says who calls."""
    from tests.exchange.world import INSTANCE, NOW, PORTAL, SERVICE

    from maidinh.exchange import jws
    from maidinh.exchange.client.calls import KIND

    target, moment = f"/r1/{SERVICE}/searches", int(NOW.timestamp())
    digest = jws.base64url(hashlib.sha256(BODY).digest())
    made = []
    for _ in range(count):
        claims = {"iss": PORTAL, "aud": INSTANCE, "iat": moment, "exp": moment + 3600, "jti": str(uuid.uuid4()),
                  "htm": "POST", "htu": target, "bsh": digest}  # fmt: skip
        text, credential = jws.signing_input(jws.header(f"caller:{PORTAL}", KIND), jws.canonical_json(claims)), ""
        if signed:
            credential = f"Authorization: Bearer {jws.compact(text, stand.sign(text))}\r\n"
        head = (
            f"POST {target} HTTP/1.1\r\nHost: localhost\r\nX-Road-Client: {PORTAL}\r\n{credential}"
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
        service, collector = free_port(), free_port()
        for port in (service, collector):
            stack.enter_context(_process([sys.executable, "-m", "bench.answering", str(port)]))
            reachable(port)
        signer = stack.enter_context(_process([sys.executable, "-m", "maidinh", "serve", "signer"]))
        sign = _published(environment, connections, service)
        certificates = certificates_for(place / "certificates", _callers_key(environment.home))
        beside = [signer.pid, server.postmaster.pid() or 0]
        yield Stand(home_path, connections.dsn("gateway"), service, collector, certificates, beside, sign)


def _callers_key(home: Any) -> Path:
    from tests.exchange.world import PORTAL

    from maidinh.infrastructure.keys.identifiers import file_stem

    path: Path = home.private_keys / f"{file_stem(f'caller:{PORTAL}')}.pem"
    return path


def _published(environment: Any, connections: Any, service: int) -> Callable[[bytes], bytes]:
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
    return lambda message: operator.sign(f"caller:{PORTAL}", message)


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
    policies = {"quota": {"per_minute": 1_000_000}, "breaker": {"failures": 50, "pause_seconds": 5}}
    agreed = contract_for(SERVICE, timeout_seconds=4, methods=CONTRACTED, fields=["name", "number"], **policies)
    return directory_for(public, service, services=[offered], contracts=[agreed])


@contextmanager
def _gateway(stand: Stand, name: str) -> Iterator[tuple[int, list[int]]]:
    from maidinh.infrastructure.home import Home

    step, port = STEPS[name], free_port(1)
    more = ["--certificates", str(stand.certificates.folder)] if step.guarded else []
    if step.watched:
        more += ["--collector", f"http://127.0.0.1:{stand.collector}/v1/traces"]
    with ExitStack() as stack:
        pids = []
        for number in range(step.processes):
            home = Home(stand.home.parent / f"gateway-{name.replace(' ', '-')}-{number}")
            if not home.root.exists():
                home.prepare()
                home.public_keys.rmdir()
                home.public_keys.symlink_to(Home(stand.home).public_keys)
            given = [step.rung, str(home.root), str(stand.home), stand.dsn, str(port), *more]
            pids.append(stack.enter_context(_process([sys.executable, "-m", "bench.ladder", *given])).pid)
        reachable(port + step.guarded, step.processes)
        time.sleep(1.0)
        yield port + step.guarded, pids


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
