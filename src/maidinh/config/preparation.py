"""Bringing an installation up to its definitions: schema, facts, keys, and the architecture in force.

Layer 0, config. Safe to repeat at every start; what is there already is left as it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import transaction

from maidinh.config.environment import Environment
from maidinh.config.provinces import Province
from maidinh.governance.architecture.rules import (
    declared_contracts,
    instance_of,
    member_codes,
    subsystem_ids,
    with_agency_codes,
)
from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.keys.identifiers import file_stem

CERTIFICATE_DAYS = 730
SAMPLE_DECISION = "01/QĐ-UBND (mẫu)"
SIGNING = {"dossier.sign", "project.appraise"}  # who signs documents with a key of their own


def prepare_installation(environment: Environment, connections: Connections, province: Province, at: datetime) -> None:
    """Everything that must be there before the first page; the database answers and the signer runs."""
    prepare_schema(connections)
    load_definitions(connections, province, at, sample=environment.sample, seed=environment.seed)
    prepare_keys(environment, province, at)
    adopt_exchange_keys(environment, connections, province, at)
    publish_architecture(environment, connections, province, at)


def prepare_schema(connections: Connections) -> None:
    """Make the database and its roles, and bring the tables up to this release."""
    prepare(connections)
    with as_role(connections, "owner"):
        call_command("migrate", verbosity=0, skip_checks=True)


def load_definitions(connections: Connections, province: Province, at: datetime, *, sample: bool, seed: int) -> None:
    """Load the province's agencies, officials and procedures; in a sample, the synthetic registers too."""
    from maidinh.applications.registers.actions import load_registers
    from maidinh.infrastructure.identity.actions import load_officials
    from maidinh.infrastructure.organisations.actions import load_agencies
    from maidinh.services.procedures.actions import apply_procedure

    # An address names the commune, not the committee that governs it.
    communes = {each.code: each.name.vi.removeprefix("Ủy ban nhân dân ") for each in province.organisations.agencies}
    with as_role(connections, "owner"):
        load_agencies(organisations=province.organisations)
        load_officials(organisations=province.organisations)
        for procedure in province.procedures:
            apply_procedure(procedure=procedure, at=at)
        if sample:
            load_registers(population=province.population, land=province.land, seed=seed, communes=communes)


def prepare_keys(environment: Environment, province: Province, at: datetime) -> None:
    """Make every key that is missing: of the log, the architecture, the exchange's members and systems, of people."""
    operator = SignerClient.for_caller(environment.home, "operator", patience=30)
    model = with_agency_codes(province.newest, province.organisations)
    subsystems = sorted(set(subsystem_ids(model, instance_of(province.organisations.code)).values()))
    members = member_codes(model, instance_of(province.organisations.code))
    operator.create_many(
        [
            f"log:{province.id}",
            f"promise:{province.id}",
            f"architecture:{province.id}",
            f"exchange:{province.id}",
            *(f"member:{member}" for member in members),
            *(f"caller:{subsystem}" for subsystem in subsystems),
        ]
    )
    if not environment.sample:
        return  # people sign with keys of their own; those made here are samples and say so
    names = {agency.code: agency.name.vi for agency in province.organisations.agencies}
    _certify_evidence(operator, province, members, names, at)
    for official in province.organisations.officials:
        if SIGNING & set(province.roles.permissions_of(list(official.roles))):
            key = f"person:{official.id}"
            operator.create(key)
            operator.certify(
                key,
                common_name=official.name,
                organisation=names[official.agency],
                valid_from=at,
                valid_to=at + timedelta(days=CERTIFICATE_DAYS),
            )


def _certify_evidence(
    operator: SignerClient, province: Province, members: list[str], names: dict[str, str], at: datetime
) -> None:
    """Certificates of those who sign evidence. Each is named like its key: it alone says whose it is."""
    stand_in = f"timestamp:{province.id}"
    operator.create(stand_in)
    owners = {f"member:{member}": names.get(member, member) for member in members}
    owners |= dict.fromkeys((f"exchange:{province.id}", stand_in), province.organisations.name.vi)
    for key, organisation in owners.items():
        operator.certify(
            key,
            common_name=key,
            organisation=organisation,
            valid_from=at,
            valid_to=at + timedelta(days=CERTIFICATE_DAYS),
        )


def adopt_exchange_keys(
    environment: Environment, connections: Connections, province: Province, at: datetime
) -> list[str]:
    """Register the keys that the signer made for members and systems which have none registered yet; their names."""
    from maidinh.exchange.keys.actions import adopt_keys
    from maidinh.exchange.keys.rules import name_of

    model = with_agency_codes(province.newest, province.organisations)
    subsystems = set(subsystem_ids(model, instance_of(province.organisations.code)).values())
    holders = sorted(subsystems | {each.split("/")[2] for each in subsystems})
    files = {holder: environment.home.public_keys / f"{file_stem(name_of(holder, 1))}.pem" for holder in holders}
    public = {holder: path.read_text("ascii") for holder, path in files.items() if path.exists()}
    with as_role(connections, "web"), transaction.atomic():
        return adopt_keys(public_keys=public, at=at)


