"""Reading scenarios, their revisions and the roadmap that is adopted.

Layer 4, governance. Officials read scenarios; everyone reads what is adopted. The database holds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localtime

from maidinh.governance.architecture.queries import current_version, declared_organisations
from maidinh.governance.projects.definition import Project as ProjectForm
from maidinh.governance.projects.faults import Fault, shared_platforms
from maidinh.governance.projects.proposal import agency_codes, with_agency_codes
from maidinh.governance.projects.queries import declared_projects, projects_for
from maidinh.governance.projects.rules import ACCEPTED as PROJECT_ACCEPTED
from maidinh.governance.projects.rules import BUILDING, COMPLETED, IN_FORCE, REFUSED, WITHDRAWN
from maidinh.governance.projects.rules import MERGED as PROJECT_MERGED
from maidinh.governance.roadmap.definition import Budget, Demand, Portfolio, Roadmap
from maidinh.governance.roadmap.demands import in_codes, portfolio_from
from maidinh.governance.roadmap.models import Adoption, Scenario, ScenarioRevision, TrainingRecord
from maidinh.governance.roadmap.rules import ADOPTING, COMPUTED, READING, SOLVED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.organisations.queries import agency_names

DONE = (COMPLETED, PROJECT_ACCEPTED, PROJECT_MERGED, IN_FORCE, REFUSED, WITHDRAWN)  # they want no place any more
BEGUN = (BUILDING,)
YEARS = 5  # a plan is made for so many years unless the planner says otherwise


def reads_scenarios(actor: Actor) -> bool:
    """Whether the actor reads scenarios, and not only the roadmap that is adopted."""
    return actor.may(READING)


def scenarios_for(actor: Actor) -> QuerySet[Scenario]:
    """The scenarios that this actor reads, the newest first."""
    found = Scenario.objects.filter(province=settings.MAIDINH.province).order_by("-pk")
    return found if reads_scenarios(actor) else found.none()


def scenario_for(actor: Actor, scenario_id: int) -> Scenario | None:
    """One scenario, if this actor reads it."""
    return scenarios_for(actor).filter(pk=scenario_id).first() if scenario_id < 2**63 else None


def newest_revision(scenario: Scenario) -> ScenarioRevision:
    """A scenario as it stands."""
    return scenario.revisions.order_by("-number")[0]


def revision_for(actor: Actor, scenario_id: int, number: int | None = None) -> ScenarioRevision | None:
    """One revision of a scenario, the newest if none is named, if this actor reads it."""
    scenario = scenario_for(actor, scenario_id)
    if scenario is None:
        return None
    found = scenario.revisions.select_related("scenario").order_by("-number")
    return (found if number is None else found.filter(number=number)).first()


def newest_adoption() -> Adoption | None:
    """The adoption that counts."""
    found = Adoption.objects.filter(province=settings.MAIDINH.province).order_by("-pk")
    return found.select_related("revision__scenario").first()


def adoptions() -> list[Adoption]:
    """Every adoption, the one that counts first."""
    found = Adoption.objects.filter(province=settings.MAIDINH.province).order_by("-pk")
    return list(found.select_related("revision__scenario").defer("revision__portfolio", "revision__roadmap"))


def adopted() -> tuple[Portfolio, Roadmap] | None:
    """The roadmap that is adopted, and what it was computed from."""
    adoption = newest_adoption()
    roadmap = adoption.revision.roadmap_form if adoption else None
    return (adoption.revision.portfolio_form, roadmap) if adoption and roadmap else None


def adoptable_for(actor: Actor) -> list[ScenarioRevision]:
    """The newest computed revision of each scenario that this actor may adopt now."""
    if not actor.may(ADOPTING):
        return []
    found = []
    for scenario in scenarios_for(actor):
        revision = newest_revision(scenario)
        if may_adopt(actor, revision) and not revision.adoptions.exists():
            found.append(revision)
    return found


def may_adopt(actor: Actor, revision: ScenarioRevision) -> bool:
    """Whether this actor may adopt what was computed: another made it, and it holds together."""
    solved = revision.state == COMPUTED and (revision.roadmap or {}).get("status") in SOLVED
    return actor.may(ADOPTING) and solved and actor.id not in makers_of(revision)


def makers_of(revision: ScenarioRevision) -> set[str]:
    """Everyone who wrote in the scenario, or the same portfolio elsewhere, by id."""
    same = ScenarioRevision.objects.filter(portfolio_hash=revision.portfolio_hash)
    wrote = ScenarioRevision.objects.filter(scenario_id=revision.scenario_id) | same
    return {*wrote.values_list("made_by", flat=True), revision.scenario.opened_by, revision.asked_by} - {""}


def training_records() -> list[TrainingRecord]:
    """Training that was held, the newest first."""
    return list(TrainingRecord.objects.filter(province=settings.MAIDINH.province).order_by("-held_on", "-pk"))


def waiting_revisions() -> list[int]:
    """The ids of the revisions that wait for the worker, the oldest first."""
    found = ScenarioRevision.objects.filter(state="waiting", scenario__province=settings.MAIDINH.province)
    return list(found.order_by("asked_at", "pk").values_list("pk", flat=True))


def open_projects_for(actor: Actor) -> tuple[list[ProjectForm], dict[str, int]]:
    """The projects that want a place, proposed here or declared by the province, and the year of those that are begun.

    What is prepared by another agency stays that agency's, as on every other page.
    """
    found: dict[str, ProjectForm] = {}
    begun: dict[str, int] = {}
    ended = set()
    for row in projects_for(actor).filter(province=settings.MAIDINH.province).order_by("code"):
        if row.state in DONE:
            ended.add(row.code)
            continue
        found[row.code] = row.project
        if row.state in BEGUN:
            built = [line.year for line in row.project.costs if line.kind == "build"]
            begun[row.code] = min(built, default=row.project.began_on.year)
    for code, project in declared_projects().items():
        if code not in ended:
            found.setdefault(code, project)
    codes = agency_codes(declared_organisations())
    return [with_agency_codes(found[code], codes) for code in sorted(found)], begun


def known_projects(actor: Actor) -> dict[str, ProjectForm]:
    """What is known of each project, by code, ended or not: as it stands here, else as the province declares it."""
    rows = projects_for(actor).filter(province=settings.MAIDINH.province)
    found = declared_projects() | {row.code: row.project for row in rows}
    codes = agency_codes(declared_organisations())
    return {code: with_agency_codes(each, codes) for code, each in found.items()}


def portfolio_with_codes(portfolio: Portfolio) -> Portfolio:
    """A portfolio with every agency by its code, where a file names it by its short id."""
    return in_codes(portfolio, agency_codes(declared_organisations()))


def wrong_in(portfolio: Portfolio) -> list[Fault]:
    """Everything that is wrong in a portfolio of this province; nothing where it can be computed."""
    from maidinh.governance.roadmap.checking import faults

    return faults(portfolio, agencies=agency_names("vi"))


def portfolio_of_projects(
    actor: Actor,
    *,
    id: str,
    title: Text,
    first_year: int,
    years: int = YEARS,
    budgets: Sequence[Budget] = (),
) -> Portfolio:
    """The portfolio of the projects there are, for the planner to complete; phases are those of the adopted roadmap."""
    projects, begun = open_projects_for(actor)
    version, before = current_version(), adopted()
    standing = sorted(shared_platforms(version.model)) if version is not None else []
    wanted = range(first_year, first_year + years)
    made = portfolio_from(
        projects, budgets, id=id, title=title, years=wanted, committed=begun, standing=standing,
        agencies=sorted(agency_names("vi")),
    )  # fmt: skip
    phases = [each for each in (before[0].phases if before else []) if each.ends.year in wanted]
    return made.model_copy(update={"phases": phases})


def demands_from_projects(actor: Actor, at: datetime) -> list[Demand]:
    """The demands of the projects there are."""
    title = Text(vi="Danh mục dự án", en="Projects")
    return portfolio_of_projects(actor, id="projects", title=title, first_year=localtime(at).year).demands
