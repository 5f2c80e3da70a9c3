"""What the automatic checks of a project found: one result for each requirement, with basis, proof and remedy.

Layer 4, governance. Pure. The same project, architecture, law and day give the same bytes. Legal ground: Nghị định
224/2026/NĐ-CP article 50 clause 4; the four results are those of the guidance of 2026 (draft).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maidinh.governance.appraisal.definition import AppraisalPack, Grade, Requirement
from maidinh.governance.appraisal.papers import Required
from maidinh.governance.conformity.report import Finding
from maidinh.governance.projects.definition import Reuse
from maidinh.governance.projects.faults import Fault
from maidinh.infrastructure.definitions.definition import LegalBasis, Text

PLACE = re.compile(r"\{(\w+)\}")
Value = str | Text
MET: Grade = "met"
NOT_MET: Grade = "not-met"
UNDETERMINED: Grade = "undetermined"
NOT_APPLICABLE: Grade = "not-applicable"


@dataclass(frozen=True)
class Proof:
    """One thing that a result rests on: what it says, of which element, with which values; `against` counts as a lack.

    `code` is the saying among those of its check.
    """

    code: str
    element: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    against: bool = True


@dataclass(frozen=True)
class Outcome:
    """What one check says before it is worded; without a grade of its own, it passes where no proof is against it."""

    proofs: tuple[Proof, ...] = ()
    grade: Grade | None = None

    @property
    def said(self) -> Grade:
        """The grade."""
        if self.grade is not None:
            return self.grade
        return NOT_MET if any(each.against for each in self.proofs) else MET


@dataclass(frozen=True)
class Evidence:
    """A proof in words."""

    code: str
    element: str
    says: Text
    values: Mapping[str, str]
    against: bool

    def as_json(self) -> dict[str, Any]:
        """For machines; the words stand at the top, for who shows them."""
        told = {"code": self.code, "element": self.element or None, "against": self.against}
        return _text(self.says) | told | {"values": dict(sorted(self.values.items()))}


@dataclass(frozen=True)
class Result:
    """One requirement: which of the four results, what is said, on which articles, the proof and the remedy.

    One that does not `bind` is for the appraiser alone and leaves the verdict as it is.
    """

    requirement: str
    title: Text
    result: Grade
    says: Text
    basis: tuple[LegalBasis, ...]
    proof: tuple[Evidence, ...]
    remedy: Text | None
    findings: tuple[Finding, ...] = ()
    binds: bool = True

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "requirement": self.requirement,
            "title": _text(self.title),
            "result": self.result,
            "binds": self.binds,
            "says": _text(self.says),
            "basis": [each.text for each in self.basis],
            "proof": [each.as_json() for each in self.proof],
            "remedy": _text(self.remedy) if self.remedy is not None else None,
            "findings": [each.as_json() for each in self.findings],
        }


@dataclass(frozen=True)
class Match:
    """Why a platform could serve what the project adds: the element, and the component, code or function of both."""

    element: str
    by: str
    value: str


@dataclass(frozen=True)
class Consumer:
    """Who uses a platform already: the element, its owner, the relation and the contract, if it has one."""

    element: str
    name: Text
    owner: str
    relation: str
    contract: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        told = {"element": self.element, "owner": self.owner or None, "relation": self.relation}
        return _text(self.name) | told | {"contract": self.contract or None}


@dataclass(frozen=True)
class PlatformFound:
    """A shared platform that could serve the project: whose, who uses it, what the project says it does with it."""

    platform: str
    name: Text
    kind: str
    owner: str
    consumers: tuple[Consumer, ...]
    decision: Reuse | None
    matches: tuple[Match, ...]
    connected: bool

    @property
    def rebuilt(self) -> bool:
        """Whether the project builds again what the platform does."""
        return bool(self.matches) and (self.decision is None or self.decision.decision == "own")

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        reason = self.decision.reason if self.decision else None
        return {
            "platform": self.platform,
            "name": _text(self.name),
            "kind": self.kind,
            "owner": self.owner or None,
            "could_serve": [vars(each) for each in self.matches],
            "consumers": [each.as_json() for each in self.consumers],
            "decision": self.decision.decision if self.decision else None,
            "reason": _text(reason) if reason is not None else None,
            "connected": self.connected,
            "rebuilt": self.rebuilt,
        }


@dataclass(frozen=True)
class Assessment:
    """A project held against a version of the architecture by the law that it began under, as of a day."""

    project: str
    project_hash: str
    version: str
    version_hash: str
    pack: str
    framework: str | None
    rule_hash: str
    day: date
    results: tuple[Result, ...]
    introduced: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    mended: tuple[Finding, ...]
    reuse: tuple[PlatformFound, ...]
    papers: tuple[Required, ...]
    faults: tuple[Fault, ...]
    must_agree: tuple[str, ...] = ()

    @property
    def verdict(self) -> Grade:
        """`met` only where nothing that binds is not met or undetermined."""
        said = {each.result for each in self.results if each.binds}
        return next((each for each in (NOT_MET, UNDETERMINED) if each in said), MET)

    def result_of(self, requirement: str) -> Result:
        """The result of a requirement. KeyError where the pack doesn't ask it of this project."""
        found = next((each for each in self.results if each.requirement == requirement), None)
        if found is None:
            raise KeyError(requirement)
        return found

    def as_json(self) -> dict[str, Any]:
        """For machines. Faults keep their English texts with places, so that a page can translate them."""
        return {
            "project": self.project,
            "project_hash": self.project_hash,
            "version": self.version,
            "version_hash": self.version_hash,
            "pack": self.pack,
            "framework": self.framework,
            "rules": self.rule_hash,
            "as_of": self.day.isoformat(),
            "verdict": self.verdict,
            "results": [each.as_json() for each in self.results],
            "introduced": [each.as_json() for each in self.introduced],
            "mended": [each.as_json() for each in self.mended],
            "standing": len(self.standing),
            "reuse": [each.as_json() for each in self.reuse],
            "papers": [each.as_json() for each in self.papers],
            "must_agree": list(self.must_agree),
            "faults": [
                {"field": each.field, "says": each.says, "values": dict(each.values), "remedy": each.remedy}
                for each in self.faults
            ],
        }


