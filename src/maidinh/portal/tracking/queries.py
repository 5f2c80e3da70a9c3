"""What anyone may learn of a dossier with its code and secret: where it stands, and nothing of the person.

Layer 3. Code and secret open one row for one transaction; a wrong pair opens none, and takes as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.catalogue.reading import read_procedure_catalogue
from maidinh.services.clock.ledger import Ledger
from maidinh.services.dossiers.queries import clock_of, history_of, open_task_of, standing_for, tracked
from maidinh.services.dossiers.rules import tracking_digest
from maidinh.services.nationalportal.queries import sectoral_tracked, statuses_of
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


@dataclass(frozen=True)
class ElsewhereStanding:
    """Where a dossier stands that a ministry's system runs, as the national portal told it."""

    code: str
    procedure: Text | None
    agency: str
    status: int
    told_at: datetime
    due_at: datetime | None
    history: tuple[tuple[datetime, int], ...]


def elsewhere_by(code: str, secret: str) -> ElsewhereStanding | None:
    """Where the ministry's dossier of this code and tracking code stands; None when the portal told of none."""
    code, secret = code.strip()[:TYPED_LIMIT], secret.strip()[:TYPED_LIMIT]
    with acting(tracking=tracking_digest(code, secret)):
        found = sectoral_tracked(code, secret)
        if found is None:
            return None
        return ElsewhereStanding(
            code=found.code,
            procedure=catalogue_name(found.procedure),
            agency=found.agency_name,
            status=int(found.status),
            told_at=found.status_at,
            due_at=found.due_at,
            history=tuple((each.at, int(each.status)) for each in statuses_of(found)),
        )


def catalogue_name(code: str) -> Text | None:
    """What the national catalogue calls a procedure; None for one that it doesn't list."""
    catalogue = read_procedure_catalogue(definitions_root(settings.MAIDINH.definitions) / "national")
    return next((each.name for each in catalogue.procedures if each.code == code), None)


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
