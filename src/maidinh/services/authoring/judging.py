"""What is found in the files of a draft: by the checks of procedures, and by its scenarios.

Layer 4. Who judges is given from above: only the whole installation knows agencies, registers and contracts at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from maidinh.services.checking.catalogue import N_
from maidinh.services.checking.findings import Check, Finding
from maidinh.services.procedures.definition import Procedure

SCENARIO = Check(
    "scenario.differs", "error", N_("the scenario does not come about as it says: %(expected)s"),
    N_("Mend the scenario, or the procedure where it does otherwise than it should."),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A finding at its line in one of the files; `place` names the part."""

    file: str
    line: int
    place: str
    finding: Finding

    @property
    def wrong(self) -> bool:
        """Whether it must be mended before the draft is handed in."""
        return self.finding.check.severity == "error"


@dataclass(frozen=True)
class Verdict:
    """All that was found; `procedure` is None where the file can't be read as one."""

    procedure: Procedure | None
    told: tuple[Told, ...]
    scenarios: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing must be mended."""
        return self.procedure is not None and not any(each.wrong for each in self.told)


class Judge(Protocol):
    """Who judges the files of a draft."""

    def verdict(self, *, files: Mapping[str, str], kept: Sequence[Procedure]) -> Verdict:
        """What is found; `kept` are the versions that the installation has."""
        ...
