"""Whether the worked examples hold: models fit together, decisions settle every collision, projects are in order.

Layer 0, config. Part of the check of all definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from maidinh.config.catalogues_check import reference_problems
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.architecture.reading import following, read_versions, resolve, version_files
from maidinh.governance.architecture.rules import problems as misfits
from maidinh.governance.duplication.definition import Inventory
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.union import Decisions, Origin, unite
from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.checking import faults
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all, read_form
from maidinh.services.clock.reading import TermUnreadable, read_term
from maidinh.services.clock.wording import fault_in_words

FOLDER, DECISIONS, DUPLICATES, ROADMAP = "examples", "decisions.yaml", "duplicates", "roadmap"
DOSSIERS = "dossiers"


def example_problems(root: Path, shelf: Shelf | None, frameworks: Mapping[str, Framework]) -> Iterator[Problem]:
    """What is wrong in the examples under `root`."""
    for example in sorted((root / FOLDER).glob("*/")):
        for province in sorted(each for each in example.glob("*/") if version_files(each)):
            yield from _models(province, shelf, frameworks)
        if example.name == DUPLICATES:
            yield from _inventories(example)
            continue
        if example.name == ROADMAP:
            yield from _portfolios(example)
            continue
        if example.name == DOSSIERS:
            yield from _terms(root, example)
            continue
        projects = [each for each in sorted(example.glob("*.yaml")) if each.name != DECISIONS]
        try:
            if (example / DECISIONS).is_file() or not projects:
                yield from _decisions(root, example, frameworks)
            yield from _projects(projects)
        except DefinitionError as error:
            yield from error.problems


def _inventories(example: Path) -> Iterator[Problem]:
    try:
        read_all(sorted(example.glob("*.yaml")), Inventory)
    except DefinitionError as error:
        yield from error.problems


def _portfolios(example: Path) -> Iterator[Problem]:
    """What is wrong in the portfolios of an example. That the one can't be kept is no fault of it."""
    try:
        portfolios = read_all(sorted(example.glob("*.yaml")), Portfolio)
    except DefinitionError as error:
        yield from error.problems
        return
    for path, portfolio in portfolios.items():
        document = Document(path)
        for fault in faults(portfolio):
            yield document.problem(fault.at, f"{fault.says} {fault.remedy}" % fault.values)


def _terms(root: Path, example: Path) -> Iterator[Problem]:
    """What is wrong in the terms whose end an example counts."""
    for path in sorted(example.iterdir()):
        try:
            read_term(path, root)
        except DefinitionError as error:
            yield from error.problems
        except TermUnreadable as error:
            for each in error.told:
                yield Problem(path, each.line, each.place, fault_in_words(each.fault, str))


def _models(province: Path, shelf: Shelf | None, frameworks: Mapping[str, Framework]) -> Iterator[Problem]:
    try:
        versions = read_versions(province, frameworks)
    except DefinitionError as error:
        yield from error.problems
        return
    for path in version_files(province):
        own, document = versions[path.parent.name], Document(path)
        try:
            model = resolve(versions, own.version, frameworks)
        except ValueError as error:
            yield document.problem(("inherits",), str(error))
            continue
        for misfit in misfits(model):
            yield document.problem(("version",), misfit)
        if shelf is not None:
            yield from reference_problems(own, model, document, shelf)


def _decisions(root: Path, example: Path, frameworks: Mapping[str, Framework]) -> Iterator[Problem]:
    path = example / DECISIONS
    decisions, document = read_form(path, Decisions), Document(path)
    try:
        a, b = (_version(root, example, origin, frameworks) for origin in (decisions.a, decisions.b))
        if decisions.result is not None:
            a, b = (following(each, decisions.result.framework, frameworks) for each in (a, b))
        union = unite(a, b, decisions)
    except ValueError as error:
        yield document.problem(("decided",), str(error))
        return
    for collision in union.undecided:
        yield document.problem(("decided",), f"expected a decision on {collision.key}")
    for n, each in enumerate(decisions.decided):
        if each.collision in union.unknown:
            yield document.problem(("decided", n), f"{each.collision} is no collision of these models")


def _projects(files: list[Path]) -> Iterator[Problem]:
    """What is wrong in the form of an example's projects. Raises DefinitionError where one is no project."""
    for path, project in read_all(files, Project).items():
        if project.id != path.stem:
            yield Document(path).problem(("id",), f"expected {path.stem}, the file's name")


def _version(root: Path, example: Path, origin: Origin, frameworks: Mapping[str, Framework]) -> ArchitectureVersion:
    folder = example / origin.province
    versions = read_versions(folder if folder.is_dir() else root / "provinces" / origin.province, frameworks)
    return resolve(versions, origin.version, frameworks)
