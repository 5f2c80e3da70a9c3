"""Holding a project against the law that it began under and the architecture that it changes: all checks, one verdict.

Layer 4, governance. Pure. Only what the change itself brings counts against a project; what stood before it is told
apart. Legal ground: Nghị định 224/2026/NĐ-CP articles 36, 37 and 50 clause 4; Nghị định 73/2019/NĐ-CP before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from maidinh.governance.appraisal import reuse, soundness
from maidinh.governance.appraisal.assessment import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    Assessment,
    Outcome,
    PlatformFound,
    Proof,
    Result,
    result_of,
)
from maidinh.governance.appraisal.case import Case
from maidinh.governance.appraisal.definition import AppraisalPack, Requirement
from maidinh.governance.appraisal.papers import required_papers
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.conformity.checking import Checker
from maidinh.governance.conformity.definition import Rule, Waiver
from maidinh.governance.conformity.report import Finding, RefusedRule
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.projects.content import content_of, hash_of
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.faults import Known, faults, shared_platforms
from maidinh.governance.projects.proposal import ProposalRefused, agency_codes, proposed
from maidinh.infrastructure.definitions.code_lists import CodeList
from maidinh.infrastructure.organisations.definition import Organisations

__all__ = ["Assessment", "PlatformFound", "Result", "assess"]

STATE = "state"  # the property of a source: its money is the state's
BROKEN = "error"  # the severity of a finding that a requirement fails by
ON_THE_MODEL = frozenset({"reuse", "technology", "connections", "security", "masters", "owners", "conformity"})
WHOLE = 100  # percent
LARGEST = WHOLE // 2
CHECKS: Mapping[str, Callable[[Case], Outcome]] = {
    "size": soundness.size,
    "figures": soundness.figures,
    "papers": soundness.papers,
    "components": soundness.components,
    "technology": soundness.technology,
    "connections": soundness.connections,
    "security": soundness.security,
    "masters": soundness.masters,
    "owners": soundness.owners,
    "procedures": soundness.procedures,
}
ON_PLATFORMS: Mapping[str, Callable[[Case, Iterable[PlatformFound]], Outcome]] = {
    "reuse": reuse.duplication,
    "decisions": reuse.decisions,
}


def assess(
    project: Project,
    version: ArchitectureVersion,
    *,
    pack: AppraisalPack,
    rules: Mapping[str, Rule],
    framework: Framework | None = None,
    shelf: Shelf | None = None,
    organisations: Organisations | None = None,
    waivers: Iterable[Waiver] = (),
    others: Mapping[str, Collection[str]] | None = None,
    procedures: Collection[str] | None = None,
    sources: CodeList | None = None,
    agreed: Collection[str] = (),
    withdrawn: Collection[str] = (),
    day: date,
    checker: Checker | None = None,
) -> Assessment:
    """What the checks say of the project on this day.

    `others` are the other projects with those that they need; `agreed` the agencies that agree to what this
    one says, `withdrawn` the contracts that are stopped. A `checker` given holds `version` against the same rules
    on the same day already; it is left as it was, and only what the change concerns is asked again.
    """
    codes = agency_codes(organisations) if organisations else _owners(version)
    known = Known(
        version, codes, {each.code for each in sources.codes} if sources else None, procedures,
        shared_platforms(version), others or {},
    )  # fmt: skip
    wrong = tuple(faults(project, known, today=day))
    try:
        model = proposed(version, project, codes)
    except ProposalRefused:
        model = None
    if checker is None:
        checker = Checker(
            version, rules, as_of=day, framework=framework, shelf=shelf, organisations=organisations, waivers=waivers
        )
    seen = _seen(checker, version, model)
    case = Case(
        project, version, model, pack, shelf or Shelf(), day, wrong, tuple(required_papers(pack, project)), procedures,
        organisations, agreed, withdrawn,
    )  # fmt: skip
    found = reuse.platforms_found(case)
    results = _Answering(case, found, seen, sources).results()
    return Assessment(
        project.id, hash_of(content_of(project)), version.version, seen.version_hash, pack.id,
        framework.id if framework else None, seen.rule_hash, day, tuple(results), seen.introduced, seen.standing,
        seen.mended, found, case.papers, wrong, tuple(dict.fromkeys(each.agency for each in case.consents)),
    )  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What the rules of conformity say of the architecture before and after the change."""

    version_hash: str
    rule_hash: str
    introduced: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    mended: tuple[Finding, ...]
    refused: tuple[RefusedRule, ...]


