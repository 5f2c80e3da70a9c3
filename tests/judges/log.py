"""A log of our making and its proofs, true and changed, for the judges who say which is which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from maidinh.infrastructure.translog.merkle import inclusion_proof
from maidinh.infrastructure.translog.note import Tree, sign_note
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import WIDTH, Edge
from tests.infrastructure.translog.conftest import NOTE_KEY, ORIGIN, PRIVATE, leaf_number

SIZE = 700
PLACES = (0, 1, 255, 256, 511, 512, 698, 699)


def publish(folder: Path) -> PublishedLog:
    """The log, as the sequencer would leave it."""
    published, edge = PublishedLog(folder), Edge()
    for number in range(SIZE):
        full = edge.append(leaf_number(number))
        published.write((level, place, WIDTH, content) for level, place, content in full)
    published.write(edge.partial())
    text = Tree(ORIGIN, SIZE, edge.root()).text
    published.publish(sign_note(text, NOTE_KEY, PRIVATE.sign(text.encode())))
    return published


def assert_judged_right(
    holds: Callable[[list[str | Path]], bool], published: PublishedLog, place: Path, index: int
) -> None:
    """The judge accepts this proof of ours and no changed one; it is given key, proof file and leaf file."""
    note = published.checkpoint() or ""
    proof = Proof(index, inclusion_proof(index, SIZE, published.subtree(SIZE)), note).text
    step = proof.split("\n")[2]

    def judged(text: str, leaf: bytes) -> bool:
        (place / "proof").write_text(text)
        (place / "leaf").write_bytes(leaf)
        return holds([NOTE_KEY.text, place / "proof", place / "leaf"])

    assert judged(proof, leaf_number(index))
    assert not judged(proof, leaf_number(index + 1))
    assert not judged(proof.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"), leaf_number(index))
    assert not judged(proof.replace(f"index {index}\n", f"index {index + 1}\n"), leaf_number(index))
    assert not judged(proof.replace(step, "A" * 43 + "="), leaf_number(index))
