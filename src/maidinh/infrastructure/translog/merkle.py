"""Merkle trees of RFC 6962, section 2.1: hashes, roots, and the proofs of inclusion and consistency.

Layer 7, pure. Proofs are built from a function that gives the hash of a complete subtree, so that the same code works
on a list in memory and on tiles on disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

# (level, index) -> hash of the complete subtree over leaves [index * 2**level, (index + 1) * 2**level)
Subtree = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; its prefix keeps it from being taken for a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_of(hashes: Sequence[bytes]) -> Subtree:
    """Return the subtree function of a tree whose leaf hashes are all at hand."""

    def subtree(level: int, index: int) -> bytes:
        start = index << level
        return complete_root(hashes[start : start + (1 << level)])

    return subtree


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2**n hashes."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise ValueError("a complete subtree has a power of two of hashes")
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def root_of(size: int, subtree: Subtree) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _range_root(0, size, subtree)


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the tree of `size` leaves, leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            proof.append(_range_root(middle, end, subtree))
            end = middle
        else:
            proof.append(_range_root(start, middle, subtree))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Return the hashes that show the tree of `old` leaves to be the beginning of the tree of `new` leaves."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {new}")
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            proof.append(_range_root(middle, end, subtree))
            end = middle
        else:
            proof.append(_range_root(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        proof.append(_range_root(start, end, subtree))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that the proof leads to from a leaf's hash, or None where it has not the right form."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0 or len(step) != HASH_BYTES:
            return None
        if place & 1 or place == last:
            root = node_hash(step, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, step)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows the old tree to be the beginning of the new one (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old <= new or any(len(step) != HASH_BYTES for step in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(start: int, end: int, subtree: Subtree) -> bytes:
    count = end - start
    if count & (count - 1) == 0 and start % count == 0:
        level = count.bit_length() - 1
        return subtree(level, start >> level)
    middle = start + _largest_power_below(count)
    return node_hash(_range_root(start, middle, subtree), _range_root(middle, end, subtree))
