"""A signer of one's own: a real process on a temporary home."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient

SERVE = "import sys, pathlib; from maidinh.infrastructure.home import Home; " + (
    "from maidinh.infrastructure.keys.signer import serve_signer; serve_signer(Home(pathlib.Path(sys.argv[1])))"
)


def start_signer(home: Home) -> subprocess.Popen[bytes]:
    """Start a signer process and wait until it answers."""
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(home.root)], stderr=subprocess.PIPE)
    for _ in range(1000):
        if process.poll() is not None:
            raise RuntimeError(process.stderr.read().decode() if process.stderr else "the signer ended")
        if home.signer_socket.exists() and SignerClient.for_caller(home, "operator").ready():
            return process
        time.sleep(0.01)
    raise RuntimeError("the signer does not answer")


def stop_signer(process: subprocess.Popen[bytes]) -> None:
    """End a signer and wait for it."""
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A prepared home."""
    made = Home(tmp_path_factory.mktemp("home"))
    made.prepare()
    return made


@pytest.fixture(scope="module")
def signer(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """A running signer."""
    process = start_signer(home)
    yield process
    stop_signer(process)


@pytest.fixture
def client(home: Home, signer: subprocess.Popen[bytes]) -> Iterator[Callable[[str], SignerClient]]:
    """Make clients by the name of the caller."""
    made: list[SignerClient] = []

    def make(caller: str) -> SignerClient:
        made.append(SignerClient.for_caller(home, caller))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def own_home(tmp_path: Path) -> Home:
    """A home for a test that kills its signer."""
    made = Home(tmp_path / f"home{os.getpid()}")
    made.prepare()
    return made
