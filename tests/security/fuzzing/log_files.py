"""What the log publishes and what is handed out of it: notes, checkpoints, keys, proofs, receipts, promises, tiles.

An input is a letter that says what it is, and the thing itself; `r` is a receipt's parts on lines.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maidinh.infrastructure.translog import merkle, tiles
from maidinh.infrastructure.translog.cosignature import WitnessKey, cosigned_by, read_witness_key
from maidinh.infrastructure.translog.inspection import inspect_log
from maidinh.infrastructure.translog.note import (
    NoteError,
    NoteKey,
    Tree,
    open_checkpoint,
    read_key,
    sign_note,
    unchecked_tree,
)
from maidinh.infrastructure.translog.promise import PromiseError, open_promise, sign_promise
from maidinh.infrastructure.translog.proof import ProofError, read_proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import ContentError, leaf_for, read_leaf
from maidinh.infrastructure.translog.trust import TrustedKey, TrustedKeys
from maidinh.infrastructure.translog.verification import verdict, verify_receipt
from maidinh.infrastructure.translog.witness import Witness, WitnessRefusedError
from tests.security.fuzzing.targets import Run

ORIGIN, AT = "maidinh.example/mau", datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY, WITNESS = NoteKey(ORIGIN, PRIVATE.public_key()), WitnessKey("witness.example", PRIVATE.public_key())
TRUSTED = TrustedKeys((TrustedKey(PRIVATE.public_key(), "log:mau"), TrustedKey(PRIVATE.public_key(), "promise:mau")))
SALT = bytes(range(32))
CONTENT = {"a": "b"}
LEAF = leaf_for(kind="test", agency="AG1", role="web", content=CONTENT, salt=SALT, at=AT)
REFUSALS = (NoteError, ProofError, PromiseError, ContentError, tiles.TileError, WitnessRefusedError)


class _Signs:
    def sign(self, key: str, message: bytes) -> bytes:
        """The log's own signature."""
        del key
        return PRIVATE.sign(message)


def _checkpoint(size: int, root: bytes) -> str:
    text = Tree(ORIGIN, size, root).text
    return sign_note(text, KEY, PRIVATE.sign(text.encode()))


def _proof() -> str:
    other = merkle.leaf_hash(b"x")
    root = merkle.node_hash(merkle.leaf_hash(LEAF), other)
    step = base64.b64encode(other).decode()
    return f"c2sp.org/tlog-proof@v1\nindex 0\n{step}\n\n{_checkpoint(2, root)}"


def seeds() -> Sequence[bytes]:
    """What holds."""
    promise = sign_promise(_Signs(), "promise:mau", origin=ORIGIN, leaf=LEAF, at=AT, within=60)
    parts = [json.dumps(CONTENT), base64.b64encode(SALT).decode(), LEAF.decode(), promise, _proof()]
    note = _checkpoint(1, merkle.leaf_hash(LEAF))
    return [
        b"n" + note.encode(), b"k" + KEY.text.encode(), b"k" + WITNESS.text.encode(), b"p" + _proof().encode(),
        b"m" + promise.encode(), b"M" + promise.split(".")[1].encode(), b"l" + LEAF,
        b"r" + "\n".join(parts).encode(), b'R{"format": "maidinh-receipt/1", "leaf": 1}',
        b"t\x02" + tiles.join_entries([LEAF, b"x"]), b"t\x01" + bytes(32), b"c\x01\x02" + bytes(64),
        b"d" + note.encode() + b"\x00" + tiles.join_entries([LEAF]) + b"\x00" + merkle.leaf_hash(LEAF),
        b"w" + f"old 0\n\n{note}".encode(),
    ]  # fmt: skip