def _seen(checker: Checker, version: ArchitectureVersion, model: ArchitectureVersion | None) -> _Seen:
    before = checker.report if checker.image.model is version else checker.edited(version)
    if model is None:
        return _Seen(before.model_hash, before.rule_hash, (), before.findings, (), before.refused_rules)
    after = checker.tried(model)
    # What the change doesn't concern is the very same finding before and after: only the rest is compared.
    same = {id(each) for each in before.findings} & {id(each) for each in after.findings}
    old = {_key(each): each for each in before.findings if id(each) not in same}
    other = [each for each in after.findings if id(each) not in same]
    new = {_key(each) for each in other}
    brought = {id(each) for each in other if _worse(old.get(_key(each)), each)}
    return _Seen(
        before.model_hash,
        before.rule_hash,
        tuple(each for each in other if id(each) in brought),
        tuple(each for each in after.findings if id(each) not in brought),
        tuple(each for key, each in old.items() if key not in new),
        after.refused_rules,
    )


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes a finding the same before and after: its rule and whom it names, and what is no number in it.

    Of the architecture as a whole a rule may count more than it names; then the names are examples and the count tells.
    """
    counted = [value for value in finding.values.values() if isinstance(value, int)]
    examples = not finding.subject and finding.others and any(value > len(finding.others) for value in counted)
    named = () if examples else tuple(each.id for each in finding.others)
    words = tuple(sorted((key, value) for key, value in finding.values.items() if isinstance(value, str)))
    return finding.rule, finding.subject, named, words if finding.subject else ()


def _worse(before: Finding | None, after: Finding) -> bool:
    """Whether the change brought a finding, or one of its counts grew."""
    if before is None or (before.waiver is not None and after.waiver is None):
        return True
    return any(
        isinstance(value, int | float) and isinstance(old := before.values.get(key), int | float) and value > old
        for key, value in after.values.items()
    )


@dataclass(frozen=True)
class _Answering:
    """Answering the requirements of the pack, one after the other."""

    case: Case
    found: tuple[PlatformFound, ...]
    seen: _Seen
    sources: CodeList | None

    def results(self) -> list[Result]:
        asked = self.case.pack.requirements_of(self.case.project)
        covered = {group for each in asked for group in each.rules}
        outside = self._outside()
        return [self._result(each, covered, outside) for each in asked]

    def _result(self, requirement: Requirement, covered: Collection[str], outside: Proof | None) -> Result:
        findings = tuple(each for each in self.seen.introduced if self._counts(each, requirement, covered))
        outcome = self._outcome(requirement)
        broken = [each for each in findings if each.severity == BROKEN and each.waiver is None]
        if broken:
            proofs = (*outcome.proofs, *(Proof("finding", each.subject, {"says": each.message, "rule": each.rule})
                                         for each in broken))  # fmt: skip
            outcome = Outcome(proofs, NOT_MET)
        if requirement.exemptible and outside is not None:
            outcome = Outcome((outside,), NOT_APPLICABLE)
        elif requirement.exemptible and outcome.said in (NOT_MET, UNDETERMINED):
            exempt = self.case.pack.exempting(self.case.project)
            # Whether it really is exempt is for the appraiser: nobody exempts a project by a word of its own.
            claims = tuple(Proof("exempt", "", {"exemption": each.title}, against=False) for each in exempt)
            outcome = Outcome((*outcome.proofs, *claims), UNDETERMINED) if claims else outcome
        return result_of(requirement, outcome, self.case.pack, findings)

    def _outcome(self, requirement: Requirement) -> Outcome:
        if requirement.answered_by == "appraiser":
            return Outcome(grade=UNDETERMINED)
        if requirement.answered_by == "statement":
            return self._statement(requirement)
        if self.case.model is None and requirement.check in ON_THE_MODEL:
            return Outcome((Proof("not-made", ""),), UNDETERMINED)
        check = requirement.check or ""
        if check == "conformity":
            return self._conformity()
        if check in ON_PLATFORMS:
            return ON_PLATFORMS[check](self.case, self.found)
        return CHECKS[check](self.case)

    def _statement(self, requirement: Requirement) -> Outcome:
        said = next((each for each in self.case.project.statements if each.requirement == requirement.id), None)
        if said is None:
            return Outcome(grade=NOT_MET)
        proof = Proof("stated", "", {"says": said.says}, against=False)
        return Outcome((proof,), NOT_APPLICABLE if said.not_applicable else MET)

    def _conformity(self) -> Outcome:
        refused = tuple(Proof("rule-stopped", "", {"rule": each.rule}) for each in self.seen.refused)
        standing = [each for each in self.seen.standing if each.severity == BROKEN and each.waiver is None]
        told = Proof("standing", "", {"count": str(len(standing))}, against=False)
        return Outcome((*refused, *((told,) if standing else ())), UNDETERMINED if refused else None)

    def _counts(self, finding: Finding, requirement: Requirement, covered: Collection[str]) -> bool:
        return finding.group in requirement.rules or (
            requirement.check == "conformity" and finding.group not in covered
        )

    def _outside(self) -> Proof | None:
        """That the state's money is too small a share for the pack to apply."""
        share, codes = self.case.pack.budget_share, self.sources
        if share is None or codes is None:
            return None
        state = {each.code: bool(each.properties.get(STATE)) for each in codes.codes}
        percent = soundness.state_share(self.case, state)
        if percent is None or percent >= min(share.percent, LARGEST):
            return None
        built = [each for each in self.case.project.costs if each.kind == "build"]
        own = sum(each.amount for each in built if state[each.source])
        if all(own > sum(line.amount for line in built if line.source == each.source)
               for each in built if not state[each.source]):  # fmt: skip
            return None
        return Proof("outside", "", {"percent": str(percent), "needed": str(share.percent)}, against=False)


def _owners(version: ArchitectureVersion) -> dict[str, str]:
    """The agencies that an architecture names, where nothing else says which there are."""
    return {each.owner: each.owner for each in version.elements if each.owner}
