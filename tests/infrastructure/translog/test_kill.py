"""The sequencer as a real process, killed without warning at many moments: no entry lost, no state contradicted."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.translog.published import PublishedLog

from .conftest import ORIGIN, Bench
from .test_sequencer import assert_sound

ROUNDS = 10
PROGRAM = """
import pathlib, sys, threading
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.translog.sequencer import run_sequencer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

class Signer:
    def public(self, key):
        return KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    def sign(self, key, message):
        return KEY.sign(message)

run_sequencer(sys.argv[1], Home(pathlib.Path(sys.argv[2])), Signer(), lambda: sys.argv[3], threading.Event(),
              key="log:lao-cai", interval=0.002)
"""


@pytest.mark.slow
def test_killed_again_and_again_the_log_goes_on_from_what_it_said(bench: Bench, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    bench.published = PublishedLog(home.log)
    chance = random.Random(20260701)
    for _ in range(ROUNDS):
        argv = [sys.executable, "-c", PROGRAM, bench.dsn("sequencer"), str(home.root), ORIGIN]
        process = subprocess.Popen(argv)
        before = bench.published.checkpoint()
        bench.enter(chance.randrange(1, 400))
        while bench.published.checkpoint() == before:
            assert process.poll() is None
            time.sleep(0.005)
        for _ in range(chance.randrange(5)):
            bench.enter(chance.randrange(1, 60))
            time.sleep(chance.random() / 100)
        process.kill()
        process.wait()
        bench.signed.append(bench.tree())
    for _ in range(100):  # the last sequencer's connection, and with it its lock, may outlive it for a moment
        before = bench.tree().size
        bench.publish()
        if bench.tree().size == before:
            break
    assert bench.rows("SELECT 1 FROM translog_entry WHERE index IS NULL") == []
    assert len({tree.size for tree in bench.signed}) >= ROUNDS
    assert_sound(bench)
