"""The identity of a definition: the SHA-256 of its canonical JSON.

Layer 7. Canonical JSON after RFC 8785 for what definitions hold: sorted keys, no spaces, UTF-8, no floats.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel


def canonical_json(content: Any) -> bytes:
    """The one byte form of a JSON value. TypeError for what JSON cannot hold; ValueError for a float."""
    if isinstance(content, BaseModel):
        content = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    _refuse_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def content_hash(content: Any) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal characters."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _refuse_floats(content: Any) -> None:
    if isinstance(content, float):
        raise ValueError(f"{content!r} is a float: write it as a whole number or as text, so that it has one form")
    if isinstance(content, dict):
        for value in content.values():
            _refuse_floats(value)
    elif isinstance(content, (list, tuple)):
        for value in content:
            _refuse_floats(value)
