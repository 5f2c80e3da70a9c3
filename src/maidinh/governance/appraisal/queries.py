"""Reading appraisals: what waits for whom, the clock, the verdict and whether it stands, exceptions, the opinion.

Layer 4, governance. Where a project stands is public; what bodies say to each other on the way is for officials. The
database shows each reader no more than that; these functions choose what a page is about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localtime

from maidinh.governance.appraisal.checking import assess
from maidinh.governance.appraisal.clock import Share, shares
from maidinh.governance.appraisal.definition import AppraisalPack
from maidinh.governance.appraisal.models import Appraisal, Approval, BodyOpinion, ProjectException, Turn, Verdict
from maidinh.governance.appraisal.packs import SOURCES, read_packs
from maidinh.governance.appraisal.rules import AGREE, ASKED, CONCLUDED, ENDED, GRANTED
from maidinh.governance.architecture.queries import (
    Version,
    current_version,
    declared_organisations,
    withdrawn_contracts,
)
from maidinh.governance.conformity.queries import Appraised, checker_on, framework_for, surroundings
from maidinh.governance.projects.proposal import agency_codes, proposed, rebased
from maidinh.governance.projects.queries import Project, Unmet, known, projects_for, reads, unmet_conditions
from maidinh.governance.projects.rules import APPRAISED, COMPLETED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.calendars.rules import Pause
from maidinh.infrastructure.definitions.code_lists import CodeList, read_code_list
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.files.queries import open_document

APPRAISING, APPROVING, OPINING, GRANTING = (
    "project.appraise",
    "project.approve",
    "project.opine",
    "project.grant-exception",
)


@cache
def packs() -> Mapping[str, AppraisalPack]:
    """The laws of appraisal, by id, the oldest first; read once. Raises DefinitionError."""
    return read_packs(definitions_root(settings.MAIDINH.definitions) / "national")


def pack_of(row: Appraisal | Project) -> AppraisalPack:
    """The law that a project or an appraisal keeps."""
    return packs()[row.pack]


def calendar_of(at: datetime) -> WorkingCalendar:
    """The working calendar of a moment."""
    return calendar_at(localtime(at).date(), settings.MAIDINH.definitions)


def assessed(project: Project, version: Version, *, pack: AppraisalPack, at: datetime) -> dict[str, Any]:
    """What the automatic checks say of a project against a version. ProposalRefused where its change can't be made.

    A project that was written against an earlier version is held against this one as a rebase would bring it there.
    """
    day = localtime(at).date()
    here, around = known(version.model, apart=project.code), surroundings()
    organisations = declared_organisations()
    form = project.project
    if project.base_id != version.pk:
        form = rebased(form, project.base.model, version.model).project
    proposed(version.model, form, agency_codes(organisations))
    framework = framework_for(version.model.framework, day)
    with checker_on(Appraised(("version", version.hash), version.model), framework=framework, day=day) as checker:
        found = assess(
            form,
            checker.image.model,
            pack=pack,
            rules=checker.rules,
            framework=framework,
            shelf=around.shelf,
            organisations=organisations,
            others=here.others,
            procedures=here.procedures,
            sources=budget_sources(),
            agreed=agreed_to(project),
            withdrawn=withdrawn_contracts(project.province),
            day=day,
            checker=checker,
        ).as_json()
    # The hashes that the database keeps are what a verdict is bound to.
    return found | {"project_hash": project.hash, "version": version.version, "version_hash": version.hash}


def agreed_to(project: Project) -> set[str]:
    """The bodies that agree to just what the project says now."""
    found = BodyOpinion.objects.filter(appraisal__project=project, stance=AGREE, revision__hash=project.hash)
    return set(found.values_list("agency", flat=True))


@cache
def budget_sources() -> CodeList:
    """Where money comes from, as the definitions state it; read once. Raises DefinitionError."""
    return read_code_list(definitions_root(settings.MAIDINH.definitions) / "national", SOURCES)


def appraisals_for(actor: Actor) -> QuerySet[Appraisal]:
    """The appraisals that this actor may see, the last opened first."""
    found = Appraisal.objects.select_related("project", "revision", "version").defer("version__content")
    found = found.order_by("-opened_at", "-pk")
    return found if reads(actor) or actor.may(OPINING) else found.none()


def appraisal_for(actor: Actor, appraisal_id: int) -> Appraisal | None:
    """One appraisal, if this actor may see it."""
    return appraisals_for(actor).filter(pk=appraisal_id).first() if appraisal_id < 2**63 else None


def appraisal_of(row: Project) -> Appraisal | None:
    """The newest appraisal of a project; None where it was never handed in."""
    found = row.appraisals.select_related("project", "revision", "version").defer("version__content")
    return found.order_by("-number").first()


def clock_of(row: Appraisal, at: datetime) -> list[Share]:
    """The whole term and each body's share of it, as they stand at a moment."""
    pauses = [Pause(each.asked_at, each.answered_at) for each in row.supplements.order_by("number")]
    return shares(
        pack_of(row),
        row.revision_form,
        opened_at=row.opened_at,
        turns=list(row.turns.order_by("started_at", "pk")),
        pauses=pauses,
        calendar=calendar_of(row.opened_at),
        at=at,
    )


