"""`maidinh doctor` names what is wrong with an installation, and the mend; looking changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from maidinh.config.diagnosis import (
    examine,
    examine_definitions,
    examine_keys,
    examine_modes,
    examine_ports,
    examine_process,
    examine_python,
    examine_tokens,
    prepared,
    province_of,
)
from maidinh.config.diagnosis_database import examine_database, examine_tables, migrations_of_this_release
from maidinh.config.environment import Environment
from maidinh.config.finding import Finding
from maidinh.config.processes import free_ports
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.signer import prepare_tokens

pytestmark = pytest.mark.slow


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the account `nobody` can reach; pytest's own are shut to other users."""
    folder = Path(tempfile.mkdtemp(prefix="maidinh-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def environment(data: Path, **more: Any) -> Environment:
    web, gateway, services = free_ports(3)
    ports = {"port": web, "gateway_port": gateway, "services_port": services}
    return Environment(data=data, **({"database_url": None} | ports | more))


def by_name(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def told(finding: Finding) -> str:
    return f"{finding.found} {finding.mend}".format_map(finding.facts)


def doctor(data: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    place = ["--data", str(data), "--port", str(free_ports(1)[0])]
    command = [sys.executable, "-m", "maidinh", "doctor", *place, *options]
    given = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def test_a_fresh_machine_is_told_how_to_begin_and_nothing_is_made(place: Path, at: datetime) -> None:
    found = by_name(examine(environment(place / "home"), at=at))
    assert found["data"].state == "warning"
    assert "maidinh demo" in told(found["data"])
    assert {name for name, finding in found.items() if finding.state != "ok"} == {"data"}
    assert "database" not in found
    assert list(place.iterdir()) == []


def test_a_folder_of_something_else_is_not_called_an_installation(place: Path, at: datetime) -> None:
    (place / "home").mkdir()
    (place / "home/letter.txt").write_text("x")
    found = by_name(examine(environment(place / "home"), at=at))
    assert "holds no installation" in told(found["data"])
    assert [path.name for path in (place / "home").iterdir()] == ["letter.txt"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_elses_installation_is_named_and_left_alone(place: Path, at: datetime) -> None:
    home = Home(place / "home")
    home.prepare()
    prepare_tokens(home)
    given = environment(home.root)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(65534, 65534, 65534)
            found = by_name(examine(given, at=at))
            os.write(writing, f"{found['data'].state} {told(found['data'])} {'tokens' in found}".encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    answer = os.read(reading, 4096).decode()
    os.close(reading)
    os.close(writing)
    assert answer.startswith("wrong ")
    assert "belongs to the user number 0, and you are 65534" in answer
    assert answer.endswith("False")


def test_what_is_open_to_others_is_named_with_its_mend(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    prepare_tokens(home)
    assert [finding.state for finding in examine_modes(home)] == ["ok"]
    home.secrets.chmod(0o755)
    token = home.secrets / "signer-web.token"
    token.chmod(0o644)
    found = list(examine_modes(home))
    assert [finding.state for finding in found] == ["wrong", "wrong"]
    assert f"chmod go= {home.secrets}" in told(found[0])
    assert f"{token} has the mode 0644" in told(found[1])


def test_wrong_definitions_are_named_by_file_and_line(place: Path) -> None:
    root = place / "definitions"
    shutil.copytree(definitions_root(), root)
    roles = root / "national/roles.yaml"
    roles.write_text(roles.read_text("utf-8").replace("permissions:", "permisions:", 1), "utf-8")
    [(finding, province)] = examine_definitions(environment(place / "home", definitions=root))
    assert (finding.state, province) == ("wrong", None)
    assert f"{roles}:" in told(finding)


def test_an_unknown_province_is_told_which_there_are(place: Path) -> None:
    [(finding, _)] = examine_definitions(environment(place / "home", province="nowhere"))
    assert finding.state == "wrong"
    assert "ninh-thuan" in told(finding)


def test_a_database_that_does_not_run(place: Path, at: datetime) -> None:
    home = Home(place / "home")
    home.prepare()
    stopped = by_name(examine_database(environment(home.root), at=at, running=False))["database"]
    gone = by_name(examine_database(environment(home.root), at=at, running=True))["database"]
    assert (stopped.state, gone.state) == ("warning", "wrong")
    assert str(home.output / "postgres.log") in told(gone)


def test_a_server_that_nobody_answers_at(place: Path, at: datetime) -> None:
    home = Home(place / "home")
    home.prepare()
    address = f"postgresql://admin:secret-word@127.0.0.1:{free_ports(1)[0]}/postgres"
    given = environment(home.root, database_url=address)
    assert "passwords" in told(by_name(examine_database(given, at=at, running=False))["database"])
    Connections(home, address).passwords  # noqa: B018
    finding = by_name(examine_database(given, at=at, running=False))["database"]
    assert finding.state == "wrong"
    assert "DATABASE_URL" in told(finding)
    assert "secret-word" not in told(finding)


def test_half_a_database(place: Path, at: datetime) -> None:
    home = Home(place / "home")
    home.prepare()
    data = home.postgres / "data"
    data.mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(data, 65534, 65534)
    finding = by_name(examine_database(environment(home.root), at=at, running=False))["database"]
    assert finding.state == "wrong"
    assert "not a whole database" in told(finding)


def connect(role: str) -> psycopg.Connection[Any]:
    from django.conf import settings

    return psycopg.connect(settings.CONNECTIONS.dsn(role), autocommit=True)


def test_a_prepared_database_is_in_order(at: datetime) -> None:
    found = by_name(examine_tables(connect, Environment(), at + timedelta(seconds=1)))
    assert {name: finding.state for name, finding in found.items()} == dict.fromkeys(
        ("database", "schema", "directory", "evidence", "log", "time-stamps", "national"), "ok"
    )


def test_a_directory_on_its_way_out_and_one_gone(at: datetime) -> None:
    days = Environment().directory_days
    for later, state in ((timedelta(days=days - 1), "warning"), (timedelta(days=days), "wrong")):
        assert by_name(examine_tables(connect, Environment(), at + later))["directory"].state == state


INTENT = (
    "INSERT INTO evidence_intent (id, client, jti, x_road_id, service, contract, serial, request_hash,"
    " consumer_agency, provider_agency, received_at)"
    " VALUES (gen_random_uuid(), 'c', %s, 'x', 's', 'k', 1, 'h', 'A', 'B', %s)"
)


def test_calls_that_were_never_recorded_as_ended_are_counted(own_database: str, at: datetime) -> None:
    with connect("gateway") as gateway:
        for number in range(2):
            gateway.execute(INTENT, [str(number), at + timedelta(seconds=number)])
    in_flight = at + timedelta(seconds=Environment().gateway_timeout)
    assert by_name(examine_tables(connect, Environment(), in_flight))["evidence"].state == "ok"
    finding = by_name(examine_tables(connect, Environment(), at + timedelta(hours=1)))["evidence"]
    assert finding.state == "warning"
    assert "2 calls were forwarded and never recorded as ended" in told(finding)
    assert f"{at:%Y-%m-%d}" in told(finding)


def test_entries_that_wait_longer_than_promised(at: datetime) -> None:
    late = at + timedelta(seconds=Environment().log_promise + 1)
    finding = by_name(examine_tables(connect, Environment(), late))["log"]
    assert finding.state == "wrong"
    assert "worker.log" in told(finding)


def test_a_log_that_nobody_stamps_any_more_is_told(own_database: str, at: datetime) -> None:
    state = "INSERT INTO translog_checkpoint (origin, size, root, note, at) VALUES ('o', %s, '', '', %s)"
    stamp = "INSERT INTO translog_timestamp (origin, size, authority, response, at) VALUES ('o', %s, 'u', '', %s)"

    def found(later: timedelta) -> Finding:
        return by_name(examine_tables(connect, Environment(), at + later))["time-stamps"]

    with connect("sequencer") as sequencer, connect("worker") as worker:
        sequencer.execute(state, [1, at])
        assert found(timedelta(minutes=4)).state == "ok"
        assert found(timedelta(minutes=6)).state == "warning"
        assert Environment().services_url in told(found(timedelta(minutes=6)))
        worker.execute(stamp, [1, at + timedelta(minutes=7)])
        assert found(timedelta(days=9)).state == "ok"
        sequencer.execute(state, [2, at + timedelta(days=9)])
        late = found(timedelta(days=10))
        assert (late.state, f"{at:%Y-%m-%d}" in told(late)) == ("warning", True)


def test_tables_of_an_earlier_and_of_a_later_release(own_database: str, at: datetime) -> None:
    with connect("owner") as owner:
        owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('dossiers', '9999_later', now())")
    later = by_name(examine_tables(connect, Environment(), at))["schema"]
    with connect("owner") as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'dossiers' AND name = '0001_initial'")
    earlier = by_name(examine_tables(connect, Environment(), at))
    assert later.state == "wrong"
    assert "9999_later" in told(later)
    assert "dossiers 0001_initial" in told(earlier["schema"])
    assert "directory" not in earlier


def test_the_steps_of_the_schema_are_those_django_knows() -> None:
    from django.db.migrations.loader import MigrationLoader

    known = {(app, name) for app, name in MigrationLoader(None).disk_migrations if app != "sessions"}
    assert migrations_of_this_release() == known


def test_keys_that_are_lost_and_keys_not_made_yet(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    [finding] = examine_keys(home, "lao-cai")
    assert "log:lao-cai" in told(finding)
    for kind in ("log", "promise", "architecture"):
        (home.public_keys / f"{kind}@lao-cai.pem").write_text("public")
    assert province_of(home) == "lao-cai"
    [finding] = examine_keys(home, "lao-cai")
    assert finding.state == "wrong"
    assert "backup" in told(finding)
    for kind in ("log", "promise", "architecture"):
        (home.private_keys / f"{kind}@lao-cai.pem").write_text("private")
    assert [finding.state for finding in examine_keys(home, "lao-cai")] == ["ok"]


def test_a_port_that_another_program_has(place: Path) -> None:
    given = environment(place / "home")
    assert examine_ports(given).state == "ok"
    with socket.socket() as other:
        other.bind((given.gateway_host, given.gateway_port))
        other.listen()
        finding = examine_ports(given)
    assert finding.state == "wrong"
    assert "MAIDINH_GATEWAY_PORT" in told(finding)


def test_a_process_that_is_degraded_says_how(place: Path) -> None:
    home = Home(place)
    assert examine_process("web", {"status": "ok"}, home).state == "ok"
    silent = examine_process("gateway", None, home)
    degraded = examine_process("gateway", {"status": "degraded", "database": False}, home)
    assert (silent.state, degraded.state) == ("wrong", "wrong")
    assert '"database": false' in told(degraded)


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_: object) -> None:
        pass


def test_a_stranger_on_our_port_is_not_taken_for_ours(place: Path, at: datetime) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Stranger)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        given = Environment(data=place / "home", port=server.server_port, gateway_port=free_ports(1)[0])
        found = by_name(examine(given, at=at))
    finally:
        server.shutdown()
        server.server_close()
        with suppress(RuntimeError):
            thread.join(5)
    assert found["ports"].state == "wrong"


def test_an_old_python() -> None:
    assert examine_python((3, 10)).state == "wrong"
    assert examine_python((3, 12)).state == "ok"


def test_the_command_answers_people_and_machines(place: Path) -> None:
    people = doctor(place / "home")
    assert people.returncode == 1
    assert "-> Start it: maidinh up" in people.stdout
    machines = doctor(place / "home", "--json")
    answer = json.loads(machines.stdout)
    assert machines.returncode == 1
    assert answer["data"] == str(place / "home")
    assert {finding["name"] for finding in answer["findings"] if finding["state"] != "ok"} == {"data"}
    assert all(set(finding) == {"name", "state", "found", "mend"} for finding in answer["findings"])


def test_settings_that_cannot_be_read_are_named(place: Path) -> None:
    answer = doctor(place / "home", MAIDINH_UPLOAD_LIMIT="much")
    assert answer.returncode == 3
    assert "MAIDINH_UPLOAD_LIMIT" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_token_that_is_missing(place: Path) -> None:
    home = Home(place / "home")
    home.prepare()
    assert not prepared(home)
    prepare_tokens(home)
    assert examine_tokens(home).state == "ok"
    (home.secrets / "signer-gateway.token").unlink()
    assert prepared(home)
    assert "gateway" in told(examine_tokens(home))
