"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): somebody else saw this state and no fork of it.

Layer 7, pure: the time is passed in; signing itself is done by whoever holds the witness's key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maidinh.infrastructure.translog.note import NoteError, signatures_of, valid_name

COSIGNATURE = b"\x04"
TIME_BYTES, SIGNATURE_BYTES = 8, 64


@dataclass(frozen=True)
class WitnessKey:
    """A key by which a witness says that it saw a checkpoint."""

    name: str
    public: Ed25519PublicKey

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a cosignature."""
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.raw).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key as text, as witnesses publish it."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(COSIGNATURE + self.raw).decode()}"


def read_witness_key(text: str) -> WitnessKey:
    """Read a witness's verifier key. Raises NoteError."""
    parts = text.strip().split("+", 2)
    try:
        name, number, material = parts[0], parts[1], base64.b64decode(parts[2], validate=True)
        if material[:1] != COSIGNATURE:
            raise NoteError("this is no key of a witness (cosignature/v1)")
        key = WitnessKey(name, Ed25519PublicKey.from_public_bytes(material[1:]))
    except (IndexError, ValueError) as error:
        raise NoteError("this is not a verifier key of a witness") from error
    if not valid_name(name) or key.id.hex() != number:
        raise NoteError("the verifier key's number does not fit its name and key")
    return key


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
