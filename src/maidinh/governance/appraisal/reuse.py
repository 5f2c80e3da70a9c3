"""Which shared platforms could serve what a project adds, who uses them, and whether the project builds them again.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1; Quyết định 1425/QĐ-TTg III.3 b.
A platform could serve where it stands for the same component of the framework, for the same entry of the application
reference model, or realises the same function. Entries that stand for a whole class (`generic_components` of the
pack) say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maidinh.governance.appraisal.assessment import Consumer, Match, Outcome, PlatformFound, Proof, Value
from maidinh.governance.appraisal.case import GONE, INTERFACES, PLATFORMS, SYSTEMS, Case, named
from maidinh.governance.modelling.definition import Element, ReferenceModel

APPLICATIONS: ReferenceModel = "arm"  # the reference model by whose entries two applications are told to do the same
CONSUMED = ("serving", "flow")
REASON = ".reason"  # where a reason is missing, that is told of the platform that is built again


def platforms_found(case: Case) -> tuple[PlatformFound, ...]:
    """The platforms that could serve, and those of which the project says that it uses them, by id."""
    if case.model is None:
        return ()
    said = {each.platform: each for each in case.project.reuse}
    matches: dict[str, list[Match]] = {}
    for element in case.touched:
        if element.kind in (*SYSTEMS, *PLATFORMS):
            for platform, match in _matches(case, element):
                matches.setdefault(platform, []).append(match)
    ids = sorted({*matches, *(each for each in said if each in case.after)})
    return tuple(_found(case, case.after[each], matches.get(each, [])) for each in ids)


def duplication(case: Case, found: Iterable[PlatformFound]) -> Outcome:
    """Whether what is shared is used and not built again."""
    proofs = []
    for each in found:
        values: dict[str, Value] = {
            "platform": each.name,
            "owner": each.owner or "–",
            "count": str(len(each.consumers)),
        }
        said = each.decision.decision if each.decision else None
        if said == "own" and each.decision is not None:
            reason = each.decision.reason
            code = "own-with-reason" if reason is not None else "own-without-reason"
            proofs.append(Proof(code, each.platform, values | {"reason": reason or "–"}, against=reason is None))
        elif said is not None and not each.connected:
            proofs.append(Proof("not-connected", each.platform, values, against=bool(each.matches)))
        elif said is not None:
            proofs.append(Proof("used", each.platform, values, against=False))
    return Outcome(tuple(proofs))


def decisions(case: Case, found: Iterable[PlatformFound]) -> Outcome:
    """Whether the project says of each platform that could serve it what it does with it."""
    wrong = [each for each in case.faults_at("reuse") if not each.field.endswith(REASON)]
    proofs = [Proof("fault", "", {"field": each.field, "says": each.says % each.values}) for each in wrong]
    for each in found:
        if each.matches and each.decision is None:
            element = case.after[each.matches[0].element]
            values: dict[str, Value] = {
                "platform": each.name, "owner": each.owner or "–", "count": str(len(each.consumers)),
                "name": named(element), "value": each.matches[0].value,
            }  # fmt: skip
            proofs.append(Proof("undecided", each.platform, values))
    return Outcome(tuple(proofs))


def _matches(case: Case, element: Element) -> Iterator[tuple[str, Match]]:
    old = case.before.get(element.id)
    generic = set(case.pack.generic_components)
    components = set(element.reference) - set(old.reference if old else ()) - generic
    codes = set(element.classification.get(APPLICATIONS, [])) - generic
    codes -= set(old.classification.get(APPLICATIONS, []) if old else ())
    functions = {each.to for each in case.relations if each.kind == "realization" and each.from_ == element.id}
    for platform in case.version.elements:
        if platform.kind not in PLATFORMS or platform.state in GONE or platform.id == element.id:
            continue
        for value in sorted(components & set(platform.reference)):
            yield platform.id, Match(element.id, "component", value)
        for value in sorted(codes & set(platform.classification.get(APPLICATIONS, []))):
            yield platform.id, Match(element.id, "classification", value)
        if functions:
            own = {each.to for each in case.relations_of(platform.id) if each.kind == "realization"}
            for value in sorted(functions & own - {platform.id}):
                yield platform.id, Match(element.id, "function", value)


def _found(case: Case, platform: Element, matches: list[Match]) -> PlatformFound:
    decision = next((each for each in case.project.reuse if each.platform == platform.id), None)
    return PlatformFound(
        platform.id, named(platform), platform.kind, platform.owner or "", tuple(_consumers(case, platform)), decision,
        tuple(dict.fromkeys(matches)), _connected(case, platform),
    )  # fmt: skip


def _consumers(case: Case, platform: Element) -> Iterator[Consumer]:
    """Who uses it apart from the project: those it serves, and those who call it or one of its interfaces."""
    ours = {each.id for each in case.relations}
    reached = case.reached_by(platform.id)
    found: dict[str, Consumer] = {}
    for relation in case.relations_of(*reached):
        if relation.kind not in CONSUMED or relation.id in ours:
            continue
        outward = relation.kind == "serving" and relation.from_ in reached
        inward = relation.kind == "flow" and relation.to in reached
        other = case.after.get(relation.to if outward else relation.from_ if inward else "")
        if other is None or other.id in reached or other.state == "retired" or other.kind in ("network-zone",):
            continue
        contract = relation.contract.id if relation.contract else ""
        if other.id not in found or (contract and not found[other.id].contract):
            found[other.id] = Consumer(other.id, named(other), other.owner or "", relation.id, contract)
    yield from (found[each] for each in sorted(found))


def _connected(case: Case, platform: Element) -> bool:
    """Whether the project changes the platform, or one of its own things is or gets related to it.

    Also by an interface that the project calls and that the platform carries.
    """
    touched = {each.id for each in case.touched}
    called = {
        each.to
        for each in case.relations
        if each.kind == "flow" and each.to in case.after and case.after[each.to].kind in INTERFACES
    }
    reached = set(case.reached_by(platform.id))
    if touched & reached:
        return True
    ends = ({each.from_, each.to} for each in case.relations_of(*sorted(reached)))
    ours = {frozenset((each.from_, each.to)) for each in case.relations}
    return any(pair & (touched | called) or frozenset(pair) in ours for pair in ends)
