"""A project for the tests, in the small architecture: every part of the form has something in it."""

from __future__ import annotations

from typing import Any

from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.faults import Known
from tests.governance.small import READ, architecture, contract

AGENCIES = {"H99.1": "H99.1", "H99.2": "H99.2", "H99.3": "H99.3", "tt": "H99.3"}

SYSTEM = {
    "id": "petitions", "kind": "information-system", "layer": 5, "name": {"vi": "Đơn thư", "en": "Petitions"},
    "owner": "tt", "subsystem": "petitions", "zone": "tslcd", "since": "2019", "dates": {"live": "2027-09-01"},
    "classification": {"brm": ["a", "b"]}, "cost": {"run": [{"year": 2028, "amount": 90_000_000}]},
    "properties": [{"key": "a.b", "value": "true"}],
}  # fmt: skip
FLOW = {
    "id": "petitions--flow--persons", "kind": "flow", "from": "petitions", "to": "persons",
    "contract": contract(id="petitions-persons", valid_from="2027-01-01", valid_to="2029-12-31"),
}  # fmt: skip


def content(**changes: Any) -> dict[str, Any]:
    text = {"vi": "Tiếng Việt", "en": "English"}
    return {
        "id": "petitions-2027", "title": text, "summary": {"vi": "Dòng một\nDòng hai"}, "owner": "tt",
        "kind": "investment", "group": "C", "design_steps": 1, "emergency": True, "began_on": "2026-06-01",
        "architecture": "9.0", "total": 1_500_000_000,
        "legal_basis": [{"text": "một"}, {"text": "hai", "checked": False}, {"text": "ba"}],
        "changes": [
            {"action": "add", "section": "elements", "item": "petitions", "value": SYSTEM, "why": text},
            {"action": "add", "section": "relations", "item": FLOW["id"], "value": FLOW},
            {"action": "change", "section": "elements", "item": "other",
             "set": {"zone": "dmz", "name.en": None, "cost.run.2027": 5_000_000, "masters": ["petition"],
                     "security_level": 3, "since": "2020"}},
            {"action": "retire", "section": "relations", "item": "s1"},
            {"action": "retire", "section": "elements", "item": "one-stop", "on": "2027-12-31", "why": {"vi": "cũ"}},
        ],
        "costs": [
            {"year": 2026, "source": "regular", "kind": "build", "amount": 500_000_000},
            {"year": 2027, "source": "regular", "kind": "build", "amount": 1_000_000_000, "component": "petitions"},
            {"year": 2029, "source": "regular", "kind": "run", "amount": 90_000_000, "component": "petitions"},
        ],
        "schedule": [
            {"id": "design", "title": text, "begins": "2026-07-01", "ends": "2026-12-31"},
            {"id": "build", "title": text, "begins": "2027-01-01", "ends": "2027-09-30", "after": ["design"]},
            {"id": "trial", "title": text, "begins": "2027-10-01", "ends": "2027-12-31", "after": ["design", "build"]},
        ],
        "benefits": [{"id": "time", "title": text, "unit": {"vi": "phút"}, "baseline": 12.5, "target": 0.125,
                      "by": "2028-06-30", "how": {"vi": "đo"}}],
        "procedures": ["2.000001"],
        "training": [{"id": "officers", "agency": "tt", "subject": text, "people": 20, "before": "2027-12-01"}],
        "reuse": [{"platform": "register", "decision": "own", "reason": {"vi": "vì"}}],
        "needs": ["network-2026"],
        "statements": [{"requirement": "standards", "says": text, "not_applicable": True}],
        "papers": [{"kind": "proposal", "title": text, "number": "=12/TTr", "dated": "2026-07-02", "file": "a.pdf",
                    "sha256": "0" * 64}],
        "source": "nơi khác", "confidence": "own", "checked": False, "sample": True, "note": "x",
    } | changes  # fmt: skip


def project(**changes: Any) -> Project:
    return Project.model_validate(content(**changes))


def known(**changes: Any) -> Known:
    facts: dict[str, Any] = {
        "version": architecture(), "agencies": AGENCIES, "sources": {"regular"}, "procedures": {"2.000001"},
        "platforms": {"register"}, "others": {"network-2026": ()},
    }  # fmt: skip
    return Known(**(facts | changes))


def changing(*changes: dict[str, Any]) -> Project:
    """A project that only changes something."""
    kept = {"costs": [], "total": 0, "changes": list(changes)}
    return project(**kept)


__all__ = ["READ", "architecture", "changing", "content", "known", "project"]
