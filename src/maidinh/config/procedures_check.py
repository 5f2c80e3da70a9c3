"""Whether a procedure fits what surrounds it: agencies and their officials, roles, registers, the calendar.

Layer 0, config. Pure. Legal ground: Decree 63/2010 article 8 (parts of a procedure), Decree 224/2026 articles 15 and
18 (what registers hold isn't asked).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from maidinh.governance.architecture.definition import ArchitectureVersion, Contract, Element
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.rules import due, start_day
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import Position, Problem
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.services.procedures.definition import AUTOMATIC, Procedure, RegisterSource, Step

ENDS = ("refused", "stopped", "returned", "supplement")
PERMISSIONS = {"intake": "dossier.accept", "signature": "dossier.sign", "handover": "dossier.return"}
PERMISSION = "dossier.process"
RESULT_CODE = re.compile(r"^KQ\.([A-Z]\d{2})\.\d{6}$")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PARAMETER = re.compile(r"\{[^/{}]+\}")
BOUNDS = ("maxLength", "pattern", "enum", "format", "const")


@dataclass(frozen=True)
class Surroundings:
    """What a procedure is held against; a part that couldn't be read is None and isn't checked."""

    organisations: Organisations
    roles: Roles | None
    architecture: ArchitectureVersion | None
    calendar: WorkingCalendar | None
    ministries: frozenset[str] | None


def check_procedure(procedure: Procedure, document: Document, around: Surroundings) -> Iterator[Problem]:
    """Everything in which the procedure doesn't fit, with the place in its file."""
    yield from _agencies(procedure, document, around.organisations)
    yield from _answers(procedure, document)
    yield from _result(procedure, document, around.ministries)
    yield from _process(procedure, document)
    yield from _fees(procedure, document)
    if around.roles is not None:
        yield from _people(procedure, document, around.organisations, around.roles)
    if around.calendar is not None:
        yield from _budgets(procedure, document, around.calendar)
    if around.architecture is not None:
        yield from _registers(procedure, document, around.architecture)


def _agencies(procedure: Procedure, document: Document, organisations: Organisations) -> Iterator[Problem]:
    known = {agency.code for agency in organisations.agencies}
    named: list[tuple[Position, str]] = [(("responsible",), procedure.responsible)]
    named += [(("receiving", n), code) for n, code in enumerate(procedure.receiving)]
    named += [
        (("steps", n, "agency"), step.agency)
        for n, step in enumerate(procedure.steps)
        if step.agency not in ("receiving", "responsible", "")
    ]
    for place, code in named:
        if code not in known:
            yield document.problem(place, f"expected the code of an agency of this province (found {code!r})")


def _people(procedure: Procedure, document: Document, organisations: Organisations, roles: Roles) -> Iterator[Problem]:
    known = {role.id for role in roles.roles}
    for n, step in enumerate(procedure.steps):
        if step.kind in AUTOMATIC and not step.role:
            continue
        if step.role not in known:
            yield document.problem(("steps", n, "role"), f"expected a role of roles.yaml (found {step.role!r})")
            continue
        permission = PERMISSIONS.get(step.kind, PERMISSION)
        if permission not in roles.permissions_of([step.role]):
            yield document.problem(("steps", n, "role"), f"role {step.role} has no permission {permission}")
        for agency in _agencies_of(step, procedure):
            held = {role for person in organisations.officials if person.agency == agency for role in person.roles}
            if step.role not in held:
                yield document.problem(("steps", n), f"agency {agency} has no official with the role {step.role}")


def _agencies_of(step: Step, procedure: Procedure) -> list[str]:
    if step.agency == "receiving":
        return procedure.receiving
    return [procedure.responsible if step.agency == "responsible" else step.agency]


def _answers(procedure: Procedure, document: Document) -> Iterator[Problem]:
    schema = procedure.answers
    properties = schema.get("properties", {})
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        yield document.problem(("answers",), "expected type: object and additionalProperties: false")
    for name in schema.get("required", []):
        if name not in properties:
            yield document.problem(("answers", "required"), f"{name} is required but no property")
    for name, form in properties.items():
        if form.get("type") == "string" and not any(bound in form for bound in BOUNDS):
            yield document.problem(("answers", "properties", name), f"expected a bound: one of {', '.join(BOUNDS)}")
    for p, page in enumerate(procedure.pages):
        for f, field in enumerate(page.fields):
            place = ("pages", p, "fields", f, "options")
            offered = properties.get(field.id, {}).get("enum")
            if (field.options or offered is not None) and set(field.options) != set(offered or []):
                yield document.problem(place, f"options and the enum of {field.id} must be the same values")


def _result(procedure: Procedure, document: Document, ministries: frozenset[str] | None) -> Iterator[Problem]:
    code = RESULT_CODE.match(procedure.result.code)
    if code is None or (ministries is not None and code[1] not in ministries):
        place = ("result", "code")
        yield document.problem(place, f"expected KQ.<ministry>.<six digits> (found {procedure.result.code!r})")
    properties = procedure.answers.get("properties", {})
    for part in ("title", "body"):
        text = getattr(procedure.result, part)
        for language, content in (("vi", text.vi), ("en", text.en or "")):
            for name in PLACEHOLDER.findall(content):
                if name not in properties:
                    yield document.problem(("result", part, language), f"{{{name}}} is no field of the form")


