"""Whether all definitions fit together: agencies, roles, procedures, architecture, registers, calendars, codes.

Layer 0, config: the only place that may know procedures and the architecture at once. It only reads: nothing is loaded
into a database when anything is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from maidinh.applications.registers.definition import LandRegister, PopulationRegister
from maidinh.applications.registers.reading import FOLDER as REGISTERS
from maidinh.applications.registers.reading import read_land, read_population
from maidinh.config.catalogues_check import catalogue_problems, master_hints, reference_problems
from maidinh.config.conformity_check import rule_problems
from maidinh.config.documents_check import document_problems
from maidinh.config.examples_check import example_problems
from maidinh.config.interfaces_check import document_problems as unusable
from maidinh.config.interfaces_check import interface_problems
from maidinh.config.procedures_check import agencies_of, check_procedure, register_fields
from maidinh.config.projects_check import known_for, project_problems
from maidinh.config.scenarios_check import scenarios_check
from maidinh.config.texts import language, say
from maidinh.governance.appraisal.packs import read_packs
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework, UnknownFramework, read_frameworks
from maidinh.governance.architecture.reading import (
    interface_documents,
    read_versions,
    resolve,
    version_files,
    version_in_force,
)
from maidinh.governance.architecture.rules import problems as misfits
from maidinh.governance.architecture.rules import with_agency_codes
from maidinh.governance.conformity.reading import Surroundings as HeldAgainst
from maidinh.governance.conformity.reading import national_shelf, rule_files
from maidinh.governance.conformity.waiving import read_waiver_terms
from maidinh.governance.documents.reading import FOLDER as DOCUMENTS
from maidinh.governance.documents.reading import WORDS, read_dossiers, read_plans, read_words
from maidinh.governance.duplication.definition import read_duplication_terms
from maidinh.governance.exploring.publication import read_publication_rules
from maidinh.governance.exploring.reference import read_notice
from maidinh.governance.modelling.catalogues import Shelf, read_catalogues
from maidinh.governance.nas.mapping.definition import misfits as mapping_misfits
from maidinh.governance.nas.reading import FOLDER as NAS
from maidinh.governance.nas.reading import read_commune_model, read_mappings, read_structures
from maidinh.governance.observation.definition import read_observation_terms
from maidinh.governance.projects.reading import read_projects
from maidinh.governance.supervision.definition import read_supervision_terms
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.queries import FOLDER as CALENDARS
from maidinh.infrastructure.definitions.code_lists import FOLDER as CODES
from maidinh.infrastructure.definitions.code_lists import read_code_lists
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all
from maidinh.infrastructure.definitions.rule_packs import FOLDER as RULE_PACKS
from maidinh.infrastructure.definitions.rule_packs import read_rule_packs
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.identity.reading import read_roles
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.infrastructure.organisations.reading import FILE as ORGANISATIONS
from maidinh.infrastructure.organisations.reading import read_organisations
from maidinh.services.catalogue.reading import read_procedure_catalogue
from maidinh.services.checking.surroundings import Surroundings
from maidinh.services.measures.reading import read_index
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.reading import procedure_files, read_procedures

Read = TypeVar("Read")


class Dated(Protocol):
    """Something in force from one day to another."""

    @property
    def id(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass
class Findings:
    """What a check found: how many files it read, everything that is wrong in them, and what only deserves a look."""

    files: int = 0
    problems: list[Problem] = field(default_factory=list)
    hints: list[Problem] = field(default_factory=list)

    def read(self, reader: Callable[[], Read]) -> Read | None:
        """What the reader reads; None, with its problems noted, when it can't."""
        try:
            return reader()
        except DefinitionError as error:
            self.problems.extend(error.problems)
            return None


@dataclass(frozen=True)
class Nation:
    """What holds for every province; a part that couldn't be read is None."""

    roles: Roles | None
    calendars: list[WorkingCalendar] | None
    frameworks: dict[str, Framework] | None
    ministries: frozenset[str] | None
    shelf: Shelf | None

    def calendar_at(self, day: date) -> WorkingCalendar | None:
        """The calendar in force on a day, if one is."""
        held = [c for c in self.calendars or [] if c.valid_from <= day and (c.valid_to is None or day <= c.valid_to)]
        return max(held, key=lambda calendar: calendar.valid_from, default=None)


