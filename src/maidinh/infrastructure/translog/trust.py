"""The public keys a verifier trusts, read from files it was given, and what each may vouch for.

Layer 7. A file named like `log@lao-cai.pem` says which key it holds, and the key vouches for nothing else; a file of
another name is trusted as far as the one who named it meant: for log and promise alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from maidinh.infrastructure.keys.identifiers import key_of_stem, kind_of
from maidinh.infrastructure.translog.note import NoteError, NoteKey, read_key
from maidinh.infrastructure.translog.promise import PublicKey

VOUCHING_KINDS = ("log", "promise")


class KeyFileError(ValueError):
    """The file holds no public key that can be used here."""


@dataclass(frozen=True)
class TrustedKey:
    """A public key; `key` and `origin` where its file says which key, or which log's, it is."""

    public: PublicKey
    key: str | None = None
    origin: str | None = None


@dataclass(frozen=True)
class TrustedKeys:
    """All the keys a verifier was given."""

    keys: tuple[TrustedKey, ...]

    @property
    def for_promises(self) -> bool:
        """Whether any of the keys may sign promises at all."""
        return any(each.origin is None and (each.key is None or kind_of(each.key) == "promise") for each in self.keys)

    def of_log(self, origin: str) -> list[NoteKey]:
        """Return the keys that may sign this log's checkpoints."""
        return [
            NoteKey(origin, each.public)
            for each in self.keys
            if isinstance(each.public, Ed25519PublicKey)
            and each.origin in (None, origin)
            and (each.key is None or kind_of(each.key) == "log")
        ]

    def of_promise(self, key: str) -> list[PublicKey]:
        """Return the keys that may sign a promise which names this key."""
        return [each.public for each in self.keys if each.origin is None and each.key in (None, key)]


def read_keys(paths: Iterable[Path]) -> TrustedKeys:
    """Read key files: PEM public keys, verifier keys of signed notes, or a directory of PEM files."""
    keys: list[TrustedKey] = []
    for path in paths:
        if path.is_dir():
            files = [each for kind in VOUCHING_KINDS for each in sorted(path.glob(f"{kind}@*.pem"))]
            if not files:
                raise KeyFileError(f"{path}: no public key of a log or a promise is in this directory")
            keys += [_read_file(each) for each in files]
        else:
            keys.append(_read_file(path))
    return TrustedKeys(tuple(keys))


def _read_file(path: Path) -> TrustedKey:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    if b"-----BEGIN" not in content:
        try:
            note = read_key(content.decode("utf-8"))
        except (NoteError, UnicodeDecodeError) as error:
            raise KeyFileError(f"{path}: neither a PEM public key nor a verifier key") from error
        return TrustedKey(note.public, origin=note.name)
    try:
        public = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: not a PEM public key") from error
    if not isinstance(public, Ed25519PublicKey | EllipticCurvePublicKey):
        raise KeyFileError(f"{path}: only Ed25519 and P-256 keys are used here")
    return TrustedKey(public, key=key_of_stem(path.stem))