def _process(procedure: Procedure, document: Document) -> Iterator[Problem]:
    ways = {step.id: _ways(step) for step in procedure.steps}
    reached, ahead = set[str](), [procedure.steps[0].id]
    while ahead:
        at = ahead.pop()
        if at in ways and at not in reached:
            reached.add(at)
            ahead.extend(ways[at])
    ending = set(ENDS) - {"supplement"}
    while grown := {step for step, to in ways.items() if step not in ending and ending.intersection(to)}:
        ending |= grown
    for n, step in enumerate(procedure.steps):
        if step.id not in reached:
            yield document.problem(("steps", n), f"no outcome leads to step {step.id}")
        if step.id not in ending:
            yield document.problem(("steps", n), f"no way leads from step {step.id} to an end")
    if not any("returned" in ways[step] for step in reached):
        yield document.problem(("steps",), "no way leads to the result being returned")


def _ways(step: Step) -> list[str]:
    """Every place that the step can lead to, but for a supplement, which comes back."""
    return [place for o in step.outcomes for places in o.targets() for place in places if place != "supplement"]


def _fees(procedure: Procedure, document: Document) -> Iterator[Problem]:
    charged = any(case.fee is not None and (case.fee.amount or case.fee.table) for case in procedure.cases)
    asked = [n for n, step in enumerate(procedure.steps) if step.requires_fee]
    if charged and not asked:
        yield document.problem(("steps",), "a case has a fee: one step must say requires_fee: true")
    if asked and not charged:
        yield document.problem(("steps", asked[0], "requires_fee"), "no case has a fee")


def _budgets(procedure: Procedure, document: Document, calendar: WorkingCalendar) -> Iterator[Problem]:
    start = _late_start(procedure, calendar)
    for n, case in enumerate(procedure.cases):
        if _end(procedure, start, calendar) > due(start, case.time_limit.budget, calendar):
            place = ("cases", n, "time_limit", "budget")
            yield document.problem(place, f"the budgets of the steps add up to more than the limit of case {case.id}")


def _late_start(procedure: Procedure, calendar: WorkingCalendar) -> datetime:
    """The last moment of the first working day that still counts for that day: hours are shortest then."""
    zone = ZoneInfo(calendar.timezone)
    moment = datetime.combine(procedure.effective_from, calendar.cutoff, zone)
    return datetime.combine(start_day(moment, calendar, cutoff=True), calendar.cutoff, zone)


def _end(procedure: Procedure, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When the longest way to a returned result ends; a step that sends back isn't gone through twice."""
    steps = {step.id: step for step in procedure.steps}

    def after(step_id: str, at: datetime, gone: frozenset[str]) -> datetime:
        step = steps[step_id]
        counted = step.budget is not None and not step.suspends_clock
        end = due(at, step.budget, calendar, cutoff=False) if step.budget and counted else at
        ways = [place for place in _ways(step) if place in steps and place not in gone | {step_id}]
        return max([end, *(after(way, end, gone | {step_id}) for way in ways)])

    return after(procedure.steps[0].id, start, frozenset())


def _registers(procedure: Procedure, document: Document, architecture: ArchitectureVersion) -> Iterator[Problem]:
    elements = {element.id: element for element in architecture.elements}
    services = {
        e.interface.service: e for e in architecture.elements if e.interface and e.state in ("live", "retiring")
    }
    consumers = _systems_of(procedure, architecture)
    if not consumers:
        yield document.problem(("code",), f"no system realises a public service {procedure.code} in the architecture")
        return
    fields = {field.id: field for page in procedure.pages for field in page.fields}
    for p, page in enumerate(procedure.pages):
        for f, field in enumerate(page.fields):
            source, place = field.from_register, ("pages", p, "fields", f, "from_register")
            if source is None:
                continue
            lead = fields.get(source.follows) if source.follows else None
            if source.follows and (lead is None or lead.from_register is None or not lead.from_register.choose):
                yield document.problem(
                    (*place, "follows"), f"{source.follows} is no field that is chosen from a register"
                )
            provider = services.get(source.service)
            if provider is None:
                message = f"no interface of the architecture offers the service {source.service!r}"
                yield document.problem((*place, "service"), message)
                continue
            wrong = _connection(source, provider, consumers, architecture, procedure, elements)
            if wrong:
                yield document.problem(place, wrong)


def _systems_of(procedure: Procedure, architecture: ArchitectureVersion) -> set[str]:
    offered = {e.id for e in architecture.elements if e.kind == "public-service" and e.id.endswith(procedure.code)}
    return {r.from_ for r in architecture.relations if r.kind == "realization" and r.to in offered}


def _connection(
    source: RegisterSource,
    provider: Element,
    consumers: set[str],
    architecture: ArchitectureVersion,
    procedure: Procedure,
    elements: dict[str, Element],
) -> str | None:
    contracts = [
        r.contract for r in architecture.relations if r.from_ in consumers and r.to == provider.id and r.contract
    ]
    live = [c for c in contracts if c.valid_from <= procedure.effective_from <= c.valid_to]
    asking = [elements[consumer] for consumer in consumers if consumer in elements]
    names = ", ".join(sorted(element.name.in_language("vi") for element in asking))
    if not live:
        return f"{names} has no contract for {source.service} on {procedure.effective_from}"
    path = PARAMETER.sub("*", source.path)
    wanted = {source.field, *source.show}
    return None if any(_covers(c, path, wanted) for c in live) else _uncovered(live, path, wanted, source)


def _covers(contract: Contract, path: str, wanted: set[str]) -> bool:
    return any(m.method == "GET" and m.path == path for m in contract.methods) and wanted <= set(contract.fields)


def _uncovered(live: list[Contract], path: str, wanted: set[str], source: RegisterSource) -> str:
    if not any(m.method == "GET" and m.path == path for c in live for m in c.methods):
        return f"no contract for {source.service} allows GET {path}"
    missing = sorted(wanted - {name for c in live for name in c.fields})
    return f"no contract for {source.service} covers the fields {', '.join(missing)}"
