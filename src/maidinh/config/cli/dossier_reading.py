"""A dossier's clock as the operator of the machine reads it from an installation's database; nothing is written.

Layer 0, config.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from maidinh.config.cli.exchange_operations import reading
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.rule_packs import read_rule_packs
from maidinh.services.dossiers.rules import CHANNEL_NAMES, ledger_of, limit_now
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.rules import facts_of

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.services.clock.ledger import Ledger

OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
ASKED = """
SELECT d.code, d."case", d.channel, d.submitted_at, d.accepted_at, d.rule_pack,
       d.answers::text, d.facts::text, d."limit"::text, v.content::text, d.id
FROM dossiers_dossier d JOIN procedures_procedureversion v ON v.id = d.procedure_id WHERE d.code = %s
"""
LINES = """
SELECT kind, at, reason, amount, unit, old_due FROM dossiers_clockentry WHERE dossier_id = %s ORDER BY serial
"""


@dataclass(frozen=True)
class _Line:
    """A line of the clock as it is kept."""

    kind: str
    at: datetime
    reason: str
    amount: int | None
    unit: str
    old_due: datetime | None


@dataclass(frozen=True)
class DossierClock:
    """The ledger of a dossier, its procedure, and the rule pack that it began under."""

    code: str
    procedure: str
    accepted: bool
    pack: str
    ledger: Ledger


def dossier_ledger(environment: Environment, code: str) -> DossierClock | None:
    """The clock of the dossier of this code; None when there is none."""
    with reading(environment, None) as cursor:
        row = cursor.execute(ASKED, [code.strip()]).fetchone()
        lines = [_Line(*each) for each in cursor.execute(LINES, [row[-1]]).fetchall()] if row else []
    if row is None:
        return None
    found, case, channel, submitted, accepted, pack_id = row[:6]
    answers, facts, limit, content = (json.loads(each) if each else None for each in row[6:10])
    procedure, root = Procedure.model_validate(content), definitions_root(environment.definitions)
    pack = next(each for each in read_rule_packs(root / "national") if each.id == pack_id)
    known = facts_of(answers, case, CHANNEL_NAMES.get(channel, "online"), facts)
    ledger = ledger_of(
        procedure=procedure,
        case=case,
        submitted=submitted,
        accepted=accepted,
        limit=limit_now(procedure, case, limit, known, accepted=accepted is not None),
        lines=lines,
        calendar=calendar_at(submitted.astimezone(OFFICE).date(), root),
        pack=pack,
    )
    return DossierClock(found, procedure.code, accepted is not None, pack_id, ledger)
