"""Reading the log for others: the proof of an entry.

Layer 7. Leaves and checkpoints are public; nothing here depends on who asks.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from maidinh.infrastructure.translog.merkle import inclusion_proof, leaf_hash
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.note import unchecked_tree
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.published import PublishedLog


def published_log() -> PublishedLog:
    """Return the log's files in this installation."""
    return PublishedLog(settings.MAIDINH.home.log)


def proof_for(entry_id: int, *, published: PublishedLog | None = None) -> str | None:
    """Return the tlog-proof of an entry, or None while no checkpoint covers it."""
    files = published or published_log()
    entry = Entry.objects.get(pk=entry_id)
    note = files.checkpoint()
    if entry.index is None or note is None:
        return None
    witnessed = files.witnessed()  # seen by others too: the better proof, once it covers the entry
    if witnessed is not None and entry.index < unchecked_tree(witnessed).size:
        note = witnessed
    return proof_text(files, note, entry.index, bytes(entry.leaf))


def proved_entries(entry_ids: Iterable[int], *, published: PublishedLog | None = None) -> set[int]:
    """Which of these entries the latest checkpoint covers, so that there is a proof of each."""
    note = (published or published_log()).checkpoint()
    if note is None:
        return set()
    covered = Entry.objects.filter(pk__in=list(entry_ids), index__lt=unchecked_tree(note).size)
    return set(covered.values_list("pk", flat=True))


def leaf_of(entry_id: int) -> bytes:
    """Return the leaf of an entry, which anyone may have."""
    return bytes(Entry.objects.values_list("leaf", flat=True).get(pk=entry_id))


def proof_text(published: PublishedLog, note: str, index: int, leaf: bytes) -> str | None:
    """Return the proof of the leaf at an index under a checkpoint, or None where the checkpoint does not cover it."""
    tree = unchecked_tree(note)
    if index >= tree.size:
        return None
    proof = Proof(index, inclusion_proof(index, tree.size, published.subtree(tree.size)), note)
    if not proof.includes(leaf_hash(leaf), tree.size, tree.root):
        raise RuntimeError(f"entry {index} is not what the log published; run the audit of the log")
    return proof.text
