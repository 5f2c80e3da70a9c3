"""The proof that a leaf is in the log, as one text file (C2SP tlog-proof), checked without asking anybody.

Layer 7, pure.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from maidinh.infrastructure.translog.merkle import HASH_BYTES, root_from_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
STEP_LIMIT = 64


class ProofError(ValueError):
    """The text is not a tlog-proof."""


@dataclass(frozen=True)
class Proof:
    """A leaf's place, the hashes from it to the root, and the signed checkpoint that states the root."""

    index: int
    steps: Sequence[bytes]
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as a file."""
        steps = "".join(base64.b64encode(step).decode() + "\n" for step in self.steps)
        return f"{HEADER}\nindex {self.index}\n{steps}\n{self.checkpoint}"

    def includes(self, leaf: bytes, size: int, root: bytes) -> bool:
        """Tell whether the steps lead from this leaf's hash to this root."""
        return root_from_inclusion(leaf, self.index, size, self.steps) == root


def read_proof(text: str) -> Proof:
    """Read a proof from a file."""
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != HEADER:
        raise ProofError(f"a proof begins with the line {HEADER} and has a checkpoint after an empty line")
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    match = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
    if match is None:
        raise ProofError("a proof names the index of its leaf")
    if len(lines) > STEP_LIMIT + 2:
        raise ProofError("the proof is longer than any tree is high")
    return Proof(int(match[1]), tuple(_step(line) for line in lines[2:]), checkpoint)


def _step(line: str) -> bytes:
    try:
        step = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("a step of the proof is not base64") from error
    if len(step) != HASH_BYTES or base64.b64encode(step).decode() != line:
        raise ProofError("a step of the proof is not a SHA-256 hash")
    return step