def publish_architecture(environment: Environment, connections: Connections, province: Province, at: datetime) -> None:
    """Where no version is in force, in a sample: its architect loads each in turn, its approver publishes it.

    Where one is, its directory is renewed when keys or addresses have changed or it is about to expire. In a sample the
    contracts that the definitions declare are signed before, by samples of their agencies.
    """
    from maidinh.governance.architecture.actions import load_version, publish_version, renew_directory
    from maidinh.governance.architecture.queries import current_version
    from maidinh.infrastructure.identity.queries import actor_of_official, official

    signer = SignerClient.for_caller(environment.home, "operator")
    if environment.sample:
        _sign_sample_contracts(connections, province, at, signer)
    with as_role(connections, "web"):
        if current_version() is not None:
            renew_directory(at=at, signer=signer)
            return
        if not environment.sample:
            return  # two people publish the first version, at /architecture/versions
        author = actor_of_official(official(province.official_with("architecture.draft").id))
        approver = actor_of_official(official(province.official_with("architecture.publish").id))
        for version in sorted(province.versions, key=lambda name: province.versions[name].effective_from):
            with acting(agencies=author.agencies):
                loaded = load_version(actor=author, version=version, at=at)
            with acting(agencies=approver.agencies):
                publish_version(actor=approver, version_id=loaded.pk, at=at, signer=signer)


def _sign_sample_contracts(connections: Connections, province: Province, at: datetime, signer: SignerClient) -> None:
    from django.utils.timezone import get_default_timezone

    from maidinh.exchange.contracts.actions import agree_samples

    instance, zone = instance_of(province.organisations.code), get_default_timezone()
    contracts = [
        contract
        for model in province.versions.values()
        for contract in declared_contracts(with_agency_codes(model, province.organisations), instance, zone)
    ]
    with as_role(connections, "web"):
        agree_samples(contracts=contracts, at=at, signer=signer)


def open_projects(environment: Environment, connections: Connections, province: Province, at: datetime) -> list[str]:
    """In a sample: the projects that the province's definitions hold, each begun by its agency's project officer.

    One that is there already is left as it is, one whose agency has no project officer stays a file. What can't be
    begun is returned, a line each.
    """
    if not environment.sample:
        return []
    from maidinh.governance.projects.actions.preparing import ProjectRefused, open_project
    from maidinh.governance.projects.proposal import agency_codes
    from maidinh.governance.projects.queries import declared_projects, project_for
    from maidinh.infrastructure.identity.queries import actor_of_official, official

    codes, left = agency_codes(province.organisations), []
    with as_role(connections, "web"):
        for code, project in declared_projects().items():
            try:
                person = province.official_with("project.propose", codes.get(project.owner, project.owner))
            except LookupError:
                continue
            officer = actor_of_official(official(person.id))
            with acting(agencies=officer.agencies, person=officer.id):
                if project_for(officer, code) is not None:
                    continue
                try:
                    open_project(actor=officer, project=project, at=at, via="yaml")
                except ProjectRefused as refused:
                    left.append(f"{code}: {refused}")
    return left


def adopt_sample_roadmap(
    environment: Environment, connections: Connections, province: Province, at: datetime
) -> list[str]:
    """In a sample without a scenario: the roadmap of the province's definitions, computed, and adopted by another.

    Its projects are those that are there. What stands in the way is returned, a line each.
    """
    file = province_root(province.id, environment.definitions) / "roadmap.yaml"
    if not environment.sample or not file.is_file():
        return []
    from maidinh.governance.roadmap.actions.adopting import adopt_roadmap
    from maidinh.governance.roadmap.actions.computing import compute_waiting
    from maidinh.governance.roadmap.actions.planning import ask_to_compute, open_scenario
    from maidinh.governance.roadmap.queries import newest_revision, portfolio_of_projects, scenarios_for
    from maidinh.governance.roadmap.reading import read_portfolio
    from maidinh.governance.roadmap.rules import RoadmapRefused
    from maidinh.infrastructure.identity.queries import actor_of_official, official

    planner = actor_of_official(official(province.official_with("roadmap.plan").id))
    approver = actor_of_official(official(province.official_with("roadmap.adopt").id))
    given, signer = read_portfolio(file), SignerClient.for_caller(environment.home, "operator")
    try:
        with as_role(connections, "web"), acting(agencies=planner.agencies, official=planner.id):
            if scenarios_for(planner).exists():
                return []
            found = portfolio_of_projects(planner, id=given.id, title=given.title, first_year=given.years[0])
            parts = {"demands": found.demands, "standing": found.standing, "agencies": found.agencies}
            scenario = open_scenario(
                actor=planner, name=given.title.vi, portfolio=given.model_copy(update=parts), at=at
            )  # fmt: skip
            ask_to_compute(actor=planner, scenario_id=scenario.pk, at=at)
        with as_role(connections, "worker"):
            compute_waiting(at=at)
        with as_role(connections, "web"), acting(agencies=approver.agencies, official=approver.id):
            revision = newest_revision(scenario)
            adopt_roadmap(
                actor=approver, revision_id=revision.pk, roadmap_hash=revision.roadmap_hash, decision=SAMPLE_DECISION,
                text=given.source or given.title.vi, at=at, signer=signer,
            )  # fmt: skip
    except RoadmapRefused as refused:
        return [str(refused)]
    return []
