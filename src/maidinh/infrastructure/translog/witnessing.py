"""Asking witnesses to cosign what the log published, beside the sequencer and without ever holding it up.

Layer 7, no Django. The newest checkpoint that a quorum cosigned stands beside the newest one, as the file `witnessed`.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from maidinh.infrastructure.translog.cosignature import WitnessKey, cosigned_by, read_witness_key
from maidinh.infrastructure.translog.merkle import consistency_proof
from maidinh.infrastructure.translog.note import NoteError, Tree, unchecked_tree
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import TileError

PATIENCE_SECONDS = 5
ANSWER_LIMIT = 4096
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WitnessAddress:
    """Where a witness listens, and the key by which it is known."""

    url: str
    key: WitnessKey


def read_witnesses(text: str) -> tuple[WitnessAddress, ...]:
    """Read witnesses as settings write them: `https://host=name+number+key`, separated by spaces. Raises ValueError."""
    found = []
    for word in text.split():
        url, _, key = word.partition("=")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f"a witness is an address, an equals sign and its verifier key: {word}")
        found.append(WitnessAddress(url.rstrip("/"), read_witness_key(key)))
    if len({each.key.name for each in found}) != len(found):
        raise ValueError("two witnesses have one name")
    return tuple(found)


class Witnessing:
    """The log's side of its witnesses; remembers how far each of them is."""

    def __init__(self, published: PublishedLog, witnesses: Sequence[WitnessAddress], quorum: int) -> None:
        self._published = published
        self._witnesses = tuple(witnesses)
        self._quorum = quorum
        self._sizes: dict[str, int] = {}
        self._session = requests.Session()
        self._session.trust_env = False

    def round(self) -> int:
        """Have the newest checkpoint cosigned; return how many did. From a quorum on it is published as witnessed."""
        note = self._published.checkpoint()
        if note is None:
            return 0
        known = self._published.witnessed()
        keys = [each.key for each in self._witnesses]
        tree = unchecked_tree(note)
        if known is not None and unchecked_tree(known) == tree and len(cosigned_by(known, keys)) == len(keys):
            return len(keys)
        lines = [line for each in self._witnesses if (line := self._ask(each, note, tree)) is not None]
        if len(lines) >= max(self._quorum, 1):
            self._published.publish_witnessed(note + "".join(lines))
        return len(lines)

    def _ask(self, witness: WitnessAddress, note: str, tree: Tree) -> str | None:
        try:
            for _ in range(2):  # a second time where the witness is further or less far than was thought
                old = self._sizes.get(witness.key.name, 0)
                answer = self._session.post(
                    f"{witness.url}/add-checkpoint", data=self._request(old, note, tree).encode(),
                    timeout=PATIENCE_SECONDS, allow_redirects=False,
                )  # fmt: skip
                if answer.status_code != 409:
                    break
                self._sizes[witness.key.name] = int(answer.text.strip()[:20])
                if self._sizes[witness.key.name] > tree.size:
                    logger.error("translog: the witness %s saw a larger log than this", witness.key.name)
                    return None
            line = answer.text[:ANSWER_LIMIT]
            if answer.status_code != 200 or witness.key.name not in cosigned_by(note + line, [witness.key]):
                logger.warning("translog: the witness %s answered %s", witness.key.name, answer.status_code)
                return None
        except (requests.RequestException, NoteError, TileError, ValueError) as error:
            logger.warning("translog: the witness %s is away: %s", witness.key.name, type(error).__name__)
            return None
        self._sizes[witness.key.name] = tree.size
        return line

    def _request(self, old: int, note: str, tree: Tree) -> str:
        steps = consistency_proof(old, tree.size, self._published.subtree(tree.size)) if 0 < old < tree.size else []
        return f"old {old}\n" + "".join(base64.b64encode(step).decode() + "\n" for step in steps) + f"\n{note}"


def run_witnessing(witnessing: Witnessing, stop: threading.Event, *, interval: float) -> None:
    """Have checkpoints cosigned until told to stop."""
    while not stop.is_set():
        try:
            witnessing.round()
        except (OSError, NoteError) as error:
            logger.warning("translog: nothing was cosigned: %s", error)
        stop.wait(interval)
