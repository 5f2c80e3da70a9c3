"""Reading what documents are made by: plans, words, the dossier's form, frameworks, and the data set's structures.

Layer 4, governance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from maidinh.governance.architecture.frameworks import Framework, read_frameworks
from maidinh.governance.documents.definition import DocumentPlan, DocumentWords, DossierPlan
from maidinh.governance.modelling.catalogues import Shelf, read_catalogues
from maidinh.governance.nas.definition import CommuneModel, DataSetStructure
from maidinh.governance.nas.mapping.definition import NasMapping
from maidinh.governance.nas.reading import (
    mapping_for,
    read_commune_model,
    read_mappings,
    read_structures,
    structure_at,
    structure_named,
)
from maidinh.infrastructure.definitions.reading import read_form

FOLDER = "documents"
WORDS, DOSSIER = "words.yaml", "dossier-"


@dataclass(frozen=True)
class Basis:
    """Everything national that documents are made by."""

    plans: Mapping[str, DocumentPlan]
    dossiers: Mapping[str, DossierPlan]
    words: DocumentWords
    frameworks: Mapping[str, Framework]
    structures: list[DataSetStructure]
    mappings: list[NasMapping]
    commune: CommuneModel | None
    shelf: Shelf

    def framework_at(self, day: date) -> str:
        """The id of the framework in force on a day, else of the oldest."""
        dated = sorted(self.frameworks.values(), key=lambda each: each.valid_from)
        in_force = [each for each in dated if each.valid_from <= day]
        return (in_force[-1] if in_force else dated[0]).id

    def plan(self, framework: str) -> DocumentPlan:
        """The plan of the full document for a framework; LookupError names those that there are."""
        return _chosen({each.framework: each for each in self.plans.values() if each.edition == "full"}, framework)

    def public_plan(self) -> DocumentPlan:
        """The plan of the public edition. LookupError when there is none."""
        found = next((each for each in self.plans.values() if each.edition == "public"), None)
        if found is None:
            raise LookupError("there is no plan of a public edition among the definitions")
        return found

    def dossier(self, day: date) -> DossierPlan:
        """The dossier by the newest framework that has one on a day, else the newest of all."""
        dated = sorted(self.dossiers.values(), key=lambda each: self.frameworks[each.framework].valid_from)
        if not dated:
            raise LookupError("there is no form of a dossier among the definitions")
        in_force = [each for each in dated if self.frameworks[each.framework].valid_from <= day]
        return (in_force or dated)[-1]

    def structure(self, day: date) -> DataSetStructure:
        """The structure of the data set to use on a day; before the first one the newest."""
        try:
            return structure_at(self.structures, day)
        except LookupError:
            return structure_named(self.structures, None)

    def mapping(self, structure: DataSetStructure) -> NasMapping:
        """The mapping to the structure. LookupError."""
        return mapping_for(self.mappings, structure)


def framework_id(name: str) -> str:
    """The framework's id in what a person writes: `national-2.0` and `2.0` are the same."""
    return name.removeprefix("national-")


def document_files(national_root: Path) -> list[Path]:
    """The files of all plans."""
    files = sorted((national_root / FOLDER).glob("*.yaml"))
    return [path for path in files if path.name != WORDS and not path.name.startswith(DOSSIER)]


def read_plans(national_root: Path) -> dict[str, DocumentPlan]:
    """All plans by id. Raises DefinitionError."""
    return {each.id: each for each in (read_form(path, DocumentPlan) for path in document_files(national_root))}


def read_dossiers(national_root: Path) -> dict[str, DossierPlan]:
    """All forms of a dossier by id. Raises DefinitionError."""
    files = sorted((national_root / FOLDER).glob(f"{DOSSIER}*.yaml"))
    return {each.id: each for each in (read_form(path, DossierPlan) for path in files)}


def read_words(national_root: Path) -> DocumentWords:
    """The words of documents. Raises DefinitionError."""
    return read_form(national_root / FOLDER / WORDS, DocumentWords)


def read_basis(national_root: Path) -> Basis:
    """Everything at once. Raises DefinitionError."""
    frameworks = read_frameworks(national_root)
    of_frameworks = [each for framework in frameworks.values() for each in framework.catalogues()]
    return Basis(
        plans=read_plans(national_root),
        dossiers=read_dossiers(national_root),
        words=read_words(national_root),
        frameworks=frameworks,
        structures=read_structures(national_root),
        mappings=read_mappings(national_root),
        commune=read_commune_model(national_root),
        shelf=Shelf().extended([*of_frameworks, *read_catalogues(national_root).values()]),
    )


def misfits(plan: DocumentPlan, frameworks: Mapping[str, Framework]) -> list[str]:
    """What doesn't fit between a plan and its framework: contents without a chapter, answers to nothing."""
    if plan.framework is None:
        return []
    if plan.framework not in frameworks:
        return [f"there is no framework {plan.framework!r}"]
    asked = {each.id for each in frameworks[plan.framework].contents if each.id}
    found = [f"no chapter answers {each}, which the framework asks for" for each in sorted(asked - plan.answered())]
    return found + [f"{each} is no content of the framework" for each in sorted(plan.answered() - asked)]


def _chosen(plans: Mapping[str | None, DocumentPlan], framework: str) -> DocumentPlan:
    if framework not in plans:
        known = ", ".join(sorted(f"national-{each}" for each in plans))
        raise LookupError(f"there is no document for the framework {framework!r} (known: {known})")
    return plans[framework]