def result_of(
    requirement: Requirement, outcome: Outcome, pack: AppraisalPack, findings: tuple[Finding, ...] = ()
) -> Result:
    """An outcome in words, with the findings that count here."""
    said = pack.checks[requirement.check or requirement.answered_by]
    grade = outcome.said
    words = {
        MET: said.met,
        NOT_MET: said.not_met,
        UNDETERMINED: said.undetermined or pack.checks["general"].undetermined,
        NOT_APPLICABLE: said.not_applicable or pack.checks["general"].not_applicable,
    }[grade]
    sayings = pack.checks["general"].found | said.found
    return Result(
        requirement.id, requirement.title, grade, words or said.not_met, tuple(requirement.basis),
        tuple(_evidence(each, sayings) for each in outcome.proofs),
        said.remedy if grade in (NOT_MET, UNDETERMINED) else None, findings, requirement.binds,
    )  # fmt: skip


def _evidence(proof: Proof, sayings: Mapping[str, Text]) -> Evidence:
    says = sayings[proof.code]
    values = {"element": proof.element} | dict(proof.values)
    plain = {key: value if isinstance(value, str) else value.vi for key, value in values.items() if value}
    worded = Text(vi=_filled(says.vi, values, "vi"), en=_filled(says.en, values, "en") if says.en is not None else None)
    return Evidence(proof.code, proof.element, worded, plain, proof.against)


def _filled(text: str, values: Mapping[str, Value], language: str) -> str:
    def put(place: re.Match[str]) -> str:
        value = values.get(place[1], place[0])
        return value if isinstance(value, str) else value.in_language(language)

    return PLACE.sub(put, text)


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, **({"en": text.en} if text.en else {})}
