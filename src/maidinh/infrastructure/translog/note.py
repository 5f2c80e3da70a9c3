"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint): how a log states its size and root.

Layer 7. Reads and writes text and checks Ed25519 signatures; signing itself is done by the signer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maidinh.infrastructure.translog.merkle import HASH_BYTES

ED25519 = b"\x01"
SIGNATURE_LIMIT = 100  # lines; the specification asks for at least 16
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """The text is not a signed note, not a checkpoint, or not signed by a known key."""


@dataclass(frozen=True)
class NoteKey:
    """A key that signs notes under a name; `kind` is the byte that says how."""

    kind: ClassVar[bytes] = ED25519
    name: str
    public: Ed25519PublicKey

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.raw).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key as text."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.raw).decode()}"


Key = TypeVar("Key", bound=NoteKey)


@dataclass(frozen=True)
class Tree:
    """What a checkpoint states."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text, which is what gets signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_key(text: str) -> NoteKey:
    """Read a verifier key."""
    return read_key_of(text, NoteKey, "only Ed25519 verifier keys are understood")


def read_key_of(text: str, form: type[Key], otherwise: str) -> Key:
    """Read a verifier key of one kind; `otherwise` says what it must be."""
    parts = text.strip().split("+", 2)
    try:
        name, number, material = parts[0], parts[1], base64.b64decode(parts[2], validate=True)
        if material[:1] != form.kind:
            raise NoteError(otherwise)
        key = form(name, Ed25519PublicKey.from_public_bytes(material[1:]))
    except (IndexError, ValueError) as error:
        raise NoteError("this is not a verifier key") from error
    if not valid_name(name) or key.id.hex() != number:
        raise NoteError("the verifier key's number does not fit its name and key")
    return key


def valid_name(name: str) -> bool:
    """Tell whether a key or a log may have this name."""
    return bool(name) and "+" not in name and not any(character.isspace() or character < " " for character in name)


def sign_note(text: str, key: NoteKey, signature: bytes) -> str:
    """Return the note with a signature that was made over its text."""
    return f"{text}\n— {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def signatures_of(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text and its signatures, unchecked: name, the key's four bytes, and what follows them."""
    if any(character < " " and character != "\n" for character in note):
        raise NoteError("a note has no control characters")
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise NoteError("a note has a text, an empty line and signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURE_LIMIT:
        raise NoteError("the note has too many signatures")
    return text + "\n", [_read_signature(line) for line in lines]


def open_note(note: str, keys: Iterable[NoteKey]) -> tuple[str, list[NoteKey]]:
    """Return a note's text and the known keys that signed it; refuse it where none did, or one of them wrongly."""
    text, signatures = signatures_of(note)
    known = {(key.name, key.id): key for key in keys}
    signers: list[NoteKey] = []
    for name, number, signature in signatures:
        key = known.get((name, number))
        if key is None or key in signers:
            continue
        try:
            key.public.verify(signature, text.encode())
        except InvalidSignature as error:
            raise NoteError(f"the signature of {name} is wrong") from error
        signers.append(key)
    if not signers:
        raise NoteError("no known key signed the note")
    return text, signers


def read_tree(text: str) -> Tree:
    """Read the text of a checkpoint."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("a checkpoint has an origin, a size and a root, each on a line")
    origin, size, root = lines[:3]
    decoded = _decode(root)
    if not _SIZE.fullmatch(size) or len(decoded) != HASH_BYTES:
        raise NoteError("a checkpoint's second line is a number and its third a SHA-256 hash")
    return Tree(origin, int(size), decoded)


def open_checkpoint(note: str, keys: Iterable[NoteKey]) -> Tree:
    """Return what a checkpoint states, once a known key named like its origin is found to have signed it."""
    text, signers = open_note(note, keys)
    tree = read_tree(text)
    if tree.origin not in {signer.name for signer in signers}:
        raise NoteError("the log itself did not sign this checkpoint")
    return tree


def unchecked_tree(note: str) -> Tree:
    """Return what a checkpoint states without looking at its signatures."""
    return read_tree(note.rpartition("\n\n")[0] + "\n")


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    match = _SIGNATURE.fullmatch(line)
    decoded = _decode(match[2]) if match else b""
    if match is None or len(decoded) < 5:
        raise NoteError("a line under the note is not a signature")
    return match[1], decoded[:4], decoded[4:]


def _decode(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("base64 was expected") from error
    if base64.b64encode(decoded).decode() != text:
        raise NoteError("base64 in its one canonical form was expected")
    return decoded
