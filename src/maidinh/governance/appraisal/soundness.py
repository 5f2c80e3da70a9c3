"""The checks of what a project adds and changes: size, figures, papers, components, technology, connection, data.

Layer 4, governance. Pure. Each gives proofs; which requirement they answer, on which article, and what is said stands
in the pack. Legal ground: Nghị định 224/2026/NĐ-CP article 50 clause 4 and article 23.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from maidinh.governance.appraisal.assessment import (
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    Outcome,
    Proof,
    Value,
)
from maidinh.governance.appraisal.case import GONE, INTERFACES, Case, named
from maidinh.governance.modelling.definition import Element, Relation
from maidinh.infrastructure.definitions.definition import Text

CONNECTING = ("flow", "serving", "access")
RETIRE, KEEP = "retire", "keep"
OWN_FIELDS = ("changes", "procedures", "reuse", "papers")  # whose faults count for a requirement of their own
BY_SIZE = ("group", "design_steps")


def size(case: Case) -> Outcome:
    """Whether the group and the number of design steps are those of the amount."""
    proofs, project, pack = [], case.project, case.pack
    values = {"total": f"{project.total:,}".replace(",", ".")}
    by_size = pack.group_by_size(project.total)
    if project.group is not None and by_size is not None and project.group != by_size:
        proofs.append(Proof("group", "", values | {"group": project.group, "expected": by_size}))
    if pack.design is not None and project.design_steps == 1 and project.total > pack.design.one_step_up_to:
        limit = f"{pack.design.one_step_up_to:,}".replace(",", ".")
        proofs.append(Proof("steps", "", values | {"limit": limit}))
    return Outcome(tuple(proofs))


def figures(case: Case) -> Outcome:
    """Whether sums, years, days and codes agree."""
    kept = [each for each in case.faults if each.field.partition(".")[0] not in OWN_FIELDS]
    return Outcome(tuple(_faulty(each.field, each.says % each.values) for each in kept))


def papers(case: Case) -> Outcome:
    """Whether every paper that the law asks for is there."""
    proofs = [_faulty(each.field, each.says % each.values) for each in case.faults_at("papers")]
    proofs += [
        Proof("missing", "", {"paper": each.paper.title, "why": each.why}) for each in case.papers if each.given is None
    ]
    return Outcome(tuple(proofs))


def components(case: Case) -> Outcome:
    """Whether the changes can be made, and each thing that is added has an owner and hangs together with the rest."""
    proofs = [_faulty(each.field, each.says % each.values) for each in case.faults_at("changes")]
    if not case.project.changes:
        return Outcome((Proof("nothing", ""),), UNDETERMINED)
    for element in case.touched:
        if element.id not in case.added:
            continue
        if not element.owner:
            proofs.append(Proof("no-owner", element.id, {"name": named(element)}))
        elif next(case.relations_of(element.id), None) is None:
            proofs.append(Proof("alone", element.id, {"name": named(element)}))
    return Outcome(tuple(proofs), NOT_MET if proofs else None)


def technology(case: Case) -> Outcome:
    """Whether each technology is known and not on its way out on the day, with what replaces it."""
    proofs: list[Proof] = []
    for element in case.touched:
        old = case.before.get(element.id)
        chosen = [each for each in element.technology if old is None or each not in old.technology]
        proofs += [proof for each in chosen if (proof := _technology(case, element, each)) is not None]
    return Outcome(tuple(proofs))


def connections(case: Case) -> Outcome:
    """Whether each system says what it exchanges, by an interface and a contract that holds, from a known zone."""
    proofs: list[Proof] = []
    zoned = any(each.zone for each in case.version.elements)
    entities = {each.id: named(each) for each in case.after.values() if each.kind == "data-entity"}
    for system in case.systems:
        values: dict[str, Value] = {"name": named(system)}
        related = list(case.relations_of(*case.reached_by(system.id)))
        if system.id in case.added and not any(each.kind in CONNECTING for each in related):
            proofs.append(Proof("no-connection", system.id, values))
        if zoned and not system.zone:
            proofs.append(Proof("no-zone", system.id, values))
        old = case.before.get(system.id)
        kept = sorted(set(system.masters) - set(old.masters if old else ()))
        if kept and not case.interfaces_of(system.id):
            told = {"entity": entities.get(kept[0], Text(vi=kept[0]))}
            proofs.append(Proof("no-interface", system.id, values | told))
    for relation in case.relations:
        proofs += _flow(case, relation)
    again = tuple(_again(case, each) for each in case.relations if _withdrawn(case, each))
    open_ones = bool(again) and not any(each.against for each in proofs)  # who appraises decides, and says why
    return Outcome((*proofs, *again), UNDETERMINED if open_ones else None)


def security(case: Case) -> Outcome:
    """Whether each system names its security level, and on what that rests."""
    proofs = []
    for system in case.systems:
        values: dict[str, Value] = {"name": named(system)}
        if system.security_level is None:
            proofs.append(Proof("no-level", system.id, values))
        elif system.security_basis is None:
            proofs.append(Proof("no-basis", system.id, values | {"level": str(system.security_level)}))
        else:
            told = {"level": str(system.security_level), "basis": system.security_basis.text}
            proofs.append(Proof("level", system.id, values | told, against=False))
    return Outcome(tuple(proofs))


def masters(case: Case) -> Outcome:
    """Whether what the project makes a master of an entity is the only one."""
    wanted = {entity for element in case.touched for entity in element.masters}
    if not wanted:
        return Outcome()
    held: dict[str, list[Element]] = {}
    for each in case.after.values():
        for entity in wanted.intersection(each.masters) if each.state != "retired" else ():
            held.setdefault(entity, []).append(each)
    proofs = []
    for element in case.touched:
        for entity in element.masters:
            for other in held.get(entity, ()):
                if other.id != element.id:
                    name = case.after.get(entity)
                    values: dict[str, Value] = {"name": named(element), "other": named(other)}
                    values |= {"owner": other.owner or "–"}
                    told = {"entity": named(name) if name is not None else Text(vi=entity)}
                    proofs.append(Proof("two-masters", element.id, values | told))
    return Outcome(tuple(proofs))


def owners(case: Case) -> Outcome:
    """Whether each agency agrees whose elements, interfaces or contracts the project changes, retires or widens."""
    open_ones = any(each.agency not in case.agreed for each in case.consents)
    proofs = []
    for each in case.consents:
        element = case.after.get(each.item) or case.before.get(each.item)
        values: dict[str, Value] = {"agency": _agency(case, each.agency)}
        values["name"] = named(element) if element is not None else Text(vi=each.item)
        agreed = each.agency in case.agreed
        code = "agreed" if agreed else "contract" if each.contract else each.action
        proofs.append(Proof(code, each.item, values, against=not agreed))
    return Outcome(tuple(proofs), UNDETERMINED if open_ones else None)


def procedures(case: Case) -> Outcome:
    """Whether the procedures that the project improves are there."""
    if not case.project.procedures:
        return Outcome(grade=NOT_APPLICABLE)
    if case.procedures is None:
        return Outcome((Proof("unknown-here", ""),), UNDETERMINED)
    missing = [each for each in case.project.procedures if each not in case.procedures]
    proofs = [Proof("missing", each, {"code": each}) for each in missing]
    others = [each for each in case.faults_at("procedures") if each.values.get("found") not in missing]
    proofs += [_faulty(each.field, each.says % each.values) for each in others]
    return Outcome(tuple(proofs))


def state_share(case: Case, state: Mapping[str, bool]) -> int | None:
    """How many percent of what building costs are the state's money; None where that can't be told.

    `state` says of each source whether its money is the state's. Half a percent counts down.
    """
    built = [each for each in case.project.costs if each.kind == "build"]
    total = sum(each.amount for each in built)
    if not total or any(each.source not in state for each in built):
        return None
    return sum(each.amount for each in built if state[each.source]) * 100 // total


def _flow(case: Case, relation: Relation) -> Iterator[Proof]:
    target, source = case.after.get(relation.to), case.after.get(relation.from_)
    if relation.kind != "flow" or target is None or source is None:
        return
    values = {"from": named(source), "to": named(target)}
    contract = relation.contract
    if target.kind in INTERFACES:
        if contract is None:
            yield Proof("no-contract", relation.id, values)
        elif contract.valid_to < case.day:
            yield Proof("contract-ended", relation.id, values | {"day": contract.valid_to.isoformat()})
        elif target.state in GONE:
            yield Proof("leads-to-gone", relation.id, values)
        else:
            yield Proof("contract", relation.id, values | {"contract": contract.id}, against=False)


def _withdrawn(case: Case, relation: Relation) -> bool:
    """Whether a relation puts back, by its contract or by another one, what two people stopped."""
    contract = relation.contract
    return contract is not None and (contract.id in case.withdrawn or case.systems_at(relation) in case.stopped)


def _again(case: Case, relation: Relation) -> Proof:
    ends = (case.after.get(each) for each in (relation.from_, relation.to))
    source, target = (named(each) if each is not None else Text(vi="–") for each in ends)
    return Proof("withdrawn", relation.id, {"from": source, "to": target})


def _agency(case: Case, code: str) -> Text:
    found = next((each for each in case.organisations.agencies if each.code == code), None) if (
        case.organisations is not None
    ) else None  # fmt: skip
    name = found.name if found is not None else None
    return Text(vi=f"{name.vi} ({code})", en=f"{name.en or name.vi} ({code})") if name is not None else Text(vi=code)


def _technology(case: Case, element: Element, chosen: str) -> Proof | None:
    values: dict[str, Value] = {"name": named(element), "product": chosen}
    product = case.shelf.products.get(chosen)
    if product is not None:
        values["product"] = product.name
        stage = product.stage_at(_day_of(case, element))
        if stage == RETIRE:
            instead = [case.shelf.products[each].name.vi if each in case.shelf.products else each
                       for each in product.replaced_by]  # fmt: skip
            return Proof("retired", element.id, values | {"instead": ", ".join(instead) or "–"})
        return Proof("keep", element.id, values, against=False) if stage == KEEP else None
    own = case.after.get(chosen)
    if own is None or own.kind != "technology-product":
        return Proof("unknown", element.id, values)
    values["product"] = named(own)
    return Proof("retired", element.id, values | {"instead": "–"}) if own.state in GONE else None


def _day_of(case: Case, element: Element) -> date:
    """The day on which its technology must hold: when it goes live, if that is still to come."""
    live = element.dates.live if element.dates is not None else None
    return max(case.day, live) if live is not None else case.day


def _faulty(field: str, says: str) -> Proof:
    return Proof("fault", "", {"field": field, "says": says})
