"""One embedded server for the tests of this folder, in a place that the account `nobody` can reach."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.home import Home


def reachable_folder() -> Path:
    # pytest's own temporary folders are shut to other users.
    folder = Path(tempfile.mkdtemp(prefix="maidinh-", dir="/tmp"))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def place() -> Iterator[Path]:
    folder = reachable_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    folder = reachable_folder()
    postgres = EmbeddedPostgres(Home(folder / "home"))
    postgres.start()
    yield postgres
    postgres.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def prepared(server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Connections:
    """A database of the module's own, with the five roles."""
    connections = Connections(server.home, None, database=request.module.__name__.rpartition(".")[2])
    prepare(connections)
    return connections
