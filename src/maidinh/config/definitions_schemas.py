"""The JSON Schemas of all definitions, for editors and for people who write definitions without Python.

Layer 0, config. Made from the forms; `definitions/schemas/` holds them and a test holds them current.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from maidinh.applications.registers.definition import LandRegister, PopulationRegister
from maidinh.governance.appraisal.definition import AppraisalPack, Checks
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.conformity.definition import RuleBook
from maidinh.governance.conformity.waiving import WaiverTerms
from maidinh.governance.documents.definition import DocumentPlan, DocumentWords, DossierPlan
from maidinh.governance.duplication.definition import DuplicationTerms, Inventory
from maidinh.governance.exploring.publication import PublicationRules
from maidinh.governance.exploring.reference import Notice
from maidinh.governance.modelling.catalogues import Catalogue
from maidinh.governance.modelling.union import Decisions
from maidinh.governance.nas.definition import CommuneModel, DataSetStructure
from maidinh.governance.nas.mapping.definition import NasMapping
from maidinh.governance.observation.definition import ObservationTerms
from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.supervision.definition import SupervisionTerms
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.definitions.code_lists import CodeList
from maidinh.infrastructure.definitions.rule_packs import RulePack
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.services.catalogue.definition import ProcedureCatalogue
from maidinh.services.clock.definition import Term
from maidinh.services.measures.definition import IndexDefinition
from maidinh.services.procedures.definition import Procedure
from maidinh.services.scenarios.definition import Scenario

FOLDER = "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

FORMS: dict[str, type[BaseModel]] = {
    "appraisal-checks": Checks,
    "appraisal-pack": AppraisalPack,
    "architecture-version": ArchitectureVersion,
    "catalogue": Catalogue,
    "code-list": CodeList,
    "commune-model": CommuneModel,
    "conformity-rules": RuleBook,
    "document-plan": DocumentPlan,
    "document-words": DocumentWords,
    "dossier-plan": DossierPlan,
    "duplication-terms": DuplicationTerms,
    "framework": Framework,
    "index-766": IndexDefinition,
    "inventory": Inventory,
    "land-register": LandRegister,
    "nas-data-set": DataSetStructure,
    "nas-mapping": NasMapping,
    "notice": Notice,
    "observation-terms": ObservationTerms,
    "supervision-terms": SupervisionTerms,
    "organisations": Organisations,
    "population-register": PopulationRegister,
    "portfolio": Portfolio,
    "term": Term,
    "procedure": Procedure,
    "procedure-catalogue": ProcedureCatalogue,
    "project": Project,
    "publication-rules": PublicationRules,
    "roles": Roles,
    "rule-pack": RulePack,
    "scenario": Scenario,
    "union-decisions": Decisions,
    "waiver-terms": WaiverTerms,
    "working-calendar": WorkingCalendar,
}


def schema_texts() -> dict[str, str]:
    """The schema of every form, by the name of its file."""
    return {f"{name}.schema.json": _text(name, form) for name, form in FORMS.items()}


def stale_schemas(root: Path) -> list[str]:
    """The names of schema files that aren't what the forms say, or that no form has."""
    wanted = schema_texts()
    there = {path.name: path.read_text("utf-8") for path in (root / FOLDER).glob("*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write_schemas(root: Path) -> list[str]:
    """Bring the schema files up to the forms; returns the names of those that changed."""
    changed, wanted = stale_schemas(root), schema_texts()
    (root / FOLDER).mkdir(exist_ok=True)
    for name in changed:
        if name in wanted:
            (root / FOLDER / name).write_text(wanted[name], "utf-8")
        else:
            (root / FOLDER / name).unlink()
    return changed


def _text(name: str, form: type[BaseModel]) -> str:
    schema = {"$schema": DIALECT, "$id": f"urn:maidinh:schema:{name}", **form.model_json_schema(by_alias=True)}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
