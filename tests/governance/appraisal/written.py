"""A project with which no check finds anything, in an architecture with which no rule does; to be broken one by one."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from maidinh.governance.appraisal.assessment import Assessment
from maidinh.governance.appraisal.checking import assess
from maidinh.governance.appraisal.definition import AppraisalPack
from maidinh.governance.appraisal.packs import SOURCES, read_packs
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.conformity.definition import Rule
from maidinh.governance.conformity.reading import Surroundings, read_rules, read_surroundings
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.definitions.code_lists import CodeList, read_code_list
from tests.governance.conformity import clean

NATIONAL = Path(__file__).resolve().parents[3] / "definitions/national"
DAY = date(2026, 11, 27)
FRAMEWORK, PACK = "2026-1425", "2026-nd224"
Content = dict[str, Any]
REQUIRED = ("submission", "economic-technical-report", "policy-decision", "verification-report")
STATED = ("policy", "digital-plan", "standards", "ipv6")

SYSTEM: Content = {
    "id": "permits", "kind": "information-system", "layer": 5, "name": {"vi": "Cấp phép xây dựng", "en": "Permits"},
    "owner": "H99.3", "state": "planned", "dates": {"planned": "2026-09-01", "live": "2027-12-31"}, "zone": "tslcd",
    "subsystem": "permits", "security_level": 3, "security_basis": {"text": clean.BASIS[3]}, "personal_data": True,
    "technology": ["postgresql"], "reference": ["P-3-03"], "classification": {"arm": ["AP-SECTOR"]},
    "cost": {"build": [{"year": 2027, "amount": 1_500_000_000}], "run": [{"year": 2028, "amount": 90_000_000}]},
}  # fmt: skip
CONTRACT: Content = {
    "id": "permits-land", "methods": [{"method": "GET", "path": "/parcels/*"}], "fields": ["number"],
    "purpose": {"vi": "Không hỏi lại thửa đất"}, "legal_basis": [{"text": "Nghị định 47/2020/NĐ-CP, điều 35"}],
    "valid_from": "2027-12-31", "valid_to": "2029-12-31",
}  # fmt: skip
WORK: Content = {
    "id": "work-permits", "kind": "work-package", "name": {"vi": "Xây dựng phần mềm cấp phép"}, "owner": "H99.3",
    "state": "planned", "dates": {"planned": "2026-09-01", "live": "2027-12-31"},
    "cost": {"build": [{"year": 2027, "amount": 1_500_000_000}]},
}  # fmt: skip
RELATIONS = (
    ("permits", "flow", "land-interface"), ("lgsp", "serving", "permits"), ("data-centre", "assignment", "permits"),
    ("permits", "serving", "officials"), ("work-permits", "realization", "permits"),
    ("work-permits", "association", "gap-ai"), ("plateau-target", "aggregation", "permits"),
)  # fmt: skip


def relation(source: str, kind: str, target: str, **more: Any) -> Content:
    item = f"{source}--{kind}--{target}"
    value = {"id": item, "kind": kind, "from": source, "to": target} | more
    return {"action": "add", "section": "relations", "item": item, "value": value}


def element(value: Content) -> Content:
    return {"action": "add", "section": "elements", "item": value["id"], "value": value}


def content() -> Content:
    text = {"vi": "Tiếng Việt", "en": "English"}
    changes = [element(SYSTEM), element(WORK)]
    changes += [relation(*each, **({"contract": CONTRACT} if each[1] == "flow" else {})) for each in RELATIONS]
    return deepcopy({
        "id": "permits-2027", "title": text, "summary": text, "owner": "H99.3", "kind": "investment", "group": "C",
        "design_steps": 1, "began_on": "2026-09-01", "architecture": "1.0", "total": 1_500_000_000,
        "changes": changes,
        "costs": [
            {"year": 2027, "source": "local-investment", "kind": "build", "amount": 1_500_000_000,
             "component": "permits"},
            {"year": 2028, "source": "local-regular", "kind": "run", "amount": 90_000_000, "component": "permits"},
        ],
        "schedule": [{"id": "build", "title": text, "begins": "2027-01-01", "ends": "2028-06-30"}],
        "benefits": [{"id": "time", "title": text, "unit": {"vi": "ngày"}, "baseline": 20, "target": 10,
                      "by": "2028-06-30"}],
        "procedures": ["1.000001"],
        "reuse": [{"platform": "lgsp", "decision": "use"}],
        "statements": [{"requirement": each, "says": text} for each in STATED],
        "papers": [{"kind": each, "number": "12/TTr"} for each in REQUIRED],
    })  # fmt: skip


def changed(said: Content, item: str) -> Content:
    """The thing that a project adds, free to be changed."""
    value: Content = next(each for each in said["changes"] if each["item"] == item)["value"]
    return value


@cache
def around() -> Surroundings:
    return read_surroundings(NATIONAL)


@cache
def rules() -> dict[str, Rule]:
    return read_rules(NATIONAL)


@cache
def packs() -> dict[str, AppraisalPack]:
    return read_packs(NATIONAL)


@cache
def sources() -> CodeList:
    return read_code_list(NATIONAL, SOURCES)


@cache
def version() -> ArchitectureVersion:
    return clean.built(architecture())


def architecture() -> Content:
    """The clean architecture; its common platform is told to be one of maps."""
    said = clean.content(FRAMEWORK)
    next(each for each in said["elements"] if each["id"] == "common")["classification"] = {"arm": ["SI-GIS"]}
    return said


def assessed(said: Content, model: ArchitectureVersion | None = None, **more: Any) -> Assessment:
    facts: Content = {
        "pack": packs()[PACK], "rules": rules(), "framework": around().frameworks[FRAMEWORK], "shelf": around().shelf,
        "procedures": {"1.000001"}, "sources": sources(), "day": DAY,
    }  # fmt: skip
    return assess(Project.model_validate(said), model or version(), **(facts | more))


def lacking(found: Assessment) -> dict[str, str]:
    """The requirements that bind and are not simply met, with their result."""
    return {each.requirement: each.result for each in found.results if each.binds and each.result != "met"}