def check_definitions(root: Path, province: str | None = None) -> Findings:
    """Read and hold together everything under `root`: the national definitions and those of one or all provinces."""
    findings = Findings(files=len(list((root / "national").rglob("*.yaml"))))
    nation = _check_nation(root / "national", findings)
    for folder in sorted((root / "provinces").iterdir()):
        if folder.is_dir() and province in (None, folder.name):
            findings.files += len(list(folder.rglob("*.yaml")))
            _check_province(folder, nation, findings)
    if province is None:
        findings.files += len(list((root / "examples").rglob("*.yaml")))
        if nation.frameworks is not None:
            findings.problems.extend(example_problems(root, nation.shelf, nation.frameworks))
    for told in (findings.problems, findings.hints):
        told.sort(key=lambda problem: (str(problem.file), problem.line, problem.place))
    return findings


def _check_nation(national: Path, findings: Findings) -> Nation:
    calendars = findings.read(lambda: read_all(sorted((national / CALENDARS).glob("*.yaml")), WorkingCalendar))
    frameworks = findings.read(lambda: read_frameworks(national))
    lists = findings.read(lambda: read_code_lists(national))
    packs = findings.read(lambda: read_rule_packs(national))
    catalogues = findings.read(lambda: read_catalogues(national))
    findings.read(lambda: read_waiver_terms(national))
    findings.read(lambda: read_procedure_catalogue(national))
    findings.read(lambda: read_packs(national))
    findings.read(lambda: read_duplication_terms(national))
    findings.read(lambda: read_observation_terms(national))
    findings.read(lambda: read_supervision_terms(national))
    findings.read(lambda: read_index(national))
    findings.read(lambda: read_publication_rules(national))
    findings.read(lambda: read_notice(national))
    for folder, found in ((CALENDARS, list((calendars or {}).values())), (RULE_PACKS, packs or [])):
        findings.problems.extend(_overlapping(national / folder, found))
    for folder, ids in (("frameworks", frameworks or {}), (CODES, lists or {})):
        findings.problems.extend(_misnamed(national / folder, set(ids)))
    shelf = None
    if frameworks is not None and lists is not None and catalogues is not None:
        shelf = national_shelf(frameworks, catalogues.values(), lists)
        findings.problems.extend(catalogue_problems(catalogues, shelf))
    _check_national_data_set(national, frameworks, findings)
    _check_documents(national, frameworks, findings)
    findings.problems.extend(unusable(national))
    roles = findings.read(lambda: read_roles(national))
    if shelf is not None and frameworks is not None:
        around = HeldAgainst(frameworks, shelf)
        examples = not findings.problems
        findings.problems.extend(rule_problems(national, None, roles, examples=examples, around=around))
    ministries = frozenset(code.code for code in lists["ministries"].codes) if lists and "ministries" in lists else None
    return Nation(
        roles=roles,
        calendars=list(calendars.values()) if calendars else None,
        frameworks=frameworks,
        ministries=ministries,
        shelf=shelf,
    )


def _check_national_data_set(national: Path, frameworks: dict[str, Framework] | None, findings: Findings) -> None:
    structures = findings.read(lambda: read_structures(national))
    commune = findings.read(lambda: read_commune_model(national))
    mappings = findings.read(lambda: read_mappings(national))
    ids = {each.id for each in (*(structures or ()), *(mappings or ()))} | ({commune.id} if commune else set())
    if structures is None or mappings is None:
        return
    findings.problems.extend(_misnamed(national / NAS, ids))
    by_id = {each.id: each for each in structures}
    for mapping in mappings:
        document = Document(national / NAS / f"{mapping.id}.yaml")
        if mapping.structure not in by_id:
            known = ", ".join(by_id)
            found = f"expected one of {known} (found {mapping.structure!r})"
            findings.problems.append(document.problem(("structure",), found))
        elif frameworks is not None:
            misfits_found = mapping_misfits(mapping, by_id[mapping.structure], frameworks.values())
            findings.problems.extend(document.problem(("id",), each) for each in misfits_found)


def _check_documents(national: Path, frameworks: dict[str, Framework] | None, findings: Findings) -> None:
    plans, dossiers = findings.read(lambda: read_plans(national)), findings.read(lambda: read_dossiers(national))
    words = findings.read(lambda: read_words(national))
    if plans is None or dossiers is None:
        return
    findings.problems.extend(_misnamed(national / DOCUMENTS, {*plans, *dossiers, Path(WORDS).stem}))
    if words is not None and frameworks is not None:
        findings.problems.extend(document_problems(national, plans, dossiers, words, frameworks))


