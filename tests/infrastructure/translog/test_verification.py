"""Receipts checked with files alone: everything right passes, and anything changed is found."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.infrastructure.translog.inspection import inspect_log, inspect_rows, place_of
from maidinh.infrastructure.translog.merkle import inclusion_proof
from maidinh.infrastructure.translog.note import NoteKey, Tree, sign_note
from maidinh.infrastructure.translog.promise import sign_promise
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.receipt import Receipt
from maidinh.infrastructure.translog.rules import leaf_for
from maidinh.infrastructure.translog.tiles import Edge
from maidinh.infrastructure.translog.trust import KeyFileError, TrustedKey, TrustedKeys, read_keys
from maidinh.infrastructure.translog.verification import verdict, verify_receipt

from .conftest import AT, NOTE_KEY, ORIGIN, PRIVATE, leaf_number

PROMISE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
KEYS = TrustedKeys(
    (TrustedKey(PRIVATE.public_key(), key="log:lao-cai"), TrustedKey(PROMISE_KEY.public_key(), key="promise:lao-cai"))
)
CONTENT = {"dossier": "H38-2026-000001", "name": "Nguyễn Văn Mẫu"}
LEAF = leaf_for(kind="dossier.received", agency="H38", role="clerk", content=CONTENT, salt=bytes(32), at=AT)
PLACE, SIZE = 300, 600


class Local:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, key: str, message: bytes) -> bytes:
        return self._key.sign(message)


def write_log(root: Path) -> PublishedLog:
    published, edge = PublishedLog(root), Edge()
    for number in range(SIZE):
        full = edge.append(LEAF if number == PLACE else leaf_number(number))
        published.write((level, place, 256, content) for level, place, content in full)
    published.write(edge.partial())
    text = Tree(ORIGIN, SIZE, edge.root()).text
    published.publish(sign_note(text, NOTE_KEY, PRIVATE.sign(text.encode())))
    return published


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedLog:
    return write_log(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def receipt(published: PublishedLog) -> Receipt:
    promise = sign_promise(Local(PROMISE_KEY), "promise:lao-cai", origin=ORIGIN, leaf=LEAF, at=AT, within=60)
    steps = inclusion_proof(PLACE, SIZE, published.subtree(SIZE))
    return Receipt(CONTENT, bytes(32), LEAF, promise, Proof(PLACE, steps, published.checkpoint() or "").text)


def found(text: str, keys: TrustedKeys = KEYS, **options: object) -> dict[str, bool | None]:
    checks = verify_receipt(text, keys, at=AT, **options)  # type: ignore[arg-type]
    assert all(check.detail for check in checks)
    return {check.name: check.ok for check in checks}


def accepted(text: str, keys: TrustedKeys = KEYS) -> bool:
    return verdict(verify_receipt(text, keys, at=AT))


def test_a_whole_receipt_passes_every_check(receipt: Receipt) -> None:
    assert found(receipt.text(), origin=ORIGIN) == dict.fromkeys(
        ("leaf", "promise", "checkpoint", "inclusion", "origin"), True
    )
    assert accepted(receipt.text())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_bit_is_found(receipt: Receipt, data: st.DataObject) -> None:
    document = receipt.document()
    name = data.draw(st.sampled_from(["salt", "leaf", "promise", "proof", "name"]))
    holder = document["content"] = dict(CONTENT)
    target = holder if name == "name" else document
    raw = bytearray(target[name].encode())
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    target[name] = raw.decode("utf-8", "replace")
    assert not accepted(json.dumps(document, ensure_ascii=False))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format":"maidinh-receipt/1"}', "\x00", '"x"'])
def test_what_is_no_receipt_is_said_to_be_none(text: str) -> None:
    assert found(text) == {"receipt": False}


def change(receipt: Receipt, **fields: object) -> str:
    return json.dumps(receipt.document() | fields)


def test_without_a_proof_the_promise_counts_until_it_is_due(receipt: Receipt) -> None:
    text = change(receipt, proof=None)
    assert found(text)["inclusion"] is None
    assert accepted(text)
    late = verify_receipt(text, KEYS, at=AT + timedelta(seconds=61))
    assert {check.name: check.ok for check in late}["inclusion"] is False
    assert not verdict(late)


def test_without_promise_the_proof_alone_is_enough_and_without_both_nothing_is(receipt: Receipt) -> None:
    assert accepted(change(receipt, promise=None))
    assert not accepted(change(receipt, promise=None, proof=None))


def test_keys_vouch_only_for_what_they_are_for(receipt: Receipt) -> None:
    log, promise = KEYS.keys
    only_log = found(receipt.text(), TrustedKeys((log,)))
    assert (only_log["promise"], only_log["inclusion"]) == (None, True)
    only_promise = found(receipt.text(), TrustedKeys((promise,)))
    assert (only_promise["promise"], only_promise["checkpoint"]) == (True, False)
    assert found(receipt.text(), TrustedKeys(()))["promise"] is None
    swapped = TrustedKeys((TrustedKey(log.public, "promise:lao-cai"), TrustedKey(promise.public, "log:lao-cai")))
    assert found(receipt.text(), swapped)["promise"] is False
    assert found(receipt.text(), swapped)["checkpoint"] is False
    elsewhere = TrustedKeys((TrustedKey(log.public, origin="maidinh.example/elsewhere"), promise))
    assert found(receipt.text(), elsewhere)["checkpoint"] is False


def test_another_log_than_expected_is_found(receipt: Receipt) -> None:
    assert found(receipt.text(), origin="maidinh.example/elsewhere")["origin"] is False
    promise = sign_promise(Local(PROMISE_KEY), "promise:lao-cai", origin="other.example", leaf=LEAF, at=AT, within=60)
    assert found(change(receipt, promise=promise))["origin"] is False


def test_a_promise_for_another_leaf_is_found(receipt: Receipt) -> None:
    promise = sign_promise(Local(PROMISE_KEY), "promise:lao-cai", origin=ORIGIN, leaf=b"x", at=AT, within=60)
    assert found(change(receipt, promise=promise))["promise"] is False


def test_key_files_of_every_form_are_read(tmp_path: Path, receipt: Receipt) -> None:
    def pem(key: Ed25519PrivateKey) -> bytes:
        return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    (tmp_path / "log@lao-cai.pem").write_bytes(pem(PRIVATE))
    (tmp_path / "promise@lao-cai.pem").write_bytes(pem(PROMISE_KEY))
    (tmp_path / "member@H38.pem").write_bytes(pem(Ed25519PrivateKey.generate()))
    assert read_keys([tmp_path]) == read_keys([tmp_path / "log@lao-cai.pem", tmp_path / "promise@lao-cai.pem"])
    assert accepted(receipt.text(), read_keys([tmp_path]))
    (tmp_path / "log.vkey").write_text(NOTE_KEY.text + "\n")
    (tmp_path / "any.pem").write_bytes(pem(PROMISE_KEY))
    assert accepted(receipt.text(), read_keys([tmp_path / "log.vkey", tmp_path / "any.pem"]))
    for content in (b"", b"\xff\xfe", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"a+b+c"):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(KeyFileError):
            read_keys([tmp_path / "bad"])
    with pytest.raises(KeyFileError):
        read_keys([tmp_path / "absent"])


def test_an_es256_promise_is_checked_by_its_keys_own_algorithm(receipt: Receipt) -> None:
    keys = TrustedKeys((KEYS.keys[0], TrustedKey(generate_private_key(SECP256R1()).public_key(), "promise:lao-cai")))
    assert found(receipt.text(), keys)["promise"] is False


def test_the_published_log_is_derived_again(published: PublishedLog) -> None:
    checks, tree = inspect_log(published, KEYS)
    assert [check.ok for check in checks] == [True, True, True]
    assert tree is not None
    assert place_of(published, tree, LEAF) == PLACE
    assert place_of(published, tree, b"absent") is None
    unsigned, _ = inspect_log(published, None)
    assert [check.ok for check in unsigned] == [None, True, True]
    other = TrustedKeys((TrustedKey(NoteKey(ORIGIN, PROMISE_KEY.public_key()).public),))
    assert inspect_log(published, other)[0][0].ok is False


def test_a_change_anywhere_in_the_published_files_is_found(tmp_path: Path) -> None:
    log = write_log(tmp_path)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith("."))
    assert len(files) == 8  # 3 bundles, 3 + 1 tiles, the checkpoint
    for path in files:
        before = path.read_bytes()
        for place in (0, len(before) // 2, len(before) - 1):
            changed = bytearray(before)
            changed[place] ^= 1
            path.write_bytes(changed)
            assert False in [check.ok for check in inspect_log(log, KEYS)[0]], (path, place)
        path.unlink()
        assert False in [check.ok for check in inspect_log(log, KEYS)[0]], path
        path.write_bytes(before)


def test_changed_and_missing_rows_are_named(published: PublishedLog) -> None:
    _, tree = inspect_log(published, KEYS)
    assert tree is not None
    rows = [(number, LEAF if number == PLACE else leaf_number(number)) for number in range(SIZE)]
    assert [check.ok for check in inspect_rows(published, tree, rows)] == [True]
    changed = [*rows[:400], (400, b"x"), *rows[401:]]
    assert [check.values for check in inspect_rows(published, tree, changed)] == [{"index": 400}]
    assert [check.values for check in inspect_rows(published, tree, [*rows[:5], *rows[6:]])] == [{"index": 5}]
    assert [check.ok for check in inspect_rows(published, tree, rows[:-1])] == [False]
    assert [check.ok for check in inspect_rows(published, tree, [*rows, (SIZE, b"later")])] == [True]


def test_a_salt_has_one_written_form(receipt: Receipt) -> None:
    document = receipt.document()
    assert document["salt"].endswith("A=")
    for spare in ("B=", "C=", "D="):
        assert not accepted(json.dumps(document | {"salt": document["salt"][:-2] + spare}))
