"""The receipt of a dossier: what was handed in, when, and the signed promise that the log will hold it.

Layer 4, part of the dossiers' actions. The log holds a salted commitment; content and salt stay in the receipt, which
the applicant keeps and can have checked by anyone, offline.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.models import Dossier
from maidinh.services.dossiers.rules import answers_digest

SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, so that a byte gives each as often; none is taken for another
SYMBOL_COUNT = 12


class PaperLike(Protocol):
    """What the receipt tells of a paper."""

    @property
    def paper(self) -> str: ...
    @property
    def digest(self) -> str: ...


def tracking_secret() -> str:
    """The second half of what it takes to follow a dossier without signing in."""
    return "".join(SYMBOLS[byte % len(SYMBOLS)] for byte in secrets.token_bytes(SYMBOL_COUNT))


def write_receipt(dossier: Dossier, papers: Sequence[PaperLike], at: datetime, log: LogKeeper) -> None:
    """Fill in the dossier's receipt and its place in the log, within the transaction that creates the dossier."""
    entered = log.enter(
        kind="dossier-submitted",
        agency=dossier.receiving,
        role="portal",
        content={
            "kind": "dossier-submitted",
            "code": dossier.code,
            "procedure": dossier.procedure.code,
            "procedure_hash": dossier.procedure.hash,
            "agency": dossier.receiving,
            "submitted_at": at.astimezone(UTC).isoformat(),
            "promised_at": dossier.promised_at.astimezone(UTC).isoformat(),
            "answers": answers_digest(dossier.answers),
            "papers": sorted([paper.paper, paper.digest] for paper in papers),
        },
        at=at,
    )
    dossier.entry, dossier.receipt = entered.entry, entered.receipt
