"""The texts and files others read: tiles, notes, checkpoints, proofs, leaves and promises."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from maidinh.infrastructure.translog.merkle import leaf_hash, root_of, subtree_of
from maidinh.infrastructure.translog.note import (
    NoteError,
    NoteKey,
    Tree,
    open_checkpoint,
    open_note,
    read_key,
    read_tree,
    sign_note,
)
from maidinh.infrastructure.translog.promise import (
    PromiseError,
    join_promise,
    open_promise,
    promise_input,
    sign_promise,
)
from maidinh.infrastructure.translog.proof import Proof, ProofError, read_proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import ContentError, canonical, commitment_of, leaf_for, read_leaf
from maidinh.infrastructure.translog.tiles import (
    Edge,
    TileError,
    join_entries,
    number_path,
    split_entries,
    split_hashes,
    tile_path,
    tiles_at,
)

pytestmark = pytest.mark.slow

AT = datetime(2026, 7, 1, 8, 0, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOTE_KEY = NoteKey("maidinh.example/lao-cai", KEY.public_key())

# the example of the specification of signed notes
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def signed(text: str, key: NoteKey = NOTE_KEY) -> str:
    return sign_note(text, key, KEY.sign(text.encode()))


class Local:
    """A signer that has its one key at hand."""

    def sign(self, key: str, message: bytes) -> bytes:
        return KEY.sign(message)


def test_the_specifications_own_note_verifies() -> None:
    key = read_key(VKEY)
    assert key.text == VKEY
    text, signers = open_note(NOTE, [key])
    assert text == "This is an example message.\n"
    assert signers == [key]


@pytest.mark.parametrize("place", range(0, len(NOTE), 3))
def test_no_changed_letter_of_a_note_passes(place: int) -> None:
    changed = NOTE[:place] + ("x" if NOTE[place] != "x" else "y") + NOTE[place + 1 :]
    with pytest.raises(NoteError):
        open_note(changed, [read_key(VKEY)])


def test_unknown_signatures_are_passed_over_but_not_alone() -> None:
    other = NoteKey("other.example", Ed25519PrivateKey.generate().public_key())
    note = signed("text\n") + f"— other.example {base64.b64encode(other.id + bytes(64)).decode()}\n"
    assert open_note(note, [NOTE_KEY])[0] == "text\n"
    with pytest.raises(NoteError, match="wrong"):
        open_note(note, [NOTE_KEY, other])
    with pytest.raises(NoteError, match="no known key"):
        open_note(note, [read_key(VKEY)])


@pytest.mark.parametrize("text", ["", "a+b", "example.com/foo+530d903b+" + VKEY.rsplit("+", 1)[1], "x+00000000+AA=="])
def test_damaged_verifier_keys_are_refused(text: str) -> None:
    with pytest.raises(NoteError):
        read_key(text)


def test_a_checkpoint_says_origin_size_and_root() -> None:
    tree = Tree("maidinh.example/lao-cai", 20852163, bytes(range(32)))
    assert tree.text == "maidinh.example/lao-cai\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert open_checkpoint(signed(tree.text), [NOTE_KEY]) == tree
    assert read_tree(tree.text + "extension\n") == tree


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "a\n1\nAAEC\n", "\n1\nAAEC\n", "a\n-1\nAA==\n"],
)
def test_damaged_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(NoteError):
        read_tree(text)


def test_a_checkpoint_signed_under_another_name_is_refused() -> None:
    other = NoteKey("elsewhere.example", KEY.public_key())
    note = signed(Tree(NOTE_KEY.name, 1, bytes(32)).text, other)
    with pytest.raises(NoteError, match="itself did not sign"):
        open_checkpoint(note, [other])


def test_paths_of_tiles() -> None:
    assert number_path(1234067) == "x001/x234/067"
    assert number_path(0) == "000"
    assert number_path(1000) == "x001/000"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tile_path(None, 5) == "tile/entries/005"


def test_the_specifications_tree_of_70000() -> None:
    tiles = list(tiles_at(70_000))
    assert sum(1 for level, _, width in tiles if (level, width) == (0, 256)) == 273
    assert [tile for tile in tiles if tile[0] > 0 or tile[2] < 256] == [
        (0, 273, 112),
        (1, 0, 256),
        (1, 1, 17),
        (2, 0, 1),
    ]
    assert list(tiles_at(256)) == [(0, 0, 256), (1, 0, 1)]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_of_entries_come_back(entries: list[bytes]) -> None:
    data = join_entries(entries)
    assert split_entries(data, len(entries)) == entries
    with pytest.raises(TileError):
        split_entries(data, len(entries) + 1)
    with pytest.raises(TileError):
        split_entries(data + b"\x00", len(entries))


def test_sizes_of_tiles_are_checked() -> None:
    with pytest.raises(TileError):
        split_hashes(bytes(33), 1)
    with pytest.raises(TileError):
        join_entries([bytes(65_536)])


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1000, 66_000])
def test_a_growing_edge_gives_the_same_root_and_tiles_as_the_whole_tree(size: int, tmp_path: Path) -> None:
    published, edge = PublishedLog(tmp_path), Edge()
    leaves = [b"%d" % number for number in range(size)]
    for leaf in leaves:
        published.write((level, number, 256, content) for level, number, content in edge.append(leaf))
    published.write(edge.partial())
    hashes = [leaf_hash(leaf) for leaf in leaves]
    root = root_of(size, subtree_of(hashes))
    assert edge.root() == root == root_of(size, published.subtree(size))
    again = published.edge(size)
    assert (again.size, again.root(), again.entries) == (size, root, edge.entries)


def test_a_proof_comes_back_from_its_text() -> None:
    proof = Proof(73894, (bytes(32), bytes(range(32))), signed(Tree(NOTE_KEY.name, 109482, bytes(32)).text))
    lines = proof.text.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 73894"]
    assert read_proof(proof.text) == proof
    lines.insert(1, "extra AAAA")
    assert read_proof("\n".join(lines)) == proof
    alone = Proof(0, (), proof.checkpoint)
    assert alone.text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nmaidinh.example/lao-cai\n")
    assert read_proof(alone.text) == alone


@pytest.mark.parametrize(
    "text",
    ["", "c2sp.org/tlog-proof@v2\nindex 0\n\nx", "c2sp.org/tlog-proof@v1\n\nx", "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
     "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx", "c2sp.org/tlog-proof@v1\nindex 0\n*\n\nx"],
)  # fmt: skip
def test_damaged_proofs_are_refused(text: str) -> None:
    with pytest.raises(ProofError):
        read_proof(text)


def test_a_leaf_says_only_what_is_public() -> None:
    content = {"name": "Nguyễn Văn Mẫu", "fee": 0}
    leaf = leaf_for(kind="dossier.received", agency="H38.1", role="one-stop", content=content, salt=bytes(32), at=AT)
    assert read_leaf(leaf) == {
        "time": "2026-07-01T08:00:00Z",
        "kind": "dossier.received",
        "agency": "H38.1",
        "role": "one-stop",
        "commitment": commitment_of(content, bytes(32)),
    }
    assert "Mẫu" not in leaf.decode()
    assert leaf_for(kind="a", agency="b", role="c", content=content, salt=b"\1" * 32, at=AT) != leaf_for(
        kind="a", agency="b", role="c", content=content, salt=bytes(32), at=AT
    )


def test_the_zone_of_a_time_does_not_matter_but_there_must_be_one() -> None:
    common = {"kind": "a", "agency": "b", "role": "c", "content": {}, "salt": bytes(32)}
    local = AT.astimezone(timezone(timedelta(hours=7)))
    assert leaf_for(at=local, **common) == leaf_for(at=AT, **common)
    with pytest.raises(ContentError):
        leaf_for(at=AT.replace(tzinfo=None), **common)


@pytest.mark.parametrize("content", [{"x": 1.5}, {"x": 2**60}, {1: "x"}, {"x": b"y"}, {"x": AT}, {"x": "\ud800"}])
def test_content_without_one_form_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(ContentError):
        canonical(content)


def test_canonical_order_is_by_utf16_as_in_rfc_8785() -> None:
    content = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert [pair.split(":")[1] for pair in canonical(content).decode()[1:-1].split(",")] == list("2467153")


words = st.text(st.characters(codec="utf-8"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(words, json_values, max_size=5))
def test_order_of_writing_does_not_change_a_commitment(content: dict[str, object]) -> None:
    backwards = dict(reversed(content.items()))
    assert commitment_of(content, bytes(32)) == commitment_of(backwards, bytes(32))
    assert commitment_of({**content, "added": 1, "": 0}, bytes(32)) != commitment_of(content, bytes(32))


def test_a_promise_is_a_jws_that_others_verify() -> None:
    promise = sign_promise(Local(), "promise:lao-cai", origin="maidinh.example/lao-cai", leaf=b"leaf", at=AT, within=60)
    opened = open_promise(promise, KEY.public_key())
    assert (opened.log, opened.key) == ("maidinh.example/lao-cai", "promise:lao-cai")
    assert opened.leaf == leaf_hash(b"leaf").hex()
    assert opened.due == AT + timedelta(seconds=60)
    raw = base64.urlsafe_b64encode(KEY.public_key().public_bytes_raw()).rstrip(b"=").decode()
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": raw})
    foreign = jws.deserialize_compact(promise, key, algorithms=["EdDSA"])
    assert b'"within":60' in foreign.payload


def test_changed_promises_are_refused() -> None:
    promise = sign_promise(Local(), "promise:lao-cai", origin="o", leaf=b"leaf", at=AT, within=60)
    for place in range(len(promise)):
        changed = promise[:place] + ("A" if promise[place] != "A" else "B") + promise[place + 1 :]
        with pytest.raises(PromiseError):
            open_promise(changed, KEY.public_key())


def test_a_promise_is_never_read_with_another_algorithm_or_key() -> None:
    text = promise_input("promise:lao-cai", origin="o", leaf=b"x", at=AT, within=60)
    promise = join_promise(text, KEY.sign(text.encode()))
    with pytest.raises(PromiseError, match="algorithm"):
        open_promise(promise, generate_private_key(SECP256R1()).public_key())
    with pytest.raises(PromiseError, match="not signed"):
        open_promise(promise, Ed25519PrivateKey.generate().public_key())
    with pytest.raises(PromiseError):
        open_promise(join_promise(text, b""), KEY.public_key())
