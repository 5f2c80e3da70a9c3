"""What anyone may learn of a dossier with its code and secret: where it stands, and nothing of the person.

Layer 3. Code and secret open one row for one transaction; a wrong pair opens none, and takes as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maidinh.infrastructure.database.scope import acting
from maidinh.services.clock.ledger import Ledger
from maidinh.services.dossiers.queries import clock_of, history_of, open_task_of, standing_for, tracked
from maidinh.services.dossiers.rules import tracking_digest
from maidinh.services.procedures.definition import Procedure

TYPED_LIMIT = 80


@dataclass(frozen=True)
class Standing:
    """Where a dossier stands."""

    code: str
    procedure: Procedure
    status: int
    submitted_at: datetime
    promised_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    paused: bool
    holder: str
    step: str
    history: tuple[tuple[datetime, int, str], ...]
    clock: Ledger


def standing_by(code: str, secret: str) -> Standing | None:
    """Where the dossier of this code and secret stands; None when there is none."""
    code, secret = code.strip().upper()[:TYPED_LIMIT], secret.strip()[:TYPED_LIMIT]
    with acting(tracking=tracking_digest(code, secret)):
        dossier = tracked(code, secret)
        return None if dossier is None else standing_of(dossier)


def standing_of(dossier: Any) -> Standing:
    """Where a dossier stands, as far as the acting person may see it."""
    task = open_task_of(dossier)
    return Standing(
        code=dossier.code,
        procedure=dossier.procedure.procedure,
        status=int(dossier.status),
        submitted_at=dossier.submitted_at,
        promised_at=dossier.promised_at,
        due_at=dossier.due_at,
        finished_at=dossier.finished_at,
        returned_at=dossier.returned_at,
        paused=bool(standing_for(dossier)),
        holder=task.agency if task is not None else "",
        step=task.step if task is not None else "",
        history=tuple((each.at, int(each.status), each.agency) for each in history_of(dossier, public_only=True)),
        clock=clock_of(dossier),
    )
