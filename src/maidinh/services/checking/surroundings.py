"""What a procedure is held against: agencies and who works there, roles, the calendar, registers, other procedures.

Layer 4. Pure. A part that couldn't be read, or that there is none of, is None and isn't checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.identity.definition import Roles
from maidinh.services.checking.findings import Named
from maidinh.services.procedures.definition import Procedure


@dataclass(frozen=True)
class RegisterField:
    """A fact that a register tells through the exchange: the interface, the field there, and what it is called.

    A `listed` one belongs to one of several things that a person may have, and to have none is usual.
    """

    interface: Named
    name: Named
    labels: frozenset[str]
    listed: bool = False


@dataclass(frozen=True)
class Surroundings:
    """`agencies` are codes, each with the roles that its officials hold; `procedures` all versions that are known.

    Where `calendars_known` and there is no calendar, none is in force on the procedure's first day.
    """

    agencies: Mapping[str, frozenset[str]] | None = None
    roles: Roles | None = None
    calendar: WorkingCalendar | None = None
    calendars_known: bool = False
    ministries: frozenset[str] | None = None
    registers: tuple[RegisterField, ...] = ()
    procedures: tuple[Procedure, ...] | None = None

    def versions_of(self, code: str) -> list[Procedure]:
        """The versions of a procedure, the newest last."""
        found = [each for each in self.procedures or () if each.code == code]
        return sorted(found, key=lambda each: each.effective_from)