def to_appraise(actor: Actor) -> QuerySet[Appraisal]:
    """The appraisals that run at the actor's body, the oldest first."""
    if not actor.may(APPRAISING):
        return Appraisal.objects.none()
    found = appraisals_for(actor).filter(agency__in=actor.agencies, closed_at__isnull=True)
    return found.order_by("opened_at", "pk")


def to_opine(actor: Actor) -> QuerySet[BodyOpinion]:
    """What the actor's body is asked about and has not answered, the most urgent first."""
    if not actor.may(OPINING):
        return BodyOpinion.objects.none()
    found = _opinions().filter(agency__in=actor.agencies, given_at__isnull=True, appraisal__closed_at__isnull=True)
    return found.order_by("due_on", "pk")


def opinion_for(actor: Actor, opinion_id: int) -> BodyOpinion | None:
    """One opinion that the actor's body was asked for."""
    if opinion_id >= 2**63 or not actor.may(OPINING):
        return None
    return _opinions().filter(pk=opinion_id, agency__in=actor.agencies).first()


def to_approve(actor: Actor) -> QuerySet[Project]:
    """The projects that wait for the actor's decision, or to be accepted; never those that they wrote in."""
    if not actor.may(APPROVING):
        return Project.objects.none()
    found = projects_for(actor).filter(state__in=(APPRAISED, COMPLETED), holder__in=actor.agencies)
    return found.exclude(author=actor.id).exclude(authors__contains=[actor.id]).order_by("updated_at", "pk")


def verdict_of(row: Project) -> Verdict | None:
    """The newest verdict on a project; None where there is none."""
    return row.verdicts.select_related("version", "appraisal").defer("version__content").order_by("-pk").first()


def decision_due(row: Project) -> datetime | None:
    """By when a project that was appraised is to be decided on, as its clock runs; None where the law sets no term."""
    running = Turn.objects.filter(appraisal__project=row, appraisal__state=CONCLUDED, ended_at__isnull=True)
    return running.order_by("-started_at").values_list("due_at", flat=True).first()


def verdict_stands(verdict: Verdict) -> bool:
    """Whether a verdict is about what the project says now, against the version in force."""
    current = current_version()
    return (
        current is not None
        and (current.pk, current.hash) == (verdict.version_id, verdict.version_hash)
        and verdict.project.hash == verdict.project_hash
        and not Verdict.objects.filter(project=verdict.project_id, pk__gt=verdict.pk).exists()
    )


def approval_of(row: Project) -> Approval | None:
    """The decision that approved a project; None where there is none."""
    return Approval.objects.select_related("verdict", "exception", "version").filter(project=row).first()


def conditions_unmet(row: Project) -> list[Unmet]:
    """The conditions of the verdict behind its approval that nobody has shown to be met: it isn't accepted before."""
    return unmet_conditions(row)


def newest_verdicts(projects: Collection[int]) -> dict[int, Verdict]:
    """The newest verdict of each of these projects, by the project's id. A verdict is public."""
    found = Verdict.objects.filter(project__in=projects).order_by("project_id", "-pk").distinct("project_id")
    return {each.project_id: each for each in found.defer("results", "receipt", "reasons")}


def approvals_of(projects: Collection[int]) -> dict[int, Approval]:
    """The decision that approved each of these projects, by the project's id. An approval is public."""
    return {each.project_id: each for each in Approval.objects.filter(project__in=projects).defer("receipt")}


def exceptions_for(actor: Actor) -> QuerySet[ProjectException]:
    """The exceptions that this actor may see, the last asked for first: everyone sees those that were granted."""
    found = ProjectException.objects.select_related("project", "version").defer("version__content")
    found = found.order_by("-asked_at", "-pk")
    return found if reads(actor) else found.filter(state__in=(GRANTED, ENDED))


def exception_for(actor: Actor, exception_id: int) -> ProjectException | None:
    """One exception, if this actor may see it."""
    return exceptions_for(actor).filter(pk=exception_id).first() if exception_id < 2**63 else None


def exceptions_to_decide(actor: Actor) -> QuerySet[ProjectException]:
    """What waits for this actor's decision: asked by somebody else, of a project that they did not write in."""
    if not actor.may(GRANTING):
        return ProjectException.objects.none()
    found = exceptions_for(actor).filter(state=ASKED).exclude(asked_by=actor.id)
    return found.exclude(project__author=actor.id).exclude(project__authors__contains=[actor.id]).order_by("asked_at")


def exception_that_holds(row: Project, day: date) -> ProjectException | None:
    """The exception by which a project may be approved on a day: for what it says now, against what is in force."""
    current = current_version()
    if current is None:
        return None
    found = ProjectException.objects.filter(
        project=row, state=GRANTED, project_hash=row.hash, version=current, valid_until__gte=day
    )
    return found.order_by("-pk").first()


def signed_opinion(actor: Actor, verdict: Verdict) -> bytes:
    """The signed opinion (PDF) of a verdict that this actor sees. DocumentDamaged where its bytes are lost."""
    del actor  # a verdict is public, and so is its opinion: it names the body and who signed for it
    with open_document(verdict.document_id) as stream:
        return stream.read()


def _opinions() -> QuerySet[BodyOpinion]:
    found = BodyOpinion.objects.select_related("appraisal__project", "appraisal__revision", "appraisal__version")
    return found.defer("appraisal__version__content")
