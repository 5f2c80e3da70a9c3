"""A whole installation in a place of its own for the benches: the embedded PostgreSQL, a province, its processes.

What a process has cost is read from the system, so that what runs beside it on the machine isn't counted.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Installation:
    """One that runs: its database server's process, its signer's, the province, the port of its pages."""

    home: Path
    server: int
    signer: int
    province: Any
    port: int


@contextmanager
def installation(place: Path, province: str, since: timedelta = timedelta()) -> Iterator[Installation]:
    """Database and signer of a province, prepared as of so long ago; one in each process, as Django has one."""
    place.chmod(0o711)  # the database's own account looks for its socket below
    os.environ |= {
        "MAIDINH_DATA": str(place / "home"), "MAIDINH_PROVINCE": province, "MAIDINH_PROCESS": "web",
        "DJANGO_SETTINGS_MODULE": "maidinh.config.settings", "MAIDINH_SERVICES_PORT": str(free_port()),
        "MAIDINH_GATEWAY_PORT": str(free_port()), "MAIDINH_PORT": str(free_port()),
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
    (environment.home.secrets / "django.key").write_text(secrets.token_urlsafe(48))  # every process signs alike
    django.setup()
    from django.conf import settings
    from django.db import connections

    from maidinh.config.preparation import prepare_installation
    from maidinh.config.provinces import read_province

    server = EmbeddedPostgres(settings.MAIDINH.home)
    server.start()
    try:
        with running("signer") as signer:
            read = read_province(province)
            prepare_installation(settings.MAIDINH, settings.CONNECTIONS, read, datetime.now(UTC) - since)
            yield Installation(place / "home", server.postmaster.pid() or 0, signer, read, settings.MAIDINH.port)
    finally:
        connections.close_all()
        server.stop()


@contextmanager
def running(process: str) -> Iterator[int]:
    """One of the installation's processes; its number."""
    command = [sys.executable, "-m", "maidinh", "serve", process]
    started = subprocess.Popen(command, stdout=sys.stderr, env=os.environ | {"MAIDINH_PROCESS": process})
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait(20)


def free_port() -> int:
    """A port of this machine that nobody has now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def seconds_of(process: int) -> float:
    """The processor's time that a process, its children and theirs that have ended have had."""
    total = 0.0
    for number in (process, *_below(process)):
        try:
            fields = Path(f"/proc/{number}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICK
    return total


def _below(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    except OSError:
        return []
    return [each for child in map(int, children) for each in (child, *_below(child))]
