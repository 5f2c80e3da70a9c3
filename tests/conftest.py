"""What every test can have: one server and one prepared database for the run, cloned for each worker process.

`DATABASE_URL` takes any PostgreSQL; unset, the embedded one is started in a temporary place. The database is real and
its roles too: a test acts as the web role unless it says otherwise.
"""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

PROVINCE = "lao-cai"
WORTH_KEEPING = 1000  # characters of YAML; what tests make up themselves is shorter, and there is very much of it
NOW = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)  # a Wednesday, 09:30 at the counter


WORKER = os.environ.get("PYTEST_XDIST_WORKER")
os.environ["DJANGO_SETTINGS_MODULE"] = "maidinh.config.settings"
os.environ["MAIDINH_PROCESS"] = "web"
if WORKER is None:
    PLACE = Path(tempfile.mkdtemp(prefix="maidinh-tests-", dir="/tmp"))
    PLACE.chmod(0o711)
    os.environ["MAIDINH_DATA"] = str(PLACE / "home")
    os.environ["MAIDINH_PROVINCE"] = PROVINCE
    os.environ["MAIDINH_DATABASE_NAME"] = os.environ["MAIDINH_TEST_TEMPLATE"] = f"maidinh_test_{os.getpid()}"
    for name in [
        name for name in os.environ if name.startswith("MAIDINH_") and name.endswith(("_PORT", "_DEFINITIONS"))
    ]:
        del os.environ[name]
else:
    os.environ["MAIDINH_DATABASE_NAME"] = f"{os.environ['MAIDINH_TEST_TEMPLATE']}_{WORKER}"

import django  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from maidinh.config.environment import Environment  # noqa: E402
from maidinh.infrastructure.database.connections import Connections  # noqa: E402
from maidinh.infrastructure.definitions import reading  # noqa: E402
from maidinh.infrastructure.definitions.collection import uncollected  # noqa: E402
from maidinh.infrastructure.keys.signer import prepare_tokens  # noqa: E402

Environment().home.prepare()
prepare_tokens(Environment().home)
Connections(Environment().home, Environment().database_url).passwords  # noqa: B018 - made before the settings ask for them
django.setup()
# The same examples in every run; HYPOTHESIS_PROFILE=search looks for new ones and prints how to repeat what it finds.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None)
hypothesis_settings.register_profile("search", deadline=None, max_examples=500, print_blob=True)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def _read_once() -> None:
    """Each text of YAML is parsed once in a process and made anew from that: tests read the same definitions again and
    again, and reading took a third of the run. What can't be read is refused anew each time."""
    read, known = reading.parse_yaml, {}

    def parse_yaml(text: str, path: Path) -> tuple[Any, dict[Any, int]]:
        if len(text) < WORTH_KEEPING:
            return read(text, path)
        kept = known.get(text)
        if kept is None:
            kept = known[text] = pickle.dumps(read(text, path), pickle.HIGHEST_PROTOCOL)
        with uncollected():
            return pickle.loads(kept)

    reading.parse_yaml = parse_yaml


_read_once()


class Run:
    """The server and the signer of this test run; made by the process that starts the workers."""

    def __init__(self) -> None:
        self.server: Any = None
        self.signer: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        from django.conf import settings

        from maidinh.config.preparation import prepare_installation
        from maidinh.config.provinces import read_province
        from maidinh.infrastructure.database import embedded

        if settings.MAIDINH.database_url is None:
            self.server = embedded.EmbeddedPostgres(settings.MAIDINH.home)
            # These databases end with the run, and no test cuts the power; the tests of the server start their own.
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(embedded, "ENFORCED", embedded.ENFORCED | {"fsync": "off", "full_page_writes": "off"})
                self.server.start()
        self.signer = subprocess.Popen([sys.executable, "-m", "maidinh", "serve", "signer"])
        prepare_installation(settings.MAIDINH, settings.CONNECTIONS, read_province(PROVINCE), NOW)

    def stop(self) -> None:
        from django.conf import settings
        from django.db import connections

        from maidinh.infrastructure.database.roles import drop_database

        connections.close_all()
        if self.signer is not None:
            self.signer.terminate()
            self.signer.wait(10)
        if self.server is not None:
            self.server.stop()
        elif settings.MAIDINH.database_url is not None:
            for name in (settings.CONNECTIONS.database, os.environ["MAIDINH_TEST_TEMPLATE"]):
                drop_database(settings.CONNECTIONS.admin_dsn, name)
        shutil.rmtree(PLACE, ignore_errors=True)


RUN: Run | None = None


