"""Names of keys: what kinds there are, which algorithm each uses, and the file name a key gets.

Layer 7, pure. A key's name is `<kind>:<owner>`; the owner is a province, an agency code, a subsystem path or a
person's id.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote, unquote

Algorithm = Literal["ES256", "Ed25519"]

ALGORITHM_OF_KIND: dict[str, Algorithm] = {
    "log": "Ed25519",  # signs checkpoints of the transparency log
    "promise": "Ed25519",  # signs the promise that an entry will be in the log
    "architecture": "ES256",  # signs architecture versions and directories
    "member": "ES256",  # an agency's evidence of an exchange
    "caller": "ES256",  # a system that calls the gateway
    "person": "ES256",  # an official's signature on a document
    "seal": "ES256",  # an agency's seal on a document
    "exchange": "ES256",  # puts together the evidence that leaves the exchange
    "timestamp": "ES256",  # the stand-in time-stamping authority
    "authority": "ES256",  # the sample certificate authority
}

CERTIFIED_KINDS = frozenset({"person", "seal", "caller", "member", "exchange", "timestamp"})

_KEY = re.compile(r"([a-z]+):([A-Za-z0-9._/-]{1,120})")
_FILE_STEM = re.compile(r"([a-z]+)@(.+)")


class KeyNameError(ValueError):
    """The text does not name a key."""


def kind_of(key: str) -> str:
    """Return the kind of a key, refusing a name that is not of the form `<kind>:<owner>`."""
    match = _KEY.fullmatch(key) if isinstance(key, str) else None
    if match is None or match[1] not in ALGORITHM_OF_KIND:
        raise KeyNameError("a key is named <kind>:<owner>, with a known kind and letters, digits, '.', '_', '/', '-'")
    return match[1]


def algorithm_of(key: str) -> Algorithm:
    """Return the algorithm that a key of this name has unless its maker said otherwise."""
    return ALGORITHM_OF_KIND[kind_of(key)]


def file_stem(key: str) -> str:
    """Return the file name, without its ending, under which a key is kept."""
    kind = kind_of(key)
    return f"{kind}@{quote(key[len(kind) + 1 :], safe='')}"


def key_of_stem(stem: str) -> str | None:
    """Return the key that a file name stands for, or None where it stands for none."""
    match = _FILE_STEM.fullmatch(stem)
    if match is None:
        return None
    key = f"{match[1]}:{unquote(match[2])}"
    try:
        kind_of(key)
    except KeyNameError:
        return None
    return key
