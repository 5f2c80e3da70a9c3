"""Differences put into traffic by a published seed: what is found, what is missed, and how soon the worker finds it.

The worker is the real one, on a database of its own; the naive watch beside it reads everything again each round.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.edges import READ, SEED, Call, Scene, operations, scene, traps
from bench.environment import measured
from bench.report import Report

PROVINCE, INSTANCE = "lao-cai", "VN-H38"
EDGES, EXCHANGES = 200, 20_000
HISTORY = 200_000  # exchanges of the days before, all as declared: what a watch must not read again each round
PART = 10_000
WITHIN = 60.0  # seconds from the traffic to the finding
STRETCHES = 20  # the traffic comes in so many parts, one after the other
ROUNDS = 7
LONG_AGO = timedelta(days=100)


def run(report: Report) -> None:
    """Measure the comparison alone, then the worker on a database, in processes of their own."""
    scale = 5 if report.quick else 1
    report.say(f"seed {SEED}")
    alone = _child("alone", scale)
    size = f"{alone['edges']} differences of {alone['kinds']} kinds among {alone['exchanges']} exchanges, seed {SEED}"
    report.row("comparison alone: found and not put in", alone["excess"], unit="findings", bound=0, note=size)
    report.row("comparison alone: put in and not found", alone["missed"], unit="findings", bound=0,
               note=f"{alone['traps']} exchanges only look wrong")  # fmt: skip
    live = _child("live", scale)
    precision, recall = live["precision"], live["recall"]
    report.row("worker: found and not put in", live["excess"], unit="findings", bound=0,
               note=f"precision {precision:.3f}")  # fmt: skip
    report.row("worker: put in and not found", live["missed"], unit="findings", bound=0, note=f"recall {recall:.3f}")
    report.row("from the traffic to its finding", live["seconds"], unit="s", note=f"{len(live['seconds'])} findings")
    report.row("the slowest of them", max(live["seconds"], default=WITHIN * 2), unit="s", bound=WITHIN)
    report.row("a round after one more exchange", live["ours"], unit="ms", peer=live["naive"],
               peer_name="all read again", note=f"{live['exchanges']} exchanges kept")  # fmt: skip


def _child(task: str, scale: int) -> dict[str, Any]:
    found = measured(["-m", "bench.observation", task, str(scale)])
    if found is None:
        raise SystemExit(f"observation: {task} fails; the message stands above")
    return found


def sized(scale: int, agencies: Sequence[str], today: date) -> Scene:
    """The scene that is measured, or a fraction of it."""
    return scene(
        edges=EDGES // scale, exchanges=EXCHANGES // scale, instance=INSTANCE, agencies=agencies, today=today,
        province=PROVINCE,
    )  # fmt: skip


def alone(scale: int) -> dict[str, Any]:
    """The comparison without a database."""
    from maidinh.governance.observation.declared import declared
    from maidinh.governance.observation.definition import read_observation_terms
    from maidinh.governance.observation.differing import Moment, differing
    from maidinh.infrastructure.definitions.locating import definitions_root

    at = datetime.now(UTC)
    made = sized(scale, [f"H38.{number}" for number in range(1, 9)], at.date())
    term = read_observation_terms(definitions_root() / "national").on(at.date())
    if term is None:
        raise SystemExit("the definitions have no terms of watching")
    moment = Moment(at, term, at - LONG_AGO)
    found = differing(declared(made.model, INSTANCE), operations(made.calls, at), moment, made.served)
    return _compared(made, {(each.kind, each.subject) for each in found}) | {
        "edges": len(made.expected), "kinds": len({kind for kind, _ in made.expected}), "exchanges": len(made.calls),
        "traps": len(list(traps(made.calls))),
    }  # fmt: skip


def _compared(made: Scene, found: set[tuple[str, str]]) -> dict[str, Any]:
    right = len(found & made.expected)
    return {
        "excess": len(found - made.expected), "missed": len(made.expected - found),
        "precision": right / len(found) if found else 0.0, "recall": right / len(made.expected),
    }  # fmt: skip


def live(scale: int) -> dict[str, Any]:
    """The worker on a database: the version comes into force, then the traffic."""
    with tempfile.TemporaryDirectory(prefix="maidinh-bench-", dir="/tmp") as name, _installation(Path(name) / "home"):
        from django.conf import settings

        agencies = [each.code for each in _organisations().agencies][:12]
        made = sized(scale, agencies, datetime.now(UTC).date())
        standing_since = _in_force(made)
        history = _remembered(made.calls, HISTORY // scale, settings.CONNECTIONS)
        with _running("worker"):
            written = _written(made.calls, settings.CONNECTIONS)
            found = _awaited(made, settings.CONNECTIONS)
        seconds = [
            (found_at - written.get(subject, standing_since)).total_seconds()
            for subject, found_at in found.items()
            if subject in made.expected
        ]
        return (
            _compared(made, set(found)) | {"seconds": seconds, "exchanges": len(made.calls) + history} | _rounds(made)
        )


@contextmanager
def _installation(home: Path) -> Iterator[None]:
    home.parent.chmod(0o711)  # the database's own account looks for its socket below
    os.environ |= {
        "MAIDINH_DATA": str(home), "MAIDINH_PROVINCE": PROVINCE, "MAIDINH_PROCESS": "web",
        "DJANGO_SETTINGS_MODULE": "maidinh.config.settings", "MAIDINH_SERVICES_PORT": str(_free_port()),
        "MAIDINH_GATEWAY_PORT": str(_free_port()), "MAIDINH_PORT": str(_free_port()),
    }  # fmt: skip
    os.environ.pop("DATABASE_URL", None)
    import django

    from maidinh.config.environment import Environment
    from maidinh.infrastructure.database.connections import Connections
    from maidinh.infrastructure.database.embedded import EmbeddedPostgres
    from maidinh.infrastructure.keys.signer import prepare_tokens

    environment = Environment()
    environment.home.prepare()
    prepare_tokens(environment.home)
    Connections(environment.home, environment.database_url).passwords  # noqa: B018 - made before the settings ask
    django.setup()
    from django.conf import settings
    from django.db import connections

    from maidinh.config.preparation import prepare_installation
    from maidinh.config.provinces import read_province

    server = EmbeddedPostgres(settings.MAIDINH.home)
    server.start()
    try:
        with _running("signer"):
            at = datetime.now(UTC) - LONG_AGO - timedelta(days=1)
            prepare_installation(settings.MAIDINH, settings.CONNECTIONS, read_province(PROVINCE), at)
            yield
    finally:
        connections.close_all()
        server.stop()


@contextmanager
def _running(process: str) -> Iterator[None]:
    command = [sys.executable, "-m", "maidinh", "serve", process]
    started = subprocess.Popen(command, stdout=sys.stderr, env=os.environ | {"MAIDINH_PROCESS": process})
    try:
        yield
    finally:
        started.terminate()
        started.wait(20)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _organisations() -> Any:
    from maidinh.governance.architecture.queries import declared_organisations

    return declared_organisations()


def _procedures() -> list[str]:
    from maidinh.services.procedures.queries import offered

    return [each.code for each in offered()]


def _in_force(made: Scene) -> datetime:
    """Publish the version, as of long ago; returns when it is there. The portal offers what is meant to be served."""
    from django.conf import settings

    from maidinh.config.provinces import read_province
    from maidinh.governance.architecture.actions import draft_version, publish_version
    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.database.standing import as_role
    from maidinh.infrastructure.identity.queries import actor_of_official, official

    province, at = read_province(PROVINCE), datetime.now(UTC) - LONG_AGO
    author, approver = (
        actor_of_official(official(province.official_with(each).id))
        for each in ("architecture.draft", "architecture.publish")
    )
    model = _served(made)
    with as_role(settings.CONNECTIONS, "web"):
        with acting(agencies=author.agencies):
            row = draft_version(actor=author, version=model, organisations=_organisations(), at=at)
        with acting(agencies=approver.agencies):
            publish_version(actor=approver, version_id=row.pk, at=at, signer=settings.SIGNER)
    return datetime.now(UTC)


def _served(made: Scene) -> Any:
    """The version with the portal's own procedures in the place of those that are served, for it is the real one."""
    offered = set(_procedures())
    codes = iter(sorted(offered))
    elements = []
    for each in made.model.elements:
        code = each.id.removeprefix("service-")
        if each.kind == "public-service" and code in made.served:
            own = next(codes, None)
            if own is None:
                continue
            elements.append(each.model_copy(update={"id": f"service-{own}"}))
        else:
            elements.append(each)
    return made.model.model_copy(update={"elements": elements})


