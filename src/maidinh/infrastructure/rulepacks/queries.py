"""Which rule pack applies. Layer 7; definitions don't change while a process runs, so they are read once."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from django.conf import settings

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.rule_packs import RulePack, read_rule_packs


@cache
def _packs() -> tuple[RulePack, ...]:
    return tuple(read_rule_packs(definitions_root(settings.MAIDINH.definitions) / "national"))


def rule_pack_at(day: date) -> RulePack:
    """The pack in force on a day; LookupError when none is."""
    for pack in reversed(_packs()):
        if pack.valid_from <= day and (pack.valid_to is None or day <= pack.valid_to):
            return pack
    raise LookupError(f"no rule pack is in force on {day:%Y-%m-%d}")


def rule_pack(pack: str) -> RulePack:
    """The pack of this id; LookupError when there is none."""
    for candidate in _packs():
        if candidate.id == pack:
            return candidate
    raise LookupError(f"no rule pack {pack}")


def supplement_rule(pack: RulePack) -> Literal["pause", "restart"]:
    """What a supplement does to the clock."""
    return "restart" if pack.value("dossier.supplement-rule") == "restart" else "pause"


def supplements_allowed(pack: RulePack) -> int:
    """How often an agency may ask for a supplement."""
    return int(pack.value("dossier.supplements-allowed"))


def extensions_allowed(pack: RulePack) -> int:
    """How often the date of a dossier may be moved."""
    return int(pack.value("dossier.extensions-allowed"))


def apology_before(pack: RulePack) -> Budget:
    """How long before a dossier is due its date must be moved at the latest."""
    return _amount_of_time(pack, "dossier.apology-before")


def supplement_wait(pack: RulePack) -> Budget | None:
    """How long a supplement is awaited before the agency may end the dossier; None where the pack doesn't say."""
    return _amount_where_set(pack, "dossier.supplement-wait")


def supplement_reminder(pack: RulePack) -> Budget | None:
    """How long before that ends the applicant is reminded; None where the pack doesn't say."""
    return _amount_where_set(pack, "dossier.supplement-reminder")


def _amount_where_set(pack: RulePack, parameter_id: str) -> Budget | None:
    try:
        return _amount_of_time(pack, parameter_id)
    except KeyError:
        return None


def _amount_of_time(pack: RulePack, parameter_id: str) -> Budget:
    parameter = pack.parameter(parameter_id)
    return Budget.model_validate({"amount": parameter.value, "unit": parameter.unit})