def ready() -> Run:
    """One of these things."""
    folder = TemporaryDirectory()
    root = Path(folder.name)
    witness = Witness(root / "witness", "witness.example", {ORIGIN: KEY})
    taken: dict[bytes, Callable[[bytes], object]] = {
        b"n": _note, b"k": _keys, b"p": lambda rest: read_proof(_text(rest)), b"l": _leaf, b"t": _tiles, b"c": _merkle,
        b"m": lambda rest: open_promise(_text(rest), PRIVATE.public_key()), b"M": _own_promise,
        b"r": _receipt, b"R": lambda rest: verify_receipt(_text(rest), TRUSTED, at=AT),
        b"d": lambda rest: _published(root, rest), b"w": lambda rest: witness.add_checkpoint(_text(rest), 1),
    }  # fmt: skip

    def run(data: bytes, folder: TemporaryDirectory[str] = folder) -> None:
        take = taken.get(data[:1])
        if take is None:
            return
        try:
            take(data[1:])
        except REFUSALS as error:
            assert str(error)

    return run


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _note(data: bytes) -> None:
    note = _text(data)
    try:
        tree = open_checkpoint(note, [KEY])
        assert tree == unchecked_tree(note)
    finally:
        cosigned_by(note, [WITNESS])


def _keys(data: bytes) -> None:
    for read in (read_key, read_witness_key):
        try:
            assert read(_text(data)).text == _text(data).strip()
        except NoteError as error:
            assert str(error)


def _leaf(data: bytes) -> None:
    assert set(read_leaf(data)) >= {"kind", "commitment"}


def _tiles(data: bytes) -> None:
    width = data[0] if data else 0
    entries = tiles.split_entries(data[1:], width)
    assert tiles.join_entries(entries) == data[1:]
    assert len(tiles.split_hashes(data[1:], width)) == width


def _merkle(data: bytes) -> None:
    if len(data) < 2:
        return
    index, size, rest = data[0], data[1], data[2:]
    steps = [rest[start : start + 32] for start in range(0, len(rest), 32)]
    root = merkle.root_from_inclusion(LEAF, index, size, steps)
    assert root is None or index < size
    if steps:
        held = merkle.consistent(index, steps[0], size, steps[-1], steps[1:-1])
        assert not held or index <= size


def _own_promise(payload: bytes) -> None:
    """Whatever the log's key signed."""
    header = sign_promise(_Signs(), "promise:mau", origin=ORIGIN, leaf=LEAF, at=AT, within=60).split(".")[0]
    signed = f"{header}.{payload.decode('latin-1')}"
    if not signed.isascii():
        return
    signature = base64.urlsafe_b64encode(PRIVATE.sign(signed.encode())).rstrip(b"=").decode()
    promise = open_promise(f"{signed}.{signature}", PRIVATE.public_key())
    assert promise.key == "promise:mau"
    receipt = json.dumps({
        "format": "maidinh-receipt/1", "content": CONTENT, "salt": base64.b64encode(SALT).decode(),
        "leaf": LEAF.decode(), "promise": f"{signed}.{signature}", "proof": None,
    })  # fmt: skip
    assert verify_receipt(receipt, TRUSTED, at=AT)


def _receipt(data: bytes) -> None:
    parts = [*_text(data).split("\n", 4), "", "", "", ""]
    try:
        content = json.loads(parts[0])
    except (ValueError, RecursionError):
        content = parts[0]
    document = {
        "format": "maidinh-receipt/1", "content": content, "salt": parts[1], "leaf": parts[2],
        "promise": parts[3] or None, "proof": parts[4] or None,
    }  # fmt: skip
    checks = verify_receipt(json.dumps(document), TRUSTED, at=AT)
    assert all(isinstance(check.detail, str) for check in checks)
    if verdict(checks):
        assert (content, parts[2]) == (CONTENT, LEAF.decode())


def _published(root: Path, data: bytes) -> None:
    """A log of files: a checkpoint, its entries, its tile."""
    note, entries, tile, *_ = [*data.split(b"\x00", 2), b"", b""]
    published = PublishedLog(root / "log")
    for path, content in (("checkpoint", note), ("tile/entries/000.p/1", entries), ("tile/0/000.p/1", tile)):
        target = published.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    checks, tree = inspect_log(published, TRUSTED)
    assert checks
    if tree is not None and all(check.ok for check in checks):
        assert tree.size <= 1
