"""Reading how approved projects go: facts, rating, due reports, measures, systems that nobody uses.

Layer 4, governance. What was reported of a project is public, as the project is; officers' ratings are for officials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.timezone import localtime

from maidinh.governance.appraisal.queries import approval_of
from maidinh.governance.architecture.queries import Version, current_version
from maidinh.governance.architecture.rules import MEMBER_CLASS
from maidinh.governance.observation.queries import findings_open_by_project
from maidinh.governance.projects import definition
from maidinh.governance.projects.queries import Event, Project, projects_for, reports_for, unmet_conditions
from maidinh.governance.projects.rules import BUILDING, DECIDED
from maidinh.governance.roadmap.definition import Phase, PhaseTarget
from maidinh.governance.supervision import measures, use
from maidinh.governance.supervision.definition import SupervisionTerms, read_supervision_terms
from maidinh.governance.supervision.evaluation import DueReport, due_reports
from maidinh.governance.supervision.measures import Value, value_of
from maidinh.governance.supervision.models import (
    ContractRecord,
    Disbursement,
    EvaluationReport,
    MilestoneReport,
    OfficerRating,
    PhaseMeasure,
)
from maidinh.governance.supervision.payments import PaymentLine
from maidinh.governance.supervision.progress import Happened, Paid, Progress, against_baseline
from maidinh.governance.supervision.rating import Condition, Facts, Rating, rate
from maidinh.governance.supervision.rules import LEVELS, LOW
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root

READING = "project.read"


@cache
def supervision_terms() -> SupervisionTerms:
    """The thresholds and days of supervision; read once."""
    return read_supervision_terms(definitions_root(settings.MAIDINH.definitions) / "national")


def baseline_of(row: Project) -> definition.Project:
    """What was approved; what the project says where nothing was."""
    return definition.Project.model_validate(row.baseline.content) if row.baseline is not None else row.project


@dataclass(frozen=True)
class Contract:
    """A contract as it stands: its first record, and the newest amendment that gives value and end."""

    record: ContractRecord
    amendments: tuple[ContractRecord, ...]

    @property
    def value(self) -> int:
        """What it is worth now."""
        return (self.amendments[-1] if self.amendments else self.record).value

    @property
    def ends_on(self) -> date:
        """When it ends now."""
        return (self.amendments[-1] if self.amendments else self.record).ends_on


@dataclass(frozen=True)
class Supervised:
    """An approved project with everything that supervision knows of it on a day."""

    row: Project
    on: date
    progress: Progress
    contracts: tuple[Contract, ...]
    facts: Facts
    rating: Rating
    due: tuple[DueReport, ...]
    officer: OfficerRating | None

    @cached_property
    def overdue(self) -> tuple[DueReport, ...]:
        """The reports whose day has passed."""
        return tuple(each for each in self.due if each.overdue(self.on))

    @property
    def differs(self) -> bool:
        """Whether the officer rates it otherwise than the facts do now."""
        return self.officer is not None and self.officer.level != self.rating.level

    @property
    def lateness(self) -> int:
        """By how many days its latest milestone is late."""
        return max((each.days for each in self.facts.late), default=0)

    @property
    def order(self) -> tuple[int, int, str]:
        """The place in a list by risk: the highest of both ratings first, then the latest."""
        officer = LEVELS.index(self.officer.level) if self.officer is not None else 0
        return -max(LEVELS.index(self.rating.level), officer), -self.lateness, self.row.code


def supervised_for(actor: Actor, at: datetime) -> list[Supervised]:
    """Every approved project that this actor may see, those at the highest risk first."""
    rows = projects_for(actor).filter(province=settings.MAIDINH.province, state__in=DECIDED)
    drift = findings_open_by_project()
    return sorted((_supervised(row, at, drift) for row in rows), key=lambda each: each.order)


def supervised(row: Project, at: datetime) -> Supervised:
    """One approved project with all that is known of it."""
    return _supervised(row, at, findings_open_by_project())


def rating_of(row: Project, at: datetime) -> Rating:
    """What the facts of a project come to."""
    return supervised(row, at).rating


def public_progress(code: str, at: datetime) -> Supervised | None:
    """How an approved project goes against its baseline, for everyone; None where there is none of this code."""
    found = Project.objects.select_related("baseline", "carried_in").defer("carried_in__content")
    row = found.filter(province=settings.MAIDINH.province, code=code, state__in=DECIDED).first()
    return supervised(row, at) if row is not None else None


def reports_due(row: Project, at: datetime) -> list[DueReport]:
    """The reports of completion and benefits that a project owes, written or not."""
    written = set(EvaluationReport.objects.filter(project=row).values_list("kind", "period"))
    return due_reports(completed_on(row), written, supervision_terms(), on=localtime(at).date())


def reports_written(row: Project) -> QuerySet[EvaluationReport]:
    """The reports that stand, the newest first."""
    return EvaluationReport.objects.filter(project=row, successor__isnull=True).order_by("-at")


def ratings_of(row: Project) -> QuerySet[OfficerRating]:
    """How officers rated a project, the newest first; nothing for who is no official."""
    return OfficerRating.objects.filter(project=row).order_by("-pk")


def payments_of(row: Project) -> QuerySet[Disbursement]:
    """The payments that stand, the newest first."""
    found = Disbursement.objects.filter(project=row, successor__isnull=True, amount__gt=0)
    return found.order_by("-paid_on", "-pk")


def payment_lines(keys: Iterable[int]) -> list[PaymentLine]:
    """What the baselines of these projects give to build, and what was paid of it; two queries for however many."""
    rows = Project.objects.filter(pk__in=list(keys), baseline__isnull=False)
    costs = rows.annotate(_costs=KeyTransform("costs", "baseline__content"))
    found = [
        PaymentLine(each["code"], each["owner"], int(line["year"]), line["source"], planned=int(line["amount"]))
        for each in costs.values("code", "owner", "_costs")
        for line in each["_costs"] or ()
        if line["kind"] == "build"
    ]
    paid = Disbursement.objects.filter(project__in=rows, successor__isnull=True, amount__gt=0, kind="build")
    told = paid.values_list("project__code", "project__owner", "year", "source", "amount")
    return found + [PaymentLine(code, owner, year, source, paid=sum_) for code, owner, year, source, sum_ in told]


def paid_changed(keys: Iterable[int]) -> datetime | None:
    """When a payment of these projects was recorded last."""
    last: datetime | None = Disbursement.objects.filter(project__in=list(keys)).aggregate(last=Max("at"))["last"]
    return last


def milestones_of(row: Project) -> dict[str, MilestoneReport]:
    """The report that counts of each milestone."""
    return {each.milestone: each for each in MilestoneReport.objects.filter(project=row, successor__isnull=True)}


def contracts_of(row: Project) -> tuple[Contract, ...]:
    """The contracts that stand, each with its amendments in order; a corrected one keeps its amendments."""
    records = list(ContractRecord.objects.filter(project=row).order_by("signed_on", "pk"))
    newest = {each.supersedes_id: each for each in records if each.supersedes_id}

    def standing(pk: int) -> int:
        while pk in newest:
            pk = newest[pk].pk
        return pk

    stands = [each for each in records if each.pk not in newest]
    return tuple(
        Contract(each, tuple(more for more in stands if more.amends_id and standing(more.amends_id) == each.pk))
        for each in stands
        if each.amends_id is None
    )


def completed_on(row: Project) -> date | None:
    """The day of completion as it was reported last; None where it isn't, or was sent back."""
    told = Event.objects.filter(project=row, kind__in=("completed", "completion-refused")).order_by("-pk").first()
    if told is None or told.kind != "completed":
        return None
    return date.fromisoformat(told.details["completed_on"])


