"""What stands in the public log: a leaf with a salted commitment, never the thing itself.

Layer 7, pure. Whoever holds content and salt can show that the leaf is theirs; whoever has only the leaf learns
nothing, and with the salt erased nobody can tie the leaf to a person any more (Law on Personal Data Protection
91/2025/QH15).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SALT_BYTES = 32
LEAF_LIMIT = 65_535  # an entry of a tlog-tiles bundle has a 16-bit length
LEAF_FIELDS = ("agency", "commitment", "kind", "role", "time")
_EXACT_INTEGER = 2**53 - 1  # beyond this JSON readers disagree about an integer
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,119}")


class ContentError(ValueError):
    """The content has no single canonical form, or a field of the leaf is not a plain code."""


@dataclass(frozen=True)
class Commitment:
    """What the caller keeps in its own row beside the content: the salt, and where its leaf is."""

    entry_id: int
    salt: bytes
    leaf: bytes


def canonical(content: Any) -> bytes:
    """Return the one JSON form (RFC 8785, without fractions) of the content."""
    plain = _refuse_ambiguous(content)
    try:
        if plain:
            return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        return json.dumps(_ordered(content), separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ContentError("text holds half a character (a lone surrogate)") from error


def commitment_of(content: Mapping[str, Any] | bytes, salt: bytes) -> str:
    """Return base64(SHA-256(salt || canonical content)); content that is canonical already comes as its bytes."""
    if len(salt) != SALT_BYTES:
        raise ContentError(f"a salt has {SALT_BYTES} bytes")
    text = content if isinstance(content, bytes) else canonical(content)
    return base64.b64encode(hashlib.sha256(salt + text).digest()).decode("ascii")


def leaf_for(
    *, kind: str, agency: str, role: str, content: Mapping[str, Any] | bytes, salt: bytes, at: datetime
) -> bytes:
    """Return the leaf for content: what happened is only committed to; kind, agency, role and second are public."""
    if at.tzinfo is None:
        raise ContentError("the time of a leaf has a zone")
    for name, value in (("kind", kind), ("agency", agency), ("role", role)):
        if not _WORD.fullmatch(value):
            raise ContentError(f"{name} is a code of letters, digits and . _ / -: {value!r}")
    leaf = canonical(
        {
            "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "kind": kind,
            "agency": agency,
            "role": role,
            "commitment": commitment_of(content, salt),
        }
    )
    if len(leaf) > LEAF_LIMIT:
        raise ContentError("the leaf is too long")
    return leaf


def read_leaf(leaf: bytes) -> dict[str, str]:
    """Read a leaf, refusing any that leaf_for would not have written."""
    try:
        fields = json.loads(leaf)
    except ValueError as error:
        raise ContentError("the leaf is not JSON") from error
    if not isinstance(fields, dict) or tuple(sorted(fields)) != LEAF_FIELDS:
        raise ContentError(f"a leaf has exactly the fields {', '.join(LEAF_FIELDS)}")
    if not all(isinstance(value, str) for value in fields.values()) or canonical(fields) != leaf:
        raise ContentError("the leaf is not in canonical form")
    return fields


def idempotency_of(leaf: bytes) -> str:
    """Return the key under which a leaf is entered once when its caller names none."""
    return hashlib.sha256(leaf).hexdigest()


def _refuse_ambiguous(value: Any) -> bool:
    """Refuse what has no one form; tell whether all names are ASCII in plain dicts, whose order json itself knows."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if abs(value) > _EXACT_INTEGER:
            raise ContentError(f"write so large a number as text: {value}")
        return True
    if isinstance(value, Mapping):
        plain = isinstance(value, dict)
        for key, item in value.items():
            if not isinstance(key, str):
                raise ContentError(f"a name in the content is not text: {key!r}")
            plain = _refuse_ambiguous(item) and plain and key.isascii()
        return plain
    if isinstance(value, list | tuple):
        plain_items = [_refuse_ambiguous(item) for item in value]  # each is looked at, whatever the first says
        return all(plain_items)
    raise ContentError(f"write a {type(value).__name__} as text: {value!r}")


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    return value


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def origin_of(province: str) -> str:
    """The name of a province's log, as its checkpoints carry it."""
    return f"maidinh.example/{province}"
