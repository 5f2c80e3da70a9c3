"""Two people write in one project at once: what they changed apart is kept from both.

Layer 4, governance. Where both changed the same field, nothing is written and both values are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from maidinh.governance.projects.actions.moving import N_, ProjectRefused
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.models import Project

Content = dict[str, Any]
NAMES = ("id", "item", "requirement", "platform")  # by which the parts of a list are told apart
SHOWN = 200  # characters of a value in a message; the rest stands in the project itself


class ProjectChanged(ProjectRefused):
    """Somebody else changed the same fields meanwhile; `faults` tells both values of each, nothing is written.

    `row` is the project as it stands by now.
    """

    def __init__(self, row: Project, faults: Sequence[Fault]) -> None:
        self.row = row
        super().__init__(*faults)


def joined(base: Content, ours: Content, theirs: Content) -> tuple[Content, list[Fault]]:
    """Our changes since `base` in theirs, and the fields that both changed, each differently."""
    clashes: list[Fault] = []
    return _joined(base, ours, theirs, "", clashes), clashes


def _joined(base: Any, ours: Any, theirs: Any, path: str, clashes: list[Fault]) -> Any:
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        old = base if isinstance(base, Mapping) else {}
        found = {
            key: _joined(old.get(key), ours.get(key), theirs.get(key), f"{path}.{key}".lstrip("."), clashes)
            for key in dict.fromkeys((*theirs, *ours))
        }
        return {key: value for key, value in found.items() if value is not None}
    keyed = [_by_name(each) for each in (base if isinstance(base, list) else [], ours, theirs)]
    if None not in keyed:
        whole = _joined(*keyed, path, clashes)
        return list(whole.values())
    values = {"yours": _shown(ours), "theirs": _shown(theirs), "before": _shown(base)}
    says = N_("was changed by somebody else meanwhile: it is %(theirs)s now, and you wrote %(yours)s.")
    clashes.append(Fault(path, says, values, N_("Choose one of the two and save again.")))
    return theirs


def _by_name(items: Any) -> dict[str, Any] | None:
    """The parts of a list by what they are named by; None where they have no such name or one stands twice."""
    if not isinstance(items, list) or not all(isinstance(each, Mapping) for each in items):
        return None
    for name in NAMES:
        if all(name in each for each in items):
            found = {str(each[name]): each for each in items}
            return found if len(found) == len(items) else None
    return None


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