def _overlapping(folder: Path, found: Sequence[Dated]) -> Iterator[Problem]:
    ordered = sorted(found, key=lambda item: item.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            path = folder / f"{later.id}.yaml"
            yield Problem(path, 1, "valid_from", f"{earlier.id} is still in force on {later.valid_from}")


def _misnamed(folder: Path, ids: set[str]) -> Iterator[Problem]:
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in ids:
            yield Problem(path, 1, "id", f"expected {path.stem}, the file's name")


def _check_province(folder: Path, nation: Nation, findings: Findings) -> None:
    organisations = findings.read(lambda: read_organisations(folder))
    versions = findings.read(lambda: read_versions(folder))
    procedures = findings.read(lambda: read_procedures(folder))
    population = findings.read(lambda: read_population(folder))
    land = findings.read(lambda: read_land(folder))
    projects = findings.read(lambda: read_projects(folder))
    if organisations is None:
        return
    problems = findings.problems
    problems.extend(_organisations(folder, organisations, nation.roles))
    problems.extend(unusable(folder))
    if versions is not None:
        shelf = _provincial_shelf(folder, nation.shelf, findings)
        problems.extend(_architecture(folder, versions, organisations, nation.frameworks, shelf))
        if shelf is not None and rule_files(folder):
            problems.extend(rule_problems(folder.parents[1] / "national", folder, nation.roles))
        findings.hints.extend(_hints(folder, versions, nation.frameworks or {}))
    if projects and procedures is not None and (model := _in_force(versions, nation.frameworks)) is not None:
        coded, codes = with_agency_codes(model, organisations), {each.code for each in procedures}
        national = folder.parents[1] / "national"
        known = findings.read(lambda: known_for(coded, organisations, national, procedures=codes, projects=projects))
        problems.extend(project_problems(folder, projects, known) if known is not None else ())
    if population is not None and land is not None:
        problems.extend(_registers(folder, population, land, organisations))
    if procedures is not None:
        _procedures(folder, procedures, versions, organisations, nation, findings)
        if nation.calendars is not None:
            problems.extend(findings.read(lambda: list(scenarios_check(folder, procedures))) or ())


def _organisations(folder: Path, organisations: Organisations, roles: Roles | None) -> Iterator[Problem]:
    document = Document(folder / ORGANISATIONS)
    if organisations.province != folder.name:
        yield document.problem(("province",), f"expected {folder.name}, the folder's name")
    known = {role.id: role for role in roles.roles} if roles else None
    for n, person in enumerate(organisations.officials):
        for role in person.roles if known is not None else []:
            if known is None or role not in known:
                yield document.problem(("officials", n, "roles"), f"expected roles of roles.yaml (found {role!r})")
            elif both := sorted(set(known[role].apart_from) & set(person.roles)):
                yield document.problem(("officials", n, "roles"), f"{role} and {both[0]} must be different people")


def _architecture(
    folder: Path,
    versions: dict[str, ArchitectureVersion],
    organisations: Organisations,
    frameworks: dict[str, Framework] | None,
    shelf: Shelf | None,
) -> Iterator[Problem]:
    paths = {path.parent.name: Document(path) for path in version_files(folder)}
    codes = [agency.code for agency in organisations.agencies]
    try:
        described = interface_documents(folder, folder.parents[1] / "national")
    except DefinitionError:
        described = None  # told of the documents
    if not versions:
        yield Problem(folder / "architecture", 0, "", "expected at least one architecture version")
    for version, own in versions.items():
        document = paths[version]
        if own.province != folder.name:
            yield document.problem(("province",), f"expected {folder.name}, the folder's name")
        if frameworks is None:
            continue
        yield from _framework(own, document, frameworks)
        try:
            model = with_agency_codes(resolve(versions, version, frameworks), organisations)
        except UnknownFramework:
            continue  # told of the version that names it
        except ValueError as error:
            yield document.problem(("inherits",), str(error))
            continue
        for misfit in misfits(model, codes):
            yield document.problem(_place(own, misfit), misfit)
        if described is not None:
            yield from interface_problems(own, model, document, described)
        if shelf is not None:
            yield from reference_problems(own, model, document, shelf)


def _provincial_shelf(folder: Path, national: Shelf | None, findings: Findings) -> Shelf | None:
    """The nation's catalogues with those of the province; None where either can't be read."""
    own = findings.read(lambda: read_catalogues(folder))
    if own is None or national is None:
        return None
    shelf = national.extended(own.values())
    findings.problems.extend(catalogue_problems(own, shelf))
    return shelf


def _hints(
    folder: Path, versions: dict[str, ArchitectureVersion], frameworks: dict[str, Framework]
) -> Iterator[Problem]:
    for path in version_files(folder):
        own = versions[path.parent.name]
        try:
            yield from master_hints(own, resolve(versions, own.version, frameworks), Document(path))
        except ValueError:
            continue  # what doesn't resolve is told as a problem


def _framework(own: ArchitectureVersion, document: Document, frameworks: dict[str, Framework]) -> Iterator[Problem]:
    framework = frameworks.get(own.framework)
    if framework is None:
        yield document.problem(("framework",), f"expected one of {', '.join(frameworks)} (found {own.framework!r})")
        return
    components = {component for each in frameworks.values() for component in each.component_ids()}
    for n, element in enumerate(own.elements):
        if (element.layer or 0) > len(framework.layers):
            yield document.problem(
                ("elements", n, "layer"), f"framework {framework.id} has {len(framework.layers)} layers"
            )
        for reference in element.reference:
            if reference not in components:
                yield document.problem(("elements", n, "reference"), f"no framework has a component {reference!r}")


def _place(own: ArchitectureVersion, misfit: str) -> tuple[str | int, ...]:
    """Where the element or relation stands that a message of the architecture's rules begins with."""
    kind, _, rest = misfit.partition(" ")
    named = rest.split(":")[0]
    ids = {"element": [item.id for item in own.elements], "relation": [item.id for item in own.relations]}
    return (f"{kind}s", ids[kind].index(named)) if named in ids.get(kind, []) else ("version",)


def _registers(
    folder: Path, population: PopulationRegister, land: LandRegister, organisations: Organisations
) -> Iterator[Problem]:
    people, parcels = (Document(folder / REGISTERS / f"{name}.yaml") for name in ("population", "land"))
    communes = {agency.code for agency in organisations.agencies if agency.kind == "commune"}
    for document, named in ((people, population.communes), (parcels, land.communes)):
        for code in sorted(set(named) - communes):
            yield document.problem(("communes",), f"expected the code of a commune (found {code!r})")
    owners = {parcel.parcel: parcel.owner for parcel in land.named}
    persons = {persona.person for persona in population.personas}
    for n, persona in enumerate(population.personas):
        if persona.commune not in communes:
            yield people.problem(
                ("personas", n, "commune"), f"expected the code of a commune (found {persona.commune!r})"
            )
        for parcel in persona.parcels:
            if owners.get(parcel) != persona.person:
                yield people.problem(
                    ("personas", n, "parcels"), f"the land register doesn't give {parcel} to this person"
                )
    for n, named_parcel in enumerate(land.named):
        if named_parcel.owner not in persons:
            yield parcels.problem(("named", n, "owner"), f"no persona has the number {named_parcel.owner}")
        if named_parcel.commune not in communes:
            message = f"expected the code of a commune (found {named_parcel.commune!r})"
            yield parcels.problem(("named", n, "commune"), message)


def _procedures(
    folder: Path,
    procedures: list[Procedure],
    versions: dict[str, ArchitectureVersion] | None,
    organisations: Organisations,
    nation: Nation,
    findings: Findings,
) -> None:
    documents = {path.parts[-3:-1]: Document(path) for path in procedure_files(folder)}
    architecture = _in_force(versions, nation.frameworks)
    try:
        registers = register_fields(interface_documents(folder, folder.parents[1] / "national"))
    except DefinitionError:
        registers = ()  # told of the documents
    around = Surroundings(
        agencies=agencies_of(organisations),
        roles=nation.roles,
        ministries=nation.ministries,
        registers=registers,
        procedures=tuple(procedures),
        calendars_known=nation.calendars is not None,
    )
    for procedure in procedures:
        document = documents[(procedure.code, procedure.version)]
        here = replace(around, calendar=nation.calendar_at(procedure.effective_from))
        for each in check_procedure(procedure, document, here, architecture):
            told = findings.problems if each.finding.check.severity == "error" else findings.hints
            told.append(each.as_problem(say, language()))


def _in_force(
    versions: dict[str, ArchitectureVersion] | None, frameworks: dict[str, Framework] | None
) -> ArchitectureVersion | None:
    if not versions or frameworks is None:
        return None
    try:
        return resolve(versions, version_in_force(versions), frameworks)
    except ValueError:
        return None