def unmet_with_days(row: Project) -> tuple[Condition, ...]:
    """The conditions of the verdict that nobody has shown to be met, with the day of each."""
    open_ids = {each.id for each in unmet_conditions(row)}
    approval = approval_of(row)
    stated = approval.verdict.conditions if approval is not None and approval.verdict is not None else ()
    return tuple(
        Condition(str(each["id"]), str(each["text"]), _day(each.get("until"))) for each in stated
        if str(each["id"]) in open_ids
    )  # fmt: skip


def _supervised(row: Project, at: datetime, drift: Mapping[str, int]) -> Supervised:
    on, term = localtime(at).date(), supervision_terms().on(localtime(at).date())
    approved, contracts = baseline_of(row), contracts_of(row)
    reported = milestones_of(row)
    happened = {each: Happened(one.began_on, one.ended_on, one.note) for each, one in reported.items()}
    paid = [Paid(each.year, each.source, each.kind, each.amount) for each in payments_of(row)]
    done = completed_on(row)
    progress = against_baseline(approved, row.project, happened, paid, on=min(done, on) if done else on)
    approval = approval_of(row)
    exception = approval.exception if approval is not None else None
    facts = Facts(
        on=on,
        running=row.state == BUILDING,
        late=progress.late,
        expected=progress.expected,
        paid=progress.paid,
        above=progress.above,
        approved_sum=approved.total or progress.planned,
        contracts=sum(each.value for each in contracts),
        unmet=unmet_with_days(row),
        exception_until=exception.valid_until if exception is not None else None,
        last_heard_on=_last_heard(row),
        drift=drift.get(row.code, 0),
    )
    return Supervised(
        row=row, on=on, progress=progress, contracts=contracts, facts=facts,
        rating=rate(facts, term.risk) if term is not None else Rating(LOW), due=tuple(reports_due(row, at)),
        officer=ratings_of(row).first(),
    )  # fmt: skip


def _last_heard(row: Project) -> date | None:
    """The day on which its owner last reported anything, or on which the work began."""
    tables = (MilestoneReport, Disbursement, ContractRecord)
    told: list[Any] = [table.objects.filter(project=row).aggregate(last=Max("at"))["last"] for table in tables]
    told.append(reports_for(project=row).aggregate(last=Max("at"))["last"])
    told.append(row.events.filter(kind="building-begun").aggregate(last=Max("at"))["last"])
    told = [each for each in told if each is not None]
    return localtime(max(told)).date() if told else None


