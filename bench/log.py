"""The log of a million exchanges: audited from its published files alone, and one entry's proof made and checked."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.environment import measured, peak_megabytes
from bench.report import Report

LEAVES = 1_000_000
AUDIT_SECONDS, PROOF_MS, PROOF_BYTES = 60.0, 50.0, 2048
ORIGIN = "maidinh.example/bench"


def run(report: Report) -> None:
    """Publish the log once, audit it from outside in processes of their own."""
    leaves = LEAVES // 50 if report.quick else LEAVES
    folder = Path(tempfile.mkdtemp(prefix="maidinh-bench-", dir="/tmp"))
    try:
        _child("publish", folder, leaves)
        audits = [_child("audit", folder, leaves) for _ in range(min(report.runs, 3))]
        proofs = _child("prove", folder, leaves)
    finally:
        shutil.rmtree(folder)
    size = f"{leaves:,} leaves of {audits[0]['bytes']} bytes, peak {audits[0]['megabytes']:.0f} MB"
    report.row("a log audited from its published files", [each["seconds"] for each in audits], bound=AUDIT_SECONDS,
               note=size)  # fmt: skip
    report.row("one entry's proof made", proofs["made"], unit="ms", bound=PROOF_MS)
    report.row("one entry's proof checked", proofs["checked"], unit="ms", bound=PROOF_MS)
    report.row("the longest proof", max(proofs["bytes"]), unit="bytes", bound=PROOF_BYTES)


def _child(task: str, folder: Path, leaves: int) -> dict[str, Any]:
    found = measured(["-m", "bench.log", task, str(folder), str(leaves)])
    if found is None:
        raise SystemExit(f"log: {task} fails; the message stands above")
    return found


def _keys() -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from maidinh.infrastructure.translog.note import NoteKey

    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return private, NoteKey(ORIGIN, private.public_key())


def _leaf(number: int) -> bytes:
    """As long as a leaf of an exchange is."""
    return (
        f'{{"agency":"H38.101","commitment":"{number:044d}","kind":"exchange","role":"gateway",'
        f'"time":"2026-11-27T08:00:00Z"}}'
    ).encode()


def publish(folder: Path, leaves: int) -> dict[str, Any]:
    """The log's files and its signed state."""
    from maidinh.infrastructure.translog.note import Tree, sign_note
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.tiles import WIDTH, Edge, tile_path

    published, edge, (private, key) = PublishedLog(folder), Edge(), _keys()
    for number in range(leaves):
        full = edge.append(_leaf(number))
        for level, tile, content in full or ():
            place = folder / tile_path(level, tile, WIDTH)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)  # not made durable one by one: this is no log, and would take minutes
    published.write(edge.partial())
    tree = Tree(ORIGIN, edge.size, edge.root())
    published.publish(sign_note(tree.text, key, private.sign(tree.text.encode())))
    return {}


def audit(folder: Path, leaves: int) -> dict[str, Any]:
    """All of it derived again."""
    from maidinh.infrastructure.translog.inspection import inspect_log
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.trust import TrustedKey, TrustedKeys

    began = time.perf_counter()
    checks, tree = inspect_log(PublishedLog(folder), TrustedKeys((TrustedKey(_keys()[1].public),)))
    seconds = time.perf_counter() - began
    if tree is None or tree.size != leaves or not all(each.ok for each in checks):
        raise SystemExit(f"the audit finds: {[each.detail for each in checks]}")
    return {"seconds": seconds, "bytes": len(_leaf(0)), "megabytes": peak_megabytes()}


def prove(folder: Path, leaves: int) -> dict[str, Any]:
    """Proofs of entries all over the log, as they are handed out, and their checks."""
    from maidinh.infrastructure.translog.merkle import inclusion_proof, leaf_hash
    from maidinh.infrastructure.translog.note import open_checkpoint
    from maidinh.infrastructure.translog.proof import Proof, read_proof
    from maidinh.infrastructure.translog.published import PublishedLog

    found: dict[str, list[float]] = {"made": [], "checked": [], "bytes": []}
    for number in range(0, leaves, leaves // 20):
        published, began = PublishedLog(folder), time.perf_counter()
        note = published.checkpoint() or ""
        text = Proof(number, inclusion_proof(number, leaves, published.subtree(leaves)), note).text
        made = time.perf_counter()
        proof = read_proof(text)
        tree = open_checkpoint(proof.checkpoint, [_keys()[1]])
        if not proof.includes(leaf_hash(_leaf(number)), tree.size, tree.root):
            raise SystemExit(f"the proof of entry {number} does not hold")
        found["made"].append((made - began) * 1000)
        found["checked"].append((time.perf_counter() - made) * 1000)
        found["bytes"].append(len(text.encode()))
    return found


if __name__ == "__main__":
    print(
        json.dumps(
            {"publish": publish, "audit": audit, "prove": prove}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
        )
    )