def _remembered(calls: Sequence[Call], number: int, installation: Any) -> int:
    """Commit exchanges of ten days ago, all as declared, in a few statements."""
    from django.db import connection

    from maidinh.infrastructure.database.standing import as_role

    plain = (each for each in calls if each == Call(each.client, each.service, contract=each.contract))
    usual = list(dict.fromkeys(plain))
    with as_role(installation, "gateway"), connection.cursor() as cursor:
        for _ in range(0, number, PART):
            cursor.execute(
                "INSERT INTO evidence_exchange (id, x_road_id, client, authenticated, service, method, path, outcome,"
                " reason, contract, serial, request_hash, response_hash, request_size, response_size, started_at,"
                " finished_at, consumer_agency, provider_agency, zone, protocol, represented,"
                " request_verdict, response_verdict, cut, record, signatures, salt)"
                " SELECT gen_random_uuid(), 'bench', (%(clients)s::text[])[1 + n %% %(kinds)s], true,"
                " (%(services)s::text[])[1 + n %% %(kinds)s], 'GET', %(path)s, 'allowed', '',"
                " (%(contracts)s::text[])[1 + n %% %(kinds)s], 1, '', '', 0, 0, %(at)s, %(at)s, '', '', 'tslcd',"
                " 'rest', '', '', '', 0, '{}', '[]'::jsonb, ''::bytea FROM generate_series(1, %(number)s) AS n",
                {
                    "clients": [each.client for each in usual], "services": [each.service for each in usual],
                    "contracts": [each.contract for each in usual], "kinds": len(usual), "path": READ["path"],
                    "at": datetime.now(UTC) - timedelta(days=10), "number": PART,
                },
            )  # fmt: skip
    return number


