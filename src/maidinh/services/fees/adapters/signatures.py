"""Signatures between us and a payment provider: HMAC-SHA256 over moment and content, with a secret both hold.

Layer 4, adapter, pure. The moment is part of what is signed, so that an old call can't be sent again; within the window
the provider's number of the call, kept once in the database, does the same.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

HEADER = "Payment-Signature"
WINDOW_SECONDS = 300


def signed(secret: bytes, what: str, body: bytes, at: datetime) -> str:
    """The header's value for a body; `what` says which call it is for."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(secret, what, body, moment)}"


def fault_of(secret: bytes, what: str, body: bytes, header: str, at: datetime) -> str:
    """What is wrong with a signature, in a word: missing, late, forged; empty when it holds."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    moment, given = parts.get("t", ""), parts.get("v1", "")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 13) or not given:
        return "missing"
    if not hmac.compare_digest(_digest(secret, what, body, int(moment)).encode(), given.encode()):
        return "forged"
    return "" if abs(at.timestamp() - int(moment)) <= WINDOW_SECONDS else "late"


def _digest(secret: bytes, what: str, body: bytes, moment: int) -> str:
    return hmac.new(secret, f"{moment}\n{what}\n".encode() + body, hashlib.sha256).hexdigest()
