"""Reading the rules of conformity, the nation's and a province's, and what they are held against besides the model.

Layer 4, governance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from maidinh.governance.architecture.frameworks import Framework, read_frameworks
from maidinh.governance.conformity.definition import Rule, RuleBook
from maidinh.governance.conformity.programs import PROGRAMS
from maidinh.governance.modelling.catalogues import Catalogue, Shelf, read_catalogues, shelf_of
from maidinh.infrastructure.definitions.code_lists import CodeList, read_code_lists
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all

FOLDER = "conformity"
ALIASES = {"2026": "2026-1425", "1425": "2026-1425"}
PREFIX = "national-"


@dataclass(frozen=True)
class Surroundings:
    """What a model is held against: the frameworks that there are, and the catalogues."""

    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)


def rule_files(root: Path) -> list[Path]:
    """The files of rules of the nation or of a province; of a file, itself; of a folder of rules, those in it."""
    if root.is_file():
        return [root]
    folder = root / FOLDER if (root / FOLDER).is_dir() else root if root.name == FOLDER else None
    return sorted(folder.glob("*.yaml")) if folder else []


def read_rules(national_root: Path, province_root: Path | None = None) -> dict[str, Rule]:
    """All rules by id. Raises DefinitionError with everything that is wrong in any file."""
    paths = [*rule_files(national_root), *(rule_files(province_root) if province_root else ())]
    return rules_of(read_all(paths, RuleBook))


def rules_of(books: Mapping[Path, RuleBook]) -> dict[str, Rule]:
    """The rules of these files by id. Raises DefinitionError where one stands twice, or a file has another name."""
    problems: list[Problem] = []
    found: dict[str, Rule] = {}
    where: dict[str, Path] = {}
    for path, book in books.items():
        for rule in book.rules:
            if rule.id in found:
                problems.append(Problem(path, 1, rule.id, f"this rule stands in {where[rule.id]} already"))
            if rule.program is not None and rule.program not in PROGRAMS:
                known = ", ".join(sorted(PROGRAMS))
                problems.append(Problem(path, 1, rule.id, f"no program is called {rule.program!r} (known: {known})"))
            found[rule.id], where[rule.id] = rule, path
    if problems:
        raise DefinitionError(problems)
    return dict(sorted(found.items()))


def read_surroundings(national_root: Path, province_root: Path | None = None) -> Surroundings:
    """The frameworks and catalogues of the nation, and a province's catalogues. Raises DefinitionError."""
    frameworks = read_frameworks(national_root)
    shelf = national_shelf(frameworks, read_catalogues(national_root).values(), read_code_lists(national_root))
    if province_root is not None:
        shelf = shelf.extended(read_catalogues(province_root).values())
    return Surroundings(frameworks, shelf)


def national_shelf(
    frameworks: Mapping[str, Framework], catalogues: Iterable[Catalogue], lists: Mapping[str, CodeList]
) -> Shelf:
    """What the nation gives: the frameworks' reference models, its catalogues, the zones that have a code."""
    of_frameworks = [each for framework in frameworks.values() for each in framework.catalogues()]
    return shelf_of([*of_frameworks, *catalogues], lists)


def framework_called(name: str, frameworks: Mapping[str, Framework]) -> Framework:
    """The framework by what people call it: `national-2.0`, `2.0`, `national-2026`. ValueError tells which."""
    short = name.removeprefix(PREFIX)
    found = frameworks.get(ALIASES.get(short, short))
    if found is None:
        known = ", ".join(f"{PREFIX}{each}" for each in sorted(frameworks))
        raise ValueError(f"there is no framework {name!r} (known: {known})")
    return found
