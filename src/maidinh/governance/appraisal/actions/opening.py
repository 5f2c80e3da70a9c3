"""Handing a project in, taking its appraisal up, passing it on within the appraisal, and checking it again.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP articles 37 and 50. The law of a project is that of the pack
it began under; it is appraised against the version in force, and again when another one is.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.governance.appraisal.actions.refusing import (
    APPRAISING,
    N_,
    AppraisalRefused,
    appraised_by,
    own_project,
    refusal,
    worked_on,
)
from maidinh.governance.appraisal.clock import due_of
from maidinh.governance.appraisal.definition import AppraisalPack, Holder
from maidinh.governance.appraisal.models import Appraisal, Turn
from maidinh.governance.appraisal.queries import assessed, calendar_of, pack_of, packs
from maidinh.governance.appraisal.rules import CONCLUDED
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects import rules
from maidinh.governance.projects.actions.moving import move, subject, tell
from maidinh.governance.projects.faults import Fault, faults
from maidinh.governance.projects.models import Project
from maidinh.governance.projects.proposal import ProposalRefused
from maidinh.governance.projects.queries import foreseen, known
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.identity.queries import agencies_with

AGAIN = N_("Ask the owner for a supplement: the project must be brought onto the version in force.")
FOCAL: tuple[Holder, ...] = ("focal", "appraiser")


@transaction.atomic
def hand_in(*, actor: Actor, project_id: int, at: datetime) -> Appraisal:
    """Hand a project in to be appraised: what is wrong in it is told now, and its clock begins."""
    row = own_project(actor, project_id)
    if row.state != rules.PREPARING:
        raise refusal("", N_("Only a project that is being prepared is handed in."), N_("Load the page again."))
    version = whole(row, at)
    appraisal = _begun(actor, row, version, _body(row), at)
    details = {"appraisal": appraisal.number, "revision": row.revision, "version": version.version}
    move(
        actor=actor, row=row, state=rules.APPRAISING, at=at, holder=appraisal.agency, event="handed-in", details=details
    )  # fmt: skip
    return appraisal


@transaction.atomic
def take_up(*, actor: Actor, appraisal_id: int, at: datetime) -> Appraisal:
    """Become who appraises it; from somebody of the same body it is taken over."""
    row = appraised_by(actor, appraisal_id)
    if row.closed_at is not None:
        raise refusal("", N_("The appraisal has ended."), N_("Load the page again."))
    if row.appraiser == actor.id:
        return row
    row.appraiser = actor.id
    row.save(update_fields=["appraiser"])
    tell(actor=actor, row=row.project, kind="taken-up", at=at, details={"appraisal": row.number}, agency=row.agency)
    _audit(actor, row, "take-up", at)
    return row


@transaction.atomic
def forward(*, actor: Actor, appraisal_id: int, at: datetime) -> Appraisal:
    """Pass it on to whoever appraises the design: the focal unit's share of the clock ends, theirs begins."""
    row = worked_on(actor, appraisal_id)
    pack = pack_of(row)
    design = [each.id for each in pack.terms_of(row.revision_form) if each.holder == "design"]
    if not design:
        raise refusal("", N_("The law of this project gives the appraisal of the design no time of its own."))
    if row.turns.filter(term__in=design).exists():
        raise refusal("", N_("It was passed on already."))
    focal = [each.id for each in pack.terms if each.holder == "focal" and each.part_of is not None]
    row.turns.filter(term__in=focal, ended_at__isnull=True).update(ended_at=at)
    begin_turns(row, pack, ("design",), row.agency, at)
    tell(actor=actor, row=row.project, kind="forwarded", at=at, details={"appraisal": row.number}, public=True)
    _audit(actor, row, "forward", at)
    return row


@transaction.atomic
def check_again(*, actor: Actor, appraisal_id: int, at: datetime) -> Appraisal:
    """Run the automatic checks again. After a verdict that stands no more, a new appraisal of the same text begins."""
    row = appraised_by(actor, appraisal_id)
    if row.state == CONCLUDED:
        return _anew(actor, row, at)
    row = worked_on(actor, appraisal_id)
    if row.version.hash != row.version_hash or not in_force(row.version):
        raise refusal("", N_("Another version of the architecture is in force than %(version)s."),
                      N_("Move the appraisal to the version in force."), version=row.version.version)  # fmt: skip
    recheck(row, row.version, at)
    tell(actor=actor, row=row.project, kind="checked", at=at, details={"appraisal": row.number})
    _audit(actor, row, "check", at)
    return row


@transaction.atomic
def move_to_version(*, actor: Actor, appraisal_id: int, at: datetime) -> Appraisal:
    """Go on against the version in force, where another one came into force meanwhile."""
    row = worked_on(actor, appraisal_id)
    version, before = version_in_force(), row.version.version
    if row.version_id == version.pk:
        raise refusal("", N_("It is made against the version in force already."), N_("Load the page again."))
    fits(row.project)
    recheck(row, version, at)
    details = {"appraisal": row.number, "from": before, "version": version.version}
    tell(actor=actor, row=row.project, kind="moved-to-version", at=at, details=details, public=True)
    _audit(actor, row, "move-to-version", at)
    return row


