"""What the readings of an architecture say: each word once, in English; who shows it gives the language.

Layer 4, governance. Pure. `say` is the translation of whoever asks: of a page, or of the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from maidinh.governance.exploring.dependencies import Dependency, Reason
from maidinh.governance.exploring.exploration import Exploration
from maidinh.governance.exploring.impact import Impact
from maidinh.governance.exploring.responsibilities import Debt, Duties
from maidinh.governance.exploring.technology import Urgency
from maidinh.governance.modelling.catalogues import Stage
from maidinh.governance.modelling.definition import LifeCycle


def N_(text: str) -> str:  # noqa: N802 - the name by which message extraction knows it
    """The text itself; it is translated where it is shown."""
    return text


REASONS: Mapping[Reason, str] = {
    "uses": N_("uses"),
    "calls": N_("calls"),
    "receives": N_("receives data from"),
    "accesses": N_("reads or writes"),
    "realised-by": N_("is realised by"),
    "runs-on": N_("runs on"),
    "offered-by": N_("is offered by"),
    "built-on": N_("is built on"),
    "stands-in": N_("stands in"),
    "consists-of": N_("consists of"),
    "part-of": N_("is part of"),
    "starts-after": N_("starts after"),
    "kept-by": N_("is kept by"),
}
STATES: Mapping[LifeCycle, str] = {
    "planned": N_("planned"),
    "live": N_("in use"),
    "retiring": N_("being retired"),
    "retired": N_("retired"),
}
STAGES: Mapping[Stage, str] = {"adopt": N_("to be adopted"), "keep": N_("to be kept"), "retire": N_("to be replaced")}
URGENCIES: Mapping[Urgency, str] = {
    "past": N_("past its day"),
    "soon": N_("must go soon"),
    "retire": N_("to be replaced"),
    "adopt": N_("to be adopted"),
    "keep": N_("to be kept"),
}
DEBTS: Mapping[Debt, str] = {
    "contract-expired": N_("connection agreement has ended"),
    "technology-past": N_("built on a product past its day"),
    "overdue": N_("planned, and its day has passed"),
    "past-retirement": N_("should be gone, and its day has passed"),
    "contract-ending": N_("connection agreement ends soon"),
    "technology-soon": N_("built on a product that must go soon"),
    "technology": N_("built on a product that is to be replaced"),
    "retiring": N_("being retired: its users must move"),
    "gap": N_("gap to close"),
    "work-package": N_("work to finish"),
    "requirement": N_("requirement that nothing meets yet"),
}


@dataclass(frozen=True)
class Wording:
    """A reader's words: the translation, the language of names, what kinds are called."""

    say: Callable[[str], str]
    language: str
    kind: Callable[[str], str] = str
    agencies: Mapping[str, str] = field(default_factory=dict)

    def name(self, exploration: Exploration, element: str) -> str:
        """What an element is called; its id where it has no name."""
        found = exploration.elements.get(element)
        return (found.name.in_language(self.language) if found is not None else "") or element

    def agency(self, code: str | None) -> str:
        """An agency's name, its code where it has none, nothing for nobody."""
        return self.agencies.get(code or "", code or "")

    def body(self, exploration: Exploration, duties: Duties) -> str:
        """An agency's name, else that of the element that stands for it, else its code."""
        return self.agencies.get(duties.code) or self.name(exploration, duties.element or duties.code)

    def steps(self, exploration: Exploration, ways: list[Dependency]) -> list[tuple[str, str, str]]:
        """A way in parts: who needs, why in words, whom."""
        return [
            (self.name(exploration, each.element), self.say(REASONS[each.reason]), self.name(exploration, each.needs))
            for each in ways
        ]

    def way(self, exploration: Exploration, found: Impact, element: str) -> str:
        """The way between the start and the element as one line: `A – uses – B – runs on – C`."""
        beginning, hidden, end = found.told_way_to(element)
        parts: list[str] = []
        for steps in (beginning, end):
            told = self.steps(exploration, steps)
            if steps is end and hidden and told:
                parts += [self._hidden(hidden), told[0][0]]
            elif told:
                parts.append(told[0][0])
            for _, why, needed in told:
                parts += [why, needed]
            if steps is beginning and hidden and told:
                parts.append(self._hidden(hidden))
        return " – ".join(parts)

    def _hidden(self, count: int) -> str:
        return self.say(N_("(%(count)s more steps)")) % {"count": count}