def _day(found: Any) -> date | None:
    return date.fromisoformat(str(found)) if found else None


# --- what is measured of the running system


def measured_on() -> date | None:
    """The day of the newest figures."""
    return PhaseMeasure.objects.filter(province=settings.MAIDINH.province).aggregate(last=Max("as_of"))["last"]


def newest_measures(days: int | None = None) -> dict[tuple[str, str], Value]:
    """The newest figures, by measure and subject, over so many days (those of the terms by default)."""
    as_of = measured_on()
    if as_of is None:
        return {}
    if days is None:
        term = supervision_terms().on(as_of)
        days = term.measured_days if term is not None else 0
    rows = PhaseMeasure.objects.filter(province=settings.MAIDINH.province, as_of=as_of, days=days)
    return {(each.measure, each.subject): value_of(each.part, each.whole, as_of=as_of, days=days) for each in rows}


@dataclass(frozen=True)
class Outcome:
    """A benefit or a target with what was measured of it; None where nothing was."""

    of: Any
    value: Value | None
    reached: bool | None


def benefits_of(row: Project) -> list[Outcome]:
    """The benefits that were approved, each with what the running system says of it."""
    known, version = newest_measures(), current_version()
    found = []
    for each in baseline_of(row).benefits:
        value = _measured(known, version, each.measure, each.system, each.procedure) if each.measure else None
        figure = value.figure if value is not None else None
        found.append(Outcome(each, value, None if figure is None else
                             measures.reached(each.baseline, each.target, figure)))  # fmt: skip
    return found


def phase_results(phases: Iterable[Phase]) -> list[tuple[Phase, list[Outcome]]]:
    """The phases of a roadmap, each target with what was measured.

    `measure` may name after slashes of what: a procedure or a system; of a cost the system, then the procedure.
    """
    known, version = newest_measures(), current_version()
    return [(phase, [_target(each, known, version) for each in phase.targets]) for phase in phases]


def _target(target: PhaseTarget, known: Mapping[tuple[str, str], Value], version: Version | None) -> Outcome:
    measure, subject, procedure = (*target.measure.split("/", 2), "", "")[:3]
    if measure == measures.COST:
        value = _measured(known, version, measure, subject, procedure)
    else:
        value = known.get((measure, subject))
    figure = value.figure if value is not None else None
    return Outcome(target, value, None if figure is None else measures.met(measure, target.target, figure))


def _measured(
    known: Mapping[tuple[str, str], Value], version: Version | None, measure: str, system: str | None,
    procedure: str | None,
) -> Value | None:  # fmt: skip
    if measure == measures.COST:
        dossiers = known.get((measures.RECEIVED, procedure or ""))
        elements = {each.id: each for each in version.model.elements} if version is not None else {}
        element = elements.get(system or "")
        if element is None or element.cost is None or dossiers is None:
            return None
        run = sum(each.amount for each in element.cost.run if each.year == dossiers.as_of.year)
        return measures.cost_per_dossier(run, dossiers) if run else None
    subject = measures.subject_of(measure, {"system": system, "procedure": procedure})
    return known.get((measure, subject))


def unused_systems() -> list[use.SystemUse]:
    """Systems that are paid for and were called by nobody for as long as the terms say, as of the newest figures."""
    version, as_of = current_version(), measured_on()
    term = supervision_terms().on(as_of) if as_of is not None else None
    if version is None or as_of is None or term is None:
        return []
    long_ago = version.published_at is not None and (
        as_of - localtime(version.published_at).date()
    ).days >= term.unused_after_days  # fmt: skip
    connected = frozenset(systems_by_identifier(version).values())
    if not long_ago:  # a system that came with a young version had no time to be used
        connected &= _known_before(version, as_of, term.unused_after_days)
    return use.unused(version.model, _calls(term.unused_after_days), connected=connected, on=as_of)


def used_past_retirement() -> list[use.SystemUse]:
    """Systems that are called though they should be at rest, as of the newest figures."""
    version, as_of = current_version(), measured_on()
    if version is None or as_of is None:
        return []
    return use.past_retirement(version.model, _calls(None), on=as_of)


def systems_by_identifier(version: Version) -> dict[str, str]:
    """Every system that ever has an identifier on the exchange, retired or not: element by identifier."""
    return {
        f"{version.instance}/{MEMBER_CLASS}/{each.owner}/{each.subsystem}": each.id
        for each in version.model.elements
        if each.subsystem and each.owner
    }


def _known_before(version: Version, as_of: date, days: int) -> frozenset[str]:
    found: set[str] = set()
    for each in version.model.elements:
        live = each.dates.live if each.dates else None
        if live is not None and (as_of - live).days >= days:
            found.add(each.id)
    return frozenset(found)


def _calls(days: int | None) -> dict[str, int]:
    values = newest_measures(days)
    return {subject: int(value.figure or 0) for (measure, subject), value in values.items()
            if measure == measures.EXCHANGES and subject}  # fmt: skip
