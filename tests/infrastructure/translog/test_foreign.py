"""Our proofs before a judge who shares no code with us: Go's sumdb packages, where they are installed.

Debian: golang-go and golang-golang-x-mod-dev. Skipped elsewhere; not in the core.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from maidinh.infrastructure.translog.merkle import inclusion_proof
from maidinh.infrastructure.translog.note import Tree, sign_note
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import Edge

from .conftest import NOTE_KEY, ORIGIN, PRIVATE, leaf_number

SOURCES = Path("/usr/share/gocode")
SIZE = 700

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("go") is None or not (SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
        reason="Go and golang.org/x/mod are not installed",
    ),
]


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go verifier, built."""
    place = tmp_path_factory.mktemp("go")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(place), "GOPATH": str(SOURCES), "GO111MODULE": "off", "GOFLAGS": "-p=1"
    }  # fmt: skip
    source = Path(__file__).parent / "foreign" / "verify.go"
    subprocess.run(["go", "build", "-o", place / "verify", source], env=environment, check=True)
    return place / "verify"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedLog:
    """A log of our making."""
    published, edge = PublishedLog(tmp_path_factory.mktemp("log")), Edge()
    for number in range(SIZE):
        full = edge.append(leaf_number(number))
        published.write((level, place, 256, content) for level, place, content in full)
    published.write(edge.partial())
    text = Tree(ORIGIN, SIZE, edge.root()).text
    published.publish(sign_note(text, NOTE_KEY, PRIVATE.sign(text.encode())))
    return published


def judge(verifier: Path, place: Path, proof: str, leaf: bytes) -> bool:
    (place / "proof").write_text(proof)
    (place / "leaf").write_bytes(leaf)
    argv = [verifier, NOTE_KEY.text, place / "proof", place / "leaf"]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, 698, 699])
def test_go_accepts_our_proofs_and_no_changed_ones(
    verifier: Path, published: PublishedLog, tmp_path: Path, index: int
) -> None:
    note = published.checkpoint() or ""
    proof = Proof(index, inclusion_proof(index, SIZE, published.subtree(SIZE)), note).text
    assert judge(verifier, tmp_path, proof, leaf_number(index))
    assert not judge(verifier, tmp_path, proof, leaf_number(index + 1))
    assert not judge(verifier, tmp_path, proof.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"), leaf_number(index))
    assert not judge(verifier, tmp_path, proof.replace(f"index {index}\n", f"index {index + 1}\n"), leaf_number(index))