@transaction.atomic
def reopen(*, actor: Actor, project_id: int, at: datetime) -> Project:
    """Take a project that was appraised back to be mended by its owner; it is then handed in again."""
    row = own_project(actor, project_id)
    if row.state != rules.APPRAISED:
        raise refusal("", N_("Only a project that was appraised and not decided on is taken back to be mended."))
    return move(actor=actor, row=row, state=rules.PREPARING, at=at, event="reopened", details={"by": "owner"})


def whole(row: Project, at: datetime) -> Version:
    """The version that a project is appraised against, once nothing is wrong in the project and it fits to it."""
    if not row.pack or row.pack not in packs():
        raise refusal("began_on", N_("is a day for which the definitions hold no law of appraisal."),
                      N_("Give the day on which preparing the project began."))  # fmt: skip
    version = version_in_force()
    if row.base_id != version.pk:
        raise refusal("architecture", N_("is %(found)s, but %(version)s is in force."),
                      N_("Bring the project onto the version in force first."),
                      found=row.base.version, version=version.version)  # fmt: skip
    found = faults(row.project, known(version.model, apart=row.code), today=localtime(at).date())
    if found:
        raise AppraisalRefused(*found)
    return version


def version_in_force() -> Version:
    """The version in force."""
    found = current_version()
    if found is None:
        raise refusal("", N_("No version of the architecture is in force."), N_("Publish one first."))
    return found


def in_force(version: Version) -> bool:
    """Whether this version is the one in force."""
    found = current_version()
    return found is not None and found.pk == version.pk


def fits(row: Project) -> None:
    """Refuse where the project and the version in force change the same in different ways."""
    try:
        conflicts = foreseen(row)
    except ProposalRefused as error:
        raise AppraisalRefused(*error.faults, Fault("", AGAIN)) from error
    if conflicts:
        says = N_("clashes with what the version in force changed: %(what)s.")
        raise AppraisalRefused(
            *(Fault(f"changes.{each.thing[1]}", says, {"what": each.name or each.key}) for each in conflicts),
            Fault("", AGAIN),
        )


def recheck(row: Appraisal, version: Version, at: datetime) -> None:
    """Run the checks against a version and keep what they say with the appraisal."""
    row.assessment, row.assessed_at = checked(row.project, row, version, at), at
    row.version, row.version_hash = version, version.hash
    row.save(update_fields=["assessment", "assessed_at", "version", "version_hash"])


def checked(project: Project, row: Appraisal | None, version: Version, at: datetime) -> dict[str, object]:
    """What the checks say of a project as it is now; what of its change can't be made is refused."""
    pack = packs()[project.pack] if row is None else pack_of(row)
    try:
        return assessed(project, version, pack=pack, at=at)
    except ProposalRefused as error:
        raise AppraisalRefused(*error.faults) from error


def begin_turns(row: Appraisal, pack: AppraisalPack, holders: tuple[Holder, ...], agency: str, at: datetime) -> None:
    """Begin the shares of the clock that these have by the law of the project."""
    for term in pack.terms_of(row.revision_form):
        if term.holder in holders:
            Turn.objects.create(
                appraisal=row, term=term.id, agency=agency, started_at=at,
                due_at=due_of(pack, row.revision_form, term.id, at, calendar_of(at)),
            )  # fmt: skip


def _begun(actor: Actor, row: Project, version: Version, agency: str, at: datetime) -> Appraisal:
    pack = packs()[row.pack]
    appraisal = Appraisal.objects.create(
        project=row, number=1 + row.appraisals.count(), pack=row.pack, revision=row.revisions.get(number=row.revision),
        version=version, version_hash=version.hash, owner=row.owner, agency=agency, opened_by=actor.id, opened_at=at,
        assessment=checked(row, None, version, at), assessed_at=at,
    )  # fmt: skip
    begin_turns(appraisal, pack, FOCAL, agency, at)
    return appraisal


def _anew(actor: Actor, row: Appraisal, at: datetime) -> Appraisal:
    project = row.project
    if project.state != rules.APPRAISED or project.appraisals.filter(number__gt=row.number).exists():
        raise refusal("", N_("The project has gone on since this verdict."), N_("Load the page again."))
    version = version_in_force()
    if version.pk == row.version_id:
        raise refusal("", N_("The verdict was made against the version in force and stands."))
    fits(project)
    appraisal = _begun(actor, project, version, row.agency, at)
    appraisal.appraiser = actor.id
    appraisal.save(update_fields=["appraiser"])
    details = {"appraisal": appraisal.number, "revision": project.revision, "version": version.version}
    move(
        actor=actor, row=project, state=rules.APPRAISING, at=at, holder=row.agency, event="checked-again",
        details=details | {"from": row.version.version},
    )  # fmt: skip
    return appraisal


def _body(row: Project) -> str:
    """Who appraises it: who did before, else a body that appraises and isn't the owner."""
    able = [each for each in agencies_with(APPRAISING) if each != row.owner]
    before = list(row.appraisals.order_by("-number").values_list("agency", flat=True))
    found = next((each for each in before if each in able), able[0] if able else "")
    if not found:
        raise refusal("", N_("No other body than the owner can appraise this project."),
                      N_("The province must name another body."))  # fmt: skip
    return found


def _audit(actor: Actor, row: Appraisal, what: str, at: datetime) -> None:
    details = {"appraisal": row.number, "version": row.version.version}
    record_act(actor=actor, action=f"appraisal.{what}", subject=subject(row.project), at=at, details=details)
