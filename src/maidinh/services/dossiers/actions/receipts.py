"""The receipt of a dossier: what was handed in, when, and the signed promise that the log will hold it.

Layer 4, part of the dossiers' actions. The log holds a salted commitment; content and salt stay in the receipt, which
the applicant keeps and can have checked by anyone, offline.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from maidinh.infrastructure.translog.actions import append_entry
from maidinh.infrastructure.translog.promises import sign_promise
from maidinh.services.dossiers.models import Dossier

SECRET_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that a tired eye takes for something else
SECRET_LENGTH = 12


class Signer(Protocol):
    """Whoever signs for the platform: the signer's client."""

    def sign(self, key: str, message: bytes) -> bytes:
        """The signature of the message by this key."""


class PaperLike(Protocol):
    """What the receipt tells of a paper."""

    @property
    def paper(self) -> str: ...
    @property
    def digest(self) -> str: ...


def tracking_secret() -> str:
    """The second half of what it takes to follow a dossier without signing in."""
    return "".join(secrets.choice(SECRET_ALPHABET) for _ in range(SECRET_LENGTH))


def write_receipt(
    dossier: Dossier,
    papers: Sequence[PaperLike],
    secret: str,
    at: datetime,
    signer: Signer,
    province: str,
    promise_within: int,
) -> None:
    """Fill in the dossier's receipt and its place in the log, within the transaction that creates the dossier."""
    content: dict[str, Any] = {
        "kind": "dossier-submitted",
        "code": dossier.code,
        "procedure": dossier.procedure.code,
        "procedure_hash": dossier.procedure.hash,
        "agency": dossier.receiving,
        "submitted_at": at.astimezone(UTC).isoformat(),
        "promised_at": dossier.promised_at.astimezone(UTC).isoformat(),
        "papers": sorted([paper.paper, paper.digest] for paper in papers),
    }
    commitment = append_entry(
        kind="dossier-submitted", agency=dossier.receiving, role="portal", content=content, at=at
    )
    dossier.entry = commitment.entry_id
    dossier.receipt = {
        "content": content,
        "salt": base64.b64encode(commitment.salt).decode(),
        "leaf": commitment.leaf.decode(),
        "promise": sign_promise(signer=signer, province=province, leaf=commitment.leaf, at=at, within=promise_within),
        "tracking": secret,
    }
