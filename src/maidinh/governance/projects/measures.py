"""Which figures of the running system a project's benefit may name, of what each is taken, in which unit.

Layer 4, governance. Pure. What they come to is counted by governance/supervision.
"""

from __future__ import annotations

from dataclasses import dataclass

from maidinh.governance.projects.sayings import N_

PROVINCE, PROCEDURE, SYSTEM = "province", "procedure", "system"
COUNT, PERCENT, DONG = "count", "percent", "dong"


@dataclass(frozen=True)
class Measure:
    """A figure: what it is called, in which unit; of what it may be taken (`subjects`), and what it needs besides.

    `falling`: less of it is better.
    """

    id: str
    name: str
    unit: str
    subjects: tuple[str, ...]
    takes: tuple[str, ...] = ()
    falling: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """What a benefit may name beside it: `system`, `procedure`."""
        return tuple(each for each in (*self.subjects, *self.takes) if each != PROVINCE)


RECEIVED, ON_TIME, ONLINE = "dossiers-received", "dossiers-on-time", "dossiers-online"
EXCHANGES, ANSWERED, COST = "exchanges", "exchanges-answered", "cost-per-dossier"
MEASURES: dict[str, Measure] = {
    each.id: each
    for each in (
        Measure(RECEIVED, N_("Dossiers received"), COUNT, (PROVINCE, PROCEDURE)),
        Measure(ON_TIME, N_("Dossiers decided on time"), PERCENT, (PROVINCE, PROCEDURE)),
        Measure(ONLINE, N_("Dossiers submitted online"), PERCENT, (PROVINCE, PROCEDURE)),
        Measure(EXCHANGES, N_("Exchanges on the data exchange"), COUNT, (PROVINCE, SYSTEM)),
        Measure(ANSWERED, N_("Exchanges that were answered"), PERCENT, (PROVINCE, SYSTEM)),
        Measure(COST, N_("Running cost for each dossier"), DONG, (SYSTEM,), (PROCEDURE,), falling=True),
    )
}
