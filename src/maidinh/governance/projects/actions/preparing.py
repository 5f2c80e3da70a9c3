"""Beginning a project, changing it, bringing it onto the version in force, withdrawing it: all its owner's.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP articles 36 and 37. Each change is a revision that is kept.
A project may be unfinished while it is prepared: what is wrong in it is told, and stops only its handing in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from maidinh.governance.architecture.queries import current_version, declared_organisations, version_numbered
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.comparison.conflicts import Conflict, Undecidable
from maidinh.governance.projects.actions.joining import ProjectChanged, joined
from maidinh.governance.projects.actions.moving import (
    N_,
    PROPOSING,
    ProjectRefused,
    locked,
    move,
    refusal,
    subject,
    tell,
)
from maidinh.governance.projects.content import content_of, hash_of
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.faults import Fault, form_faults
from maidinh.governance.projects.models import Project, Revision
from maidinh.governance.projects.proposal import ProposalRefused, agency_codes, rebased, with_agency_codes
from maidinh.governance.projects.queries import pack_on
from maidinh.governance.projects.rules import EDITABLE, PREPARING, STEPS, WITHDRAWN
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act

__all__ = [
    "ProjectChanged", "ProjectRefused", "RebaseOutcome", "open_project", "rebase_project", "revise_project",
    "withdraw_project",
]  # fmt: skip
NOT_YOURS = N_("The project is another agency's. Only its owner changes it.")


@dataclass(frozen=True)
class RebaseOutcome:
    """What came of a rebase: the project, and the fields that somebody must decide before anything is written."""

    row: Project
    conflicts: tuple[Conflict, ...] = ()
    unused: tuple[str, ...] = ()


@transaction.atomic
def open_project(*, actor: Actor, project: Proposal, at: datetime, via: str = "form") -> Project:
    """Begin a project of the actor's own agency. Raises ProjectRefused."""
    require(actor, PROPOSING)
    proposal = _coded(project)
    if proposal.owner not in actor.agencies:
        raise refusal("owner", N_("is not your agency: %(owner)s."), N_("An agency prepares its own projects."),
                      owner=proposal.owner)  # fmt: skip
    base, content = _base(proposal), _kept(proposal)
    row = Project(
        province=settings.MAIDINH.province, code=proposal.id, title=content["title"], owner=proposal.owner,
        state=PREPARING, revision=1, content=content, hash=hash_of(content), base=base,
        pack=pack_on(proposal.began_on), author=actor.id, holder=proposal.owner, sample=proposal.sample,
        created_at=at, updated_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "projects_code_once" not in str(error):
            raise
        raise refusal("id", N_("There is a project of this code already: %(code)s."), N_("Choose another code."),
                      code=proposal.id) from error  # fmt: skip
    row.parties = [row.owner]
    Revision.objects.create(
        project=row, number=1, content=content, hash=row.hash, base=base, by=actor.id, at=at, via=via
    )
    tell(actor=actor, row=row, kind="opened", at=at, details={"revision": 1, "version": base.version})
    record_act(actor=actor, action="project.open", subject=subject(row), at=at, details={"hash": row.hash})
    return row


@transaction.atomic
def revise_project(
    *,
    actor: Actor,
    project_id: int,
    project: Proposal,
    seen_revision: int,
    via: str,
    at: datetime,
    note: str = "",
) -> Project:
    """Change what a project says, as the actor saw it at `seen_revision`: the next revision.

    What somebody else changed meanwhile elsewhere is kept; where both changed a field, ProjectChanged tells both
    values and nothing is written. Raises ProjectRefused.
    """
    row, proposal = owned(actor, project_id), _coded(project)
    for field, found, wanted in (("id", proposal.id, row.code), ("owner", proposal.owner, row.owner)):
        if found != wanted:
            raise refusal(field, N_("is %(found)s, but this project's is %(kept)s, which never changes."),
                          N_("Begin another project, or put back what was there."),
                          found=found, kept=wanted)  # fmt: skip
    if not 1 <= seen_revision <= row.revision:
        raise refusal("", N_("The project has no revision %(seen)s; its newest is %(newest)s."),
                      N_("Load the page again."), seen=str(seen_revision), newest=str(row.revision))  # fmt: skip
    content = _kept(proposal)
    if seen_revision != row.revision:
        seen = row.revisions.get(number=seen_revision)
        content, clashes = joined(seen.content, content, row.content)
        if clashes:
            raise ProjectChanged(row, clashes)
        try:
            proposal = Proposal.model_validate(content)
        except ValidationError as error:
            raise ProjectRefused(*form_faults(error)) from None
    return _written(actor, row, proposal, via, at, note)


@transaction.atomic
def rebase_project(
    *, actor: Actor, project_id: int, at: datetime, decisions: Mapping[str, Any] | None = None
) -> RebaseOutcome:
    """Bring a project that is prepared onto the version in force. While a conflict is left, nothing is written.

    `ours` is the project, `theirs` the version in force. Raises ProjectRefused.
    """
    row = owned(actor, project_id)
    current = current_version()
    if current is None or current.pk == row.base_id:
        return RebaseOutcome(row)
    try:
        found = rebased(row.project, row.base.model, current.model, decisions)
    except ProposalRefused as refused:
        raise ProjectRefused(*refused.faults) from refused
    except Undecidable as error:
        raise refusal(error.key, N_("can't be decided so: %(reason)s"), N_("Choose again."),
                      reason=str(error)) from error  # fmt: skip
    if found.conflicts:
        return RebaseOutcome(row, found.conflicts, found.unused)
    return RebaseOutcome(_written(actor, row, found.project, "rebase", at, ""), (), found.unused)


@transaction.atomic
def withdraw_project(*, actor: Actor, project_id: int, reason: str, at: datetime) -> Project:
    """Give a project up; it is kept and never taken up again."""
    require(actor, PROPOSING)
    row, text = locked(project_id), kept(reason)
    if row.owner not in actor.agencies:
        raise refusal("", NOT_YOURS)
    if WITHDRAWN not in STEPS[row.state]:
        raise refusal("", N_("The project can't be withdrawn any more."))
    if not text:
        raise refusal("reason", N_("Say why the project is withdrawn."))
    known = row.handed_in_at is not None
    return move(actor=actor, row=row, state=WITHDRAWN, at=at, event="withdrawn", details={"reason": text}, public=known)


def owned(actor: Actor, project_id: int) -> Project:
    """The project, locked, if it is the actor's agency's to change."""
    require(actor, PROPOSING)
    row = locked(project_id)
    if row.owner not in actor.agencies:
        raise refusal("", NOT_YOURS)
    if row.state not in EDITABLE:
        raise refusal("", N_("The project is not with you now; what it says can't be changed."),
                      N_("It can be changed again when a supplement is asked for."))  # fmt: skip
    return row


def _written(actor: Actor, row: Project, proposal: Proposal, via: str, at: datetime, note: str) -> Project:
    """The next revision, where something differs: first the revision, then the project."""
    base, content = _base(proposal), _kept(proposal)
    pack = pack_on(proposal.began_on)
    if row.pack and pack != row.pack:
        raise refusal("began_on", N_("would bring the project under another law: %(found)s instead of %(kept)s."),
                      N_("A project keeps the law under which it began."),
                      found=pack or "–", kept=row.pack)  # fmt: skip
    digest = hash_of(content)
    if digest == row.hash and base.pk == row.base_id:
        return row
    number = row.revision + 1
    Revision.objects.create(
        project=row, number=number, content=content, hash=digest, base=base, by=actor.id, at=at, via=via,
        note=kept(note),
    )  # fmt: skip
    row.content, row.hash, row.title, row.base, row.revision = content, digest, content["title"], base, number
    row.authors = sorted({*row.authors, actor.id} - {row.author})
    row.updated_at = at
    row.__dict__.pop("project", None)  # what it said before
    row.save(update_fields=["content", "hash", "title", "base", "revision", "authors", "updated_at"])
    details = {"revision": number, "via": via, "version": base.version}
    tell(actor=actor, row=row, kind="revised", at=at, details=details)
    record_act(actor=actor, action="project.revise", subject=subject(row), at=at, details=details | {"hash": digest})
    return row


def _coded(project: Proposal) -> Proposal:
    return with_agency_codes(project, agency_codes(declared_organisations()))


def _base(proposal: Proposal) -> Any:
    """The published version that a project is written against."""
    found = version_numbered(proposal.architecture)
    if found is None:
        raise refusal("architecture", N_("is %(found)s, which is no published version of the architecture."),
                      N_("Write the number of the version in force."), found=proposal.architecture)  # fmt: skip
    return found


def _kept(proposal: Proposal) -> dict[str, Any]:
    """The content as the database keeps it. Raises ProjectRefused where a text holds what it keeps in no text."""
    content = content_of(proposal)
    if (place := _unkept(content, "")) is not None:
        raise ProjectRefused(
            Fault(place, N_("has a character that cannot be kept."), {}, N_("Delete the text and type it again."))
        )
    return content


def _unkept(value: Any, place: str) -> str | None:
    if isinstance(value, str):
        return place if any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value) else None
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    found = (_unkept(str(key), place) or _unkept(each, f"{place}.{key}".lstrip(".")) for key, each in pairs)
    return next((each for each in found if each is not None), None)
