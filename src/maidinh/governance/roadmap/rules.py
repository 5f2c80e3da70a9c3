"""In which states a revision of a scenario is, and why a step can't be taken.

Layer 4, governance. Pure. The database holds the same steps (see the migration).
"""

from __future__ import annotations

from collections.abc import Iterable

from maidinh.governance.projects.faults import Fault

DRAFT = "draft"  # written, nobody asked to compute it
WAITING = "waiting"  # waits for the worker
COMPUTED = "computed"  # there is a roadmap of exactly this portfolio
FAILED = "failed"  # the computation broke off
STATES = (DRAFT, WAITING, COMPUTED, FAILED)
SOLVED = ("optimal", "feasible")
LONGEST_NAME, LONGEST_TEXT = 200, 20_000
PLANNING, READING, ADOPTING, RECORDING = "roadmap.plan", "roadmap.read", "roadmap.adopt", "training.record"


class RoadmapRefused(ValueError):
    """It can't be done; `faults` says why, each at its field ("" for the whole), to be translated where shown."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


def refusal(field: str, says: str, remedy: str = "", **values: str) -> RoadmapRefused:
    """The refusal for one reason."""
    return RoadmapRefused(Fault(field, says, values, remedy))


def refuse(faults: Iterable[Fault]) -> None:
    """Refuse where there is any fault."""
    if found := tuple(faults):
        raise RoadmapRefused(*found)
