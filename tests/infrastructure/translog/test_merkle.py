"""Hashes, roots and proofs: RFC 6962's known vectors, a naive tree beside ours, and every bit flipped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.translog.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    consistent,
    inclusion_proof,
    leaf_hash,
    root_from_inclusion,
    root_of,
    subtree_of,
)

# The leaves and roots that Certificate Transparency's own implementations test with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def naive_path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, word by word."""
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return [*naive_path(index, hashes[:split]), naive_root(hashes[split:])]
    return [*naive_path(index - split, hashes[split:]), naive_root(hashes[:split])]


def hashes_of(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert root_of(size, subtree_of(hashes)).hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    assert root_of(0, subtree_of([])) == EMPTY_ROOT == bytes.fromhex(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )  # fmt: skip


def test_known_inclusion_proof() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert [step.hex() for step in inclusion_proof(5, 8, subtree_of(hashes))] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_known_consistency_proof() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert [step.hex() for step in consistency_proof(6, 8, subtree_of(hashes))] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(1, 600), st.data())
def test_inclusion_is_what_the_rfc_says_and_leads_to_the_root(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = hashes_of(size)
    root = root_of(size, subtree_of(hashes))
    proof = inclusion_proof(index, size, subtree_of(hashes))
    assert root == naive_root(hashes)
    assert proof == naive_path(index, hashes)
    assert root_from_inclusion(hashes[index], index, size, proof) == root


@given(st.integers(1, 300), st.data())
def test_a_wrong_place_leaf_or_step_does_not_lead_to_the_root(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = hashes_of(size)
    root, proof = naive_root(hashes), naive_path(index, hashes)
    other = data.draw(st.integers(0, size))
    if other != index:
        assert root_from_inclusion(hashes[index], other, size, proof) != root
    assert root_from_inclusion(leaf_hash(b"other"), index, size, proof) != root
    assert root_from_inclusion(hashes[index], index, size, [*proof, root]) != root
    if proof:
        step, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = bytearray(proof[step])
        flipped[bit // 8] ^= 1 << bit % 8
        changed = [*proof[:step], bytes(flipped), *proof[step + 1 :]]
        assert root_from_inclusion(hashes[index], index, size, changed) != root
        assert root_from_inclusion(hashes[index], index, size, proof[:-1]) != root


@given(st.integers(1, 300), st.data())
def test_consistency_holds_for_every_beginning_and_for_no_other_tree(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    hashes = hashes_of(size)
    root, old_root = naive_root(hashes), naive_root(hashes[:old])
    proof = consistency_proof(old, size, subtree_of(hashes))
    assert consistent(old, old_root, size, root, proof)
    forked = [*hashes[: old - 1], leaf_hash(b"other")]
    assert not consistent(old, naive_root(forked), size, root, proof)
    assert not consistent(old, old_root, size, naive_root([*hashes[:-1], leaf_hash(b"else")]), proof)
    assert not consistent(old, old_root, size, root, [*proof, root])
    for step in range(len(proof)):
        changed = [*proof[:step], bytes(32), *proof[step + 1 :]]
        assert not consistent(old, old_root, size, root, changed)


def test_everything_extends_the_empty_tree_and_nothing_shrinks() -> None:
    root = naive_root(hashes_of(3))
    assert consistent(0, EMPTY_ROOT, 3, root, [])
    assert not consistent(0, root, 3, root, [])
    assert not consistent(3, root, 2, naive_root(hashes_of(2)), [])
    with pytest.raises(ValueError, match="beginning"):
        consistency_proof(4, 3, subtree_of(hashes_of(3)))
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(3, 3, subtree_of(hashes_of(3)))
