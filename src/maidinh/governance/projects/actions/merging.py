"""Taking an accepted project into the next version of the architecture, and noticing when a version carries it.

Layer 4, governance. What the project changes is merged from its own base into a draft, three ways: what somebody else
changed meanwhile is kept, and where both changed the same field an architect decides. A project counts as carried only
where the published version really holds what it proposed, or what was decided instead when it was merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.drafting.actions.editing import DraftRefused, Outcome, bring_in, open_draft
from maidinh.governance.drafting.queries import in_the_making, model_of, published_from
from maidinh.governance.drafting.rules import EditRefused
from maidinh.governance.projects.actions.carried import left_out
from maidinh.governance.projects.actions.moving import DRAFTING, N_, ProjectRefused, locked, move, refusal, tell
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.models import Project
from maidinh.governance.projects.proposal import ProposalRefused, proposed
from maidinh.governance.projects.queries import reopened, unmet_conditions
from maidinh.governance.projects.reopening import Reopening
from maidinh.governance.projects.rules import ACCEPTED, IN_FORCE, MERGED
from maidinh.infrastructure.actor import Actor, require

SYSTEM = Actor(kind="system", id="system")


@dataclass(frozen=True)
class MergeOutcome:
    """What came of a merge: the project, the draft that holds it now, or the fields that must be decided before."""

    row: Project
    draft_id: int | None = None
    conflicts: tuple[Conflict, ...] = ()
    unused: tuple[str, ...] = ()


class _Undecided(Exception):
    """Something is left to decide: what was begun is undone."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__("undecided")


@transaction.atomic
def merge_project(
    *,
    actor: Actor,
    project_id: int,
    draft_id: int | None,
    at: datetime,
    decisions: Mapping[str, Any] | None = None,
    version: str = "",
    title: Mapping[str, Any] | None = None,
    reopening: bool = False,
) -> MergeOutcome:
    """Bring an accepted project into a draft of the architecture; without one, the next is begun as `version`.

    In its conflicts `ours` is the project, `theirs` the draft. While one is left undecided nothing is written, and no
    draft is begun. `reopening` says that the actor means to open again, by new contracts, what two people stopped.
    Raises ProjectRefused.
    """
    require(actor, DRAFTING)
    row = locked(project_id)
    if row.state != ACCEPTED:
        raise refusal("", N_("Only a project that is accepted is taken into the architecture."))
    refuse_unmet(row)
    if draft_id is None and not (version.strip() and title):
        raise refusal("version", N_("is missing."), N_("Write the number and the title of the next version."))
    try:
        with transaction.atomic():
            again = reopened(row)
            if not reopening:
                _refuse_renewed(again)
            change = proposed(row.base.model, row.project)
            number = draft_id
            if number is None:
                number = open_draft(actor=actor, version=version.strip(), title=title or {}, at=at, base=_current()).pk
            outcome = bring_in(
                actor=actor, draft_id=number, base=row.base.model, model=change, via="project", at=at,
                decisions=decisions,
            )  # fmt: skip
            if outcome.conflicts:
                raise _Undecided(outcome)
    except _Undecided as left:
        return MergeOutcome(row, draft_id, left.outcome.conflicts, left.outcome.unused)
    except ProposalRefused as refused:
        raise ProjectRefused(*refused.faults) from refused
    except EditRefused as refused:
        raise ProjectRefused(*(Fault("", "%(reason)s", {"reason": str(each)}) for each in refused.faults)) from refused
    except DraftRefused as refused:
        raise ProjectRefused(*(Fault("", "%(reason)s", {"reason": each}) for each in refused.reasons)) from refused
    row.draft = number
    differs = left_out(row.project, row.base.model, model_of(number))
    details = {"draft": number, "differs": differs, "reopens": [each.contract for each in again]}
    move(actor=actor, row=row, state=MERGED, at=at, event="merged", details=details)
    return MergeOutcome(row, number, (), outcome.unused)


def _refuse_renewed(again: tuple[Reopening, ...]) -> None:
    """Raise ProjectRefused where a connection that is stopped would be opened by a contract of another number."""
    if renewed := [each for each in again if each.renewed]:
        contracts = "; ".join(f"{each.contract} ({each.stopped.contract})" for each in renewed)
        raise refusal("reopening", N_("Contracts of a new number open again what two people stopped: %(contracts)s."),
                      N_("Confirm that this is meant, or let the withdrawal be ended first."),
                      contracts=contracts)  # fmt: skip


def refuse_unmet(row: Project) -> None:
    """Raise ProjectRefused while a condition under which the project was approved is not met."""
    says = N_("A condition of the verdict is not met yet: %(condition)s.")
    if unmet := unmet_conditions(row):
        raise ProjectRefused(*(Fault("conditions", says, {"condition": each.text}) for each in unmet))


@transaction.atomic
def take_back(*, actor: Actor, project_id: int, reason: str, at: datetime) -> Project:
    """Let a project wait again that the version made of its draft does not carry."""
    require(actor, DRAFTING)
    row, text = locked(project_id), kept(reason)
    if row.state != MERGED or row.draft is None or in_the_making(row.draft):
        raise refusal("", N_("The project is in a draft that is still being made; change it there."))
    if not text:
        raise refusal("reason", N_("Say why the project is taken back."))
    return move(actor=actor, row=row, state=ACCEPTED, at=at, event="taken-back", details={"reason": text})


@transaction.atomic
def carry_published(*, version: str, at: datetime) -> list[Project]:
    """Every merged project whose draft became this version, if the version carries it: it is in force from now on.

    One that the version lacks stays merged; an event tells what of it is missing, once.
    """
    carried = []
    for project_id in _merged():
        row = locked(project_id)
        made = None if row.state != MERGED or row.draft is None else published_from(row.draft)
        if made is None or made.version != version:
            continue
        missing = _missing(row, made.model)
        if not missing:
            row.carried_in = made
            details = {"version": made.version}
            carried.append(
                move(actor=SYSTEM, row=row, state=IN_FORCE, at=at, event="in-force", details=details, agency=row.owner)
            )
        elif not row.events.filter(kind="not-carried", details__draft=row.draft).exists():
            details = {"draft": row.draft, "version": made.version, "missing": missing}
            tell(actor=SYSTEM, row=row, kind="not-carried", at=at, details=details, public=True, agency=row.owner)
    return carried


@transaction.atomic
def give_back(*, draft_id: int, at: datetime) -> list[Project]:
    """Every project of a draft that was given up waits again for the next version."""
    found = []
    for project_id in _merged(draft=draft_id):
        row = locked(project_id)
        if row.state == MERGED and row.draft == draft_id:
            details = {"draft": draft_id}
            found.append(
                move(
                    actor=SYSTEM, row=row, state=ACCEPTED, at=at, event="given-back", details=details, agency=row.owner
                )
            )
    return found


def _missing(row: Project, model: ArchitectureVersion) -> list[str]:
    """What of a project a version lacks, but for what was decided otherwise when it was merged."""
    merged = row.events.filter(kind="merged", details__draft=row.draft).order_by("-pk").first()
    decided = set() if merged is None else set(merged.details.get("differs", ()))
    return [each for each in left_out(row.project, row.base.model, model) if each not in decided]


def _current() -> int | None:
    current = current_version()
    return None if current is None else current.pk


def _merged(**more: Any) -> list[int]:
    found = Project.objects.filter(province=settings.MAIDINH.province, state=MERGED, **more)
    return list(found.order_by("pk").values_list("pk", flat=True))
