"""Deciding the fields that a project and somebody else changed at once, when it is merged or brought onto a version.

Layer 2. Nothing is written before all are decided, and no decision is lost: neither where one raises another question,
nor where one is refused. Who decided on values that changed since the page was shown is asked to look again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_conflicts import decisions_in, suited, with_more
from maidinh.channels.web.projects_faults import said
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.content import hash_of
from maidinh.governance.projects.proposal import ProposalRefused

SHOWN = "shown"  # the field in which the page carries what it showed
ASKED = "asked"  # where the page begins to ask
Errors = dict[str, Any]
Done = TypeVar("Done")
Attempt = Callable[[Mapping[str, Any] | None], tuple[Done, tuple[Conflict, ...]]]


@dataclass(frozen=True)
class Settled(Generic[Done]):
    """What came of it: done where nothing is asked; else the page asks for `asked` and carries `shown`."""

    done: Done
    asked: tuple[Conflict, ...] = ()
    errors: Errors = field(default_factory=dict)
    shown: str = ""


def settled(posted: Mapping[str, Any], attempt: Attempt[Done]) -> Settled[Done]:
    """Try with what was decided so far. `attempt` tries with decisions and tells what is left to decide.

    What it raises without any decision is the caller's.
    """
    done, asked = attempt(None)
    if not asked:
        return Settled(done)
    shown = stamp(asked)
    errors: Errors = {}
    decisions, missing = decisions_in(posted)
    if "conflicts" not in posted:
        errors = {ASKED: _("Others changed the same fields meanwhile. Decide on each; nothing is written before.")}
    elif posted.get(SHOWN) != shown:
        errors = {ASKED: _("What stands there changed since you opened the page. Look at each field again.")}
    if errors or missing:
        return Settled(done, asked, errors or dict(missing), shown)
    try:
        return _followed(decisions, attempt, asked, shown)
    except _Refused as refused:
        return Settled(done, refused.asked, {"": refused.says}, shown)


class _Refused(Exception):
    """What was decided can't be followed."""

    def __init__(self, asked: tuple[Conflict, ...], says: list[str]) -> None:
        self.asked, self.says = asked, says
        super().__init__("; ".join(says))


def _followed(
    decisions: Mapping[str, Any], attempt: Attempt[Done], asked: tuple[Conflict, ...], shown: str
) -> Settled[Done]:
    """Follow the decisions, and those on the questions that they raise, as far as they are answered."""
    while True:
        known = {each.key for each in asked}
        try:
            done, left = attempt(suited({key: each for key, each in decisions.items() if key in known}, asked))
        except (ProjectRefused, ProposalRefused) as refusal:
            raise _Refused(asked, [said(each) for each in refusal.faults]) from refusal
        raised = [each for each in left if each.key not in known]
        if not left:
            return Settled(done)
        if not any(each.key in decisions for each in raised):
            asked, more = with_more(asked, left)
            says = more.get("") or _("Decide on every field that both changed.")
            return Settled(done, asked, {ASKED: says}, shown)
        asked = (*asked, *raised)


def stamp(asked: Sequence[Conflict]) -> str:
    """What a page showed of the conflicts that there are before anything is decided."""
    return hash_of({"conflicts": [each.as_json() for each in asked]})
