"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): somebody else saw this state and no fork of it.

Layer 7, pure: the time is passed in; signing itself is done by whoever holds the witness's key.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import ClassVar

from cryptography.exceptions import InvalidSignature

from maidinh.infrastructure.translog.note import NoteError, NoteKey, read_key_of, signatures_of

COSIGNATURE = b"\x04"
TIME_BYTES, SIGNATURE_BYTES = 8, 64


class WitnessKey(NoteKey):
    """A key by which a witness says that it saw a checkpoint."""

    kind: ClassVar[bytes] = COSIGNATURE


def read_witness_key(text: str) -> WitnessKey:
    """Read a witness's verifier key. Raises NoteError."""
    return read_key_of(text, WitnessKey, "this is no key of a witness (cosignature/v1)")


def to_cosign(text: str, at: int) -> bytes:
    """What a witness signs: the time in seconds since 1970, and the checkpoint's text."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosignature_line(key: WitnessKey, at: int, signature: bytes) -> str:
    """The line that goes under a checkpoint."""
    material = key.id + at.to_bytes(TIME_BYTES, "big") + signature
    return f"— {key.name} {base64.b64encode(material).decode()}\n"


def cosigned_by(note: str, witnesses: Iterable[WitnessKey]) -> Mapping[str, int]:
    """When each of these witnesses saw the checkpoint, by name. Raises NoteError where one of theirs is wrong."""
    text, found = signatures_of(note)
    known = {(key.name, key.id): key for key in witnesses}
    seen: dict[str, int] = {}
    for name, number, material in found:
        key = known.get((name, number))
        if key is None or name in seen:
            continue
        if len(material) != TIME_BYTES + SIGNATURE_BYTES:
            raise NoteError(f"the cosignature of {name} has not the right form")
        at = int.from_bytes(material[:TIME_BYTES], "big")
        try:
            key.public.verify(material[TIME_BYTES:], to_cosign(text, at))
        except InvalidSignature as error:
            raise NoteError(f"the cosignature of {name} is wrong") from error
        seen[name] = at
    return seen