def pytest_configure(config: pytest.Config) -> None:
    global RUN  # noqa: PLW0603 - made here, stopped by the next hook
    template = os.environ["MAIDINH_TEST_TEMPLATE"]
    if WORKER is None:
        RUN = Run()
        try:
            RUN.start()
        except BaseException:
            RUN.stop()
            raise
        if config.getoption("numprocesses", None):
            return
        _clone(template, f"{template}_main")
        _connect_to(f"{template}_main")
    else:
        _clone(template, f"{template}_{WORKER}")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no case: a time or a signature in them would let the workers collect different tests."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """Modules and collected tests live to the end of the run; looking through them for garbage took a third of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_unconfigure() -> None:
    from django.db import connections

    connections.close_all()
    if WORKER is not None:
        from django.conf import settings

        from maidinh.infrastructure.database.roles import drop_database

        drop_database(settings.CONNECTIONS.admin_dsn, settings.CONNECTIONS.database)
    if RUN is not None:
        RUN.stop()


def _clone(template: str, name: str) -> None:
    """A copy of the prepared database; while another worker copies it too, it may take a few tries."""
    from django.conf import settings
    from django.db import connections

    from maidinh.infrastructure.database.roles import create_database, drop_database

    connections.close_all()
    admin = settings.CONNECTIONS.admin_dsn
    drop_database(admin, name)
    deadline = time.monotonic() + 20
    while True:
        try:
            return create_database(admin, name, template)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _connect_to(name: str) -> None:
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    settings.CONNECTIONS.database = name
    settings.DATABASES["default"]["NAME"] = name
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@pytest.fixture
def at() -> datetime:
    """The moment at which tests happen."""
    return NOW


@pytest.fixture
def db() -> Iterator[None]:
    """The prepared database as the web role, in a transaction that is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own_database() -> Iterator[str]:
    """A fresh copy of the prepared database, for tests that commit; its name."""
    from django.conf import settings
    from django.db import connections

    from maidinh.infrastructure.database.roles import drop_database

    before = settings.CONNECTIONS.database
    name = f"{before}_own"
    _clone(os.environ["MAIDINH_TEST_TEMPLATE"], name)
    _connect_to(name)
    try:
        yield name
    finally:
        connections.close_all()
        _connect_to(before)
        drop_database(settings.CONNECTIONS.admin_dsn, name)


@pytest.fixture
def role() -> Callable[[str], AbstractContextManager[None]]:
    """`with role("worker"):` acts as another database role; what the test wrote and did not commit is not there."""
    from django.conf import settings

    from maidinh.infrastructure.database.standing import as_role

    return lambda name: as_role(settings.CONNECTIONS, name)


@pytest.fixture(scope="session")
def province() -> Any:
    """The province that the prepared database holds."""
    from maidinh.config.provinces import read_province

    return read_province(PROVINCE)


@pytest.fixture
def signer() -> Any:
    """The web process's client of the running signer."""
    from django.conf import settings

    return settings.SIGNER


@pytest.fixture
def official(province: Any) -> Callable[..., Any]:
    """`official("dossier.accept", agency="H38.…")`: the actor of the first official with that permission."""

    def find(permission: str, agency: str | None = None) -> Any:
        from maidinh.infrastructure.identity import queries

        return queries.actor_of_official(queries.official(province.official_with(permission, agency).id))

    return find


@pytest.fixture
def citizen(province: Any) -> Any:
    """The actor of the first persona of the population register."""
    return citizen_of(province, 0)


def citizen_of(province: Any, number: int) -> Any:
    """The actor of a persona of the population register."""
    from maidinh.infrastructure.actor import Actor
    from maidinh.infrastructure.identity.queries import roles

    persona = province.population.personas[number]
    return Actor(
        kind="citizen",
        id=f"account:{number + 1}",
        name=persona.full_name,
        person=persona.person,
        roles=frozenset({"citizen"}),
        permissions=roles().permissions_of(["citizen"]),
    )


@pytest.fixture
def client() -> Any:
    """Django's test client, not signed in."""
    from django.test import Client

    return Client()


@pytest.fixture
def sign_in_as(db: None, at: datetime) -> Callable[[Any, Any], None]:
    """`sign_in_as(client, actor)`: the client's session becomes that actor's, with an account made for them."""

    def sign(client: Any, actor: Any) -> None:
        from maidinh.channels.sessions import ACCOUNT
        from maidinh.infrastructure.identity.actions import sign_in

        claims = {"name": actor.name}
        claims |= {"personal_number": actor.person} if actor.kind == "citizen" else {"official_id": actor.id}
        account = sign_in(issuer="tests", subject=f"{actor.kind}-{actor.id}", claims=claims, at=at)
        session = client.session
        session[ACCOUNT] = account.pk
        session.save()

    return sign