def _written(calls: Sequence[Call], installation: Any) -> dict[tuple[str, str], datetime]:
    """Commit the traffic as the gateway does, in parts; returns when each difference was last in it."""
    from maidinh.exchange.evidence.models import Exchange
    from maidinh.infrastructure.database.standing import as_role

    last: dict[tuple[str, str], datetime] = {}
    size = max(1, len(calls) // STRETCHES)
    with as_role(installation, "gateway"):
        for begin in range(0, len(calls), size):
            part, at = calls[begin : begin + size], datetime.now(UTC)
            Exchange.objects.bulk_create([_exchange(each, at) for each in part], batch_size=1000)
            last |= {each.of: at for each in part if each.of is not None}
            time.sleep(0.2)
    return last


def _exchange(call: Call, at: datetime) -> Any:
    from maidinh.exchange.evidence.models import Exchange

    return Exchange(
        id=uuid.uuid4(), x_road_id="bench", client=call.client, service=call.service, method=call.method,
        path=call.path, outcome=call.outcome, reason=call.reason, zone=call.zone, authenticated=call.authenticated,
        contract=call.contract, serial=1, request_size=0, response_size=0, cut=0, protocol="rest", started_at=at,
        finished_at=at, record="{}", signatures=[], salt=b"",
    )  # fmt: skip


def _awaited(made: Scene, installation: Any) -> dict[tuple[str, str], datetime]:
    """The findings and when each was found, once all are there or the time for it is past; then one more round."""
    from maidinh.governance.observation.models import Finding
    from maidinh.infrastructure.database.standing import as_role

    def found() -> dict[tuple[str, str], datetime]:
        kept = Finding.objects.filter(gone_at__isnull=True, version=made.model.version)
        return {(kind, subject): at for kind, subject, at in kept.values_list("kind", "subject", "found_at")}

    deadline = time.monotonic() + WITHIN
    with as_role(installation, "worker"):
        while not made.expected <= set(found()) and time.monotonic() < deadline:
            time.sleep(0.25)
        time.sleep(12)  # two rounds in which something may be found that was not put in
        return found()


def _rounds(made: Scene) -> dict[str, list[float]]:
    """How long a round takes after one more exchange: ours, and one that reads everything again."""
    from django.conf import settings
    from django.db import transaction

    from maidinh.exchange.evidence.queries import observed_operations
    from maidinh.governance.architecture.queries import current_version
    from maidinh.governance.observation.actions.watching import keep, watch_traffic
    from maidinh.governance.observation.differing import Moment, differing
    from maidinh.governance.observation.queries import contracts_since, declared_by, observation_terms
    from maidinh.infrastructure.database.standing import as_role

    call, taken = next(each for each in made.calls if each.of is None), {"ours": [], "naive": []}
    later = datetime.now(UTC) + timedelta(minutes=30)
    served = _procedures()
    with as_role(settings.CONNECTIONS, "worker"):
        watch_traffic(at=later, served_procedures=served)  # what is old is settled
        for number in range(ROUNDS):
            at = later + timedelta(seconds=number)
            with as_role(settings.CONNECTIONS, "gateway"):
                _exchange(call, at).save(force_insert=True)
            begun = time.perf_counter()
            watch_traffic(at=at, served_procedures=served)
            taken["ours"].append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            version, term = current_version(), observation_terms().on(at.date())
            if version is None or term is None:
                raise SystemExit("no version is in force")
            moment = Moment(at, term, version.published_at or at, contracts_since(version))
            everything = observed_operations(at - timedelta(days=term.kept_days))
            with transaction.atomic():
                keep(differing(declared_by(version), everything, moment, served), version, {}, at)
            taken["naive"].append((time.perf_counter() - begun) * 1000)
    return taken


if __name__ == "__main__":
    print(json.dumps({"alone": alone, "live": live}[sys.argv[1]](int(sys.argv[2]))))
