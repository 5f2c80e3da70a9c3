"""Entering something into this installation's log and handing out its receipt at once.

Layer 7. The receipt carries a signed promise; the proof is added when a checkpoint covers the entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from maidinh.infrastructure.translog import promise
from maidinh.infrastructure.translog.actions import append_entry
from maidinh.infrastructure.translog.queries import proof_for, published_log
from maidinh.infrastructure.translog.receipt import Receipt
from maidinh.infrastructure.translog.reopening import origin_here
from maidinh.infrastructure.translog.rules import origin_of


@dataclass(frozen=True)
class Entered:
    """The entry's number in the database and the receipt as a JSON object."""

    entry: int
    receipt: dict[str, Any]


@dataclass(frozen=True)
class LogKeeper:
    """Whoever enters into the province's log and promises for it, within so many seconds."""

    signer: promise.Signs
    province: str
    within: int

    def enter(self, *, kind: str, agency: str, role: str, content: Mapping[str, Any], at: datetime) -> Entered:
        """Enter the content within the caller's transaction; the receipt carries the promise at once."""
        commitment = append_entry(kind=kind, agency=agency, role=role, content=content, at=at)
        promised = promise.sign_promise(
            self.signer,
            f"promise:{self.province}",
            origin=origin_here(published_log(), origin_of(self.province)),
            leaf=commitment.leaf,
            at=at,
            within=self.within,
        )
        receipt = Receipt(content, commitment.salt, commitment.leaf, promised, None)
        return Entered(commitment.entry_id, receipt.document())


class Enters(Protocol):
    """Whoever enters into the log, with a promise or without."""

    def enter(self, *, kind: str, agency: str, role: str, content: Mapping[str, Any], at: datetime) -> Entered: ...


class Unpromised:
    """Enters without a promise: the worker, which makes the log's states itself and hands its receipts to nobody."""

    def enter(self, *, kind: str, agency: str, role: str, content: Mapping[str, Any], at: datetime) -> Entered:
        """Enter the content within the caller's transaction."""
        commitment = append_entry(kind=kind, agency=agency, role=role, content=content, at=at)
        receipt = Receipt(content, commitment.salt, commitment.leaf, None, None)
        return Entered(commitment.entry_id, receipt.document())


def with_proof(receipt: Mapping[str, Any], entry: int) -> dict[str, Any]:
    """The receipt with its proof, where a checkpoint covers it by now."""
    return {**receipt, "proof": proof_for(entry)}
