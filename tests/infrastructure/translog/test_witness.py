"""Witnesses: what they cosign, what they never do, and how the log and its verifiers use it."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maidinh.infrastructure.translog.cosignature import cosigned_by, read_witness_key
from maidinh.infrastructure.translog.merkle import consistency_proof, leaf_hash, root_of, subtree_of
from maidinh.infrastructure.translog.note import NoteError, NoteKey, Tree, sign_note
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import Edge
from maidinh.infrastructure.translog.verification import Quorum, check_quorum
from maidinh.infrastructure.translog.witness import Witness, WitnessRefusedError, witness_application
from maidinh.infrastructure.translog.witnessing import WitnessAddress, Witnessing, read_witnesses

from .conftest import NOTE_KEY, ORIGIN, PRIVATE, leaf_number

NOW = 1_795_000_000
HASHES = [leaf_hash(leaf_number(number)) for number in range(40)]
FORKED = [*HASHES[:5], leaf_hash(b"another"), *HASHES[6:]]


def checkpoint(
    size: int, hashes: list[bytes] = HASHES, key: NoteKey = NOTE_KEY, private: Ed25519PrivateKey = PRIVATE
) -> str:
    tree = Tree(key.name, size, root_of(size, subtree_of(hashes)))
    return sign_note(tree.text, key, private.sign(tree.text.encode()))


def request(old: int, size: int, hashes: list[bytes] = HASHES) -> str:
    steps = consistency_proof(old, size, subtree_of(hashes)) if 0 < old < size else []
    return (
        f"old {old}\n"
        + "".join(base64.b64encode(each).decode() + "\n" for each in steps)
        + f"\n{checkpoint(size, hashes)}"
    )


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "witness", "witness.example/inspectorate", {ORIGIN: NOTE_KEY})


def test_a_log_that_grows_is_cosigned(witness: Witness) -> None:
    for old, size in ((0, 7), (7, 7), (7, 12), (12, 40)):
        line = witness.add_checkpoint(request(old, size), NOW + size)
        assert cosigned_by(checkpoint(size) + line, [witness.key]) == {witness.key.name: NOW + size}
    assert witness.seen(ORIGIN) == Tree(ORIGIN, 40, root_of(40, subtree_of(HASHES)))


def test_its_key_and_what_it_saw_outlive_it(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(request(0, 12), NOW)
    again = Witness(tmp_path / "witness", witness.key.name, {ORIGIN: NOTE_KEY})
    assert (again.key.text, again.seen(ORIGIN)) == (witness.key.text, witness.seen(ORIGIN))
    assert read_witness_key(again.key.text).raw == witness.key.raw
    assert (tmp_path / "witness/witness.pem").stat().st_mode & 0o777 == 0o600


STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.mark.parametrize(("body", "status"), [
    (request(7, 12, FORKED), 422),  # another past
    (request(0, 12), 409),  # as if it had seen nothing
    (request(7, 7, FORKED), 409),  # the same size, another tree
    (request(12, 7), 400),  # backwards
    (request(7, 12).replace("old 7", "old -7"), 400),
    (request(7, 12).replace("old 7", "old ٧"), 400),
    ("old 7\nnot base64\n\n" + checkpoint(12), 400),
    ("old 7\n" + "A" * 44 + "\n", 400),
    ("old 7\n" + (base64.b64encode(bytes(32)).decode() + "\n") * 64 + "\n" + checkpoint(12), 400),
    ("old 7\n\n" + checkpoint(12), 422),
    ("old 7\n\n" + checkpoint(12, key=NoteKey("other.example/log", STRANGER.public_key()), private=STRANGER), 404),
    ("old 7\n\n" + checkpoint(12, key=NoteKey(ORIGIN, STRANGER.public_key()), private=STRANGER), 403),
])  # fmt: skip
def test_anything_else_is_not(witness: Witness, body: str, status: int) -> None:
    witness.add_checkpoint(request(0, 7), NOW)
    with pytest.raises(WitnessRefusedError) as refused:
        witness.add_checkpoint(body, NOW)
    assert refused.value.status == status
    assert status != 409 or refused.value.text == "7\n"
    seen = witness.seen(ORIGIN)
    assert seen is not None and seen.size == 7


@contextmanager
def served(witness: Witness) -> Iterator[WitnessAddress]:
    """The witness at an address of loopback."""
    loop, runner = asyncio.new_event_loop(), None
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> web.AppRunner:
        made = web.AppRunner(witness_application(witness, lambda: NOW))
        await made.setup()
        await web.TCPSite(made, "127.0.0.1", 0).start()
        return made

    runner = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield WitnessAddress(f"http://127.0.0.1:{runner.addresses[0][1]}", witness.key)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class Log:
    """A published log that grows."""

    def __init__(self, root: Path) -> None:
        self.published, self._edge = PublishedLog(root), Edge()

    def grow(self, size: int) -> str:
        while self._edge.size < size:
            full = self._edge.append(leaf_number(self._edge.size))
            assert not full
        self.published.write(self._edge.partial())
        note = checkpoint(size)
        self.published.publish(note)
        return note


def test_the_log_has_its_states_cosigned_and_publishes_them(tmp_path: Path, witness: Witness) -> None:
    log, second = Log(tmp_path / "log"), Witness(tmp_path / "second", "witness.example/council", {ORIGIN: NOTE_KEY})
    with served(witness) as one, served(second) as two:
        asking = Witnessing(log.published, [one, two], quorum=2)
        for size in (7, 12, 40):
            note = log.grow(size)
            assert asking.round() == 2
            witnessed = log.published.witnessed() or ""
            assert witnessed.startswith(note)
            assert check_quorum(witnessed, Quorum((witness.key, second.key), 2)).ok
        # another process of the log's knows nothing of how far they are, and learns it
        log.grow(40)
        assert Witnessing(log.published, [one, two], quorum=2).round() == 2


def test_without_a_quorum_nothing_is_witnessed_and_nothing_waits(tmp_path: Path, witness: Witness) -> None:
    log = Log(tmp_path / "log")
    away = WitnessAddress("http://127.0.0.1:9", Witness(tmp_path / "away", "w.example/away", {}).key)
    with served(witness) as one:
        asking = Witnessing(log.published, [one, away], quorum=2)
        log.grow(7)
        assert asking.round() == 1
        assert log.published.witnessed() is None
        assert log.published.checkpoint() == checkpoint(7)


def test_a_witness_that_signs_with_another_key_counts_for_nothing(tmp_path: Path, witness: Witness) -> None:
    log = Log(tmp_path / "log")
    log.grow(7)
    other = Witness(tmp_path / "other", witness.key.name, {ORIGIN: NOTE_KEY})
    with served(other) as address:
        assert Witnessing(log.published, [WitnessAddress(address.url, witness.key)], quorum=1).round() == 0


def test_a_verifier_counts_only_whom_it_trusts(tmp_path: Path, witness: Witness) -> None:
    note = checkpoint(7) + witness.add_checkpoint(request(0, 7), NOW)
    stranger = Witness(tmp_path / "stranger", "w.example/stranger", {ORIGIN: NOTE_KEY})
    assert check_quorum(note, Quorum((witness.key,), 1)).ok is True
    assert check_quorum(note, Quorum((witness.key, stranger.key), 2)).ok is False
    assert check_quorum(note, Quorum((stranger.key,), 1)).ok is False
    at = note.index("witness.example/inspectorate") + 50
    forged = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]
    assert check_quorum(forged, Quorum((witness.key,), 1)).ok is False
    with pytest.raises(NoteError):
        read_witness_key(NOTE_KEY.text)  # a log's key is no witness's


def test_witnesses_as_settings_write_them(witness: Witness) -> None:
    found = read_witnesses(f"https://a.example={witness.key.text}")
    assert [(each.url, each.key.text) for each in found] == [("https://a.example", witness.key.text)]
    for wrong in ("a.example=x", f"ftp://a={witness.key.text}", "https://a.example", f"https://a={NOTE_KEY.text}",
                  f"https://a={witness.key.text} https://b={witness.key.text}"):  # fmt: skip
        with pytest.raises(ValueError):
            read_witnesses(wrong)
