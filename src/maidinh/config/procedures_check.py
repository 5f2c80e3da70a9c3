"""Whether a procedure fits what surrounds it, with the line of each fault: agencies, roles, registers, contracts.

Layer 0, config: the only place that may know procedures and the architecture at once. Pure. Legal ground: Decree
63/2010 article 8 (parts of a procedure), Decree 224/2026 articles 15 and 18 (what registers hold isn't asked).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion, Contract, Element
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import Problem
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding, Named
from maidinh.services.checking.inspection import findings_in
from maidinh.services.checking.surroundings import RegisterField, Surroundings
from maidinh.services.procedures.definition import Procedure, RegisterSource

PARAMETER = re.compile(r"\{[^/{}]+\}")
NAME = "x-maidinh-name"  # what an interface's document calls a field


@dataclass(frozen=True)
class Located:
    """A finding with the line of its place in the file."""

    file: Path
    line: int
    place: str
    finding: Finding

    def as_problem(self, translate: Callable[[str], str] = str, language: str = "en") -> Problem:
        """The finding as a problem of its definition file, with the remedy."""
        finding = self.finding
        told = f"{finding.message(translate, language)}. {finding.remedy(translate, language)}"
        return Problem(self.file, self.line, self.place, told)

    def as_json(self, saying: Callable[[str], Callable[[str], str]]) -> dict[str, Any]:
        """The finding for machines, in both languages."""
        return {
            "code": self.finding.check.code,
            "severity": self.finding.check.severity,
            "file": str(self.file),
            "line": self.line,
            "place": self.place,
            "message": {language: self.finding.message(saying(language), language) for language in ("vi", "en")},
            "remedy": {language: self.finding.remedy(saying(language), language) for language in ("vi", "en")},
        }


def check_procedure(
    procedure: Procedure, document: Document, around: Surroundings, architecture: ArchitectureVersion | None
) -> list[Located]:
    """Everything that is wrong with a procedure, in the order of its file."""
    findings = findings_in(procedure, around)
    if architecture is not None:
        findings += contract_findings(procedure, architecture)
    return sorted((located(document, each) for each in findings), key=lambda each: (each.line, each.place))


def located(document: Document, finding: Finding) -> Located:
    """The finding at its line."""
    problem = document.problem(finding.at, "")
    return Located(problem.file, problem.line, problem.place, finding)


def unreadable(error_problem: Problem) -> Located:
    """A file that can't be read as a procedure, as a finding."""
    finding = found("file.unreadable", (), expected=error_problem.expected)
    return Located(error_problem.file, error_problem.line, error_problem.place, finding)


def agencies_of(organisations: Organisations) -> dict[str, frozenset[str]]:
    """The agencies by code, each with the roles that its officials hold."""
    roles: dict[str, set[str]] = {agency.code: set() for agency in organisations.agencies}
    for person in organisations.officials:
        roles.setdefault(person.agency, set()).update(person.roles)
    return {code: frozenset(held) for code, held in roles.items()}


def register_fields(documents: Mapping[str, Any]) -> tuple[RegisterField, ...]:
    """What the registers tell, by the published documents of their interfaces: every field that has a name there."""
    return tuple(
        RegisterField(register, Named(field, label), frozenset((label.vi, label.en or label.vi)), schema in listed)
        for name, content in documents.items()
        if isinstance(content, dict)
        for info in [content.get("info") or {}]
        for register in [Named(Path(name).stem, _called(info.get("title"), info.get("summary")))]
        for listed in [set(_listed(content))]
        for schema, part in _schemas(content).items()
        for field, label in _named_fields(part)
    )


def _called(vi: Any, en: Any) -> Text | None:
    """A name in Vietnamese and English, where there is one."""
    return Text(vi=str(vi or en), en=str(en) if en else None) if vi or en else None


def _schemas(content: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas of a document by the reference to each; whatever stands outside of them under no reference."""
    parts = content.get("components", {})
    schemas = parts.get("schemas", {}) if isinstance(parts, dict) else {}
    named = {f"#/components/schemas/{name}": schema for name, schema in dict(schemas).items()}
    return {**named, "": content.get("paths", {})}


def _listed(content: Any) -> Iterator[str]:
    """The references to what answers hold a list of."""
    for each in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _listed(each)
    items = content.get("items") if isinstance(content, dict) else None
    if isinstance(items, dict) and isinstance(items.get("$ref"), str):
        yield items["$ref"]


def _named_fields(content: Any) -> Iterator[tuple[str, Text]]:
    if isinstance(content, list):
        for each in content:
            yield from _named_fields(each)
    elif isinstance(content, dict):
        for key, each in content.items():
            called = each.get(NAME) if isinstance(each, dict) else None
            label = _called(called.get("vi"), called.get("en")) if isinstance(called, dict) else None
            if label is not None:
                yield str(key), label
            yield from _named_fields(each)


def contract_findings(procedure: Procedure, architecture: ArchitectureVersion) -> Iterator[Finding]:
    """Fields whose register isn't offered, or that no contract allows this procedure's system to read."""
    elements = {element.id: element for element in architecture.elements}
    services = {
        e.interface.service: e for e in architecture.elements if e.interface and e.state in ("live", "retiring")
    }
    consumers = _systems_of(procedure, architecture)
    if not consumers:
        yield found("system.none", ("code",), code=procedure.code)
        return
    fields = {field.id: field for page in procedure.pages for field in page.fields}
    for p, page in enumerate(procedure.pages):
        for f, field in enumerate(page.fields):
            source, place = field.from_register, ("pages", p, "fields", f, "from_register")
            if source is None:
                continue
            lead = fields.get(source.follows) if source.follows else None
            if source.follows and (lead is None or lead.from_register is None or not lead.from_register.choose):
                yield found("register.follows", (*place, "follows"), field=source.follows)
            provider = services.get(source.service)
            if provider is None:
                yield found("register.unknown", (*place, "service"), service=source.service)
                continue
            wrong = _connection(source, provider, consumers, architecture, procedure, elements)
            if wrong is not None:
                yield found(wrong[0], place, **wrong[1])


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
) -> tuple[str, dict[str, str | Named]] | None:
    contracts = [
        r.contract for r in architecture.relations if r.from_ in consumers and r.to == provider.id and r.contract
    ]
    live = [c for c in contracts if c.valid_from <= procedure.effective_from <= c.valid_to]
    asking = [elements[consumer] for consumer in consumers if consumer in elements]
    names = ", ".join(sorted(element.name.in_language("vi") for element in asking))
    if not live:
        day = procedure.effective_from.isoformat()
        return "register.no-contract", {"systems": names, "service": Named(source.service, provider.name), "day": day}
    path = PARAMETER.sub("*", source.path)
    wanted = {source.field, *source.show}
    return (
        None
        if any(_covers(c, path, wanted) for c in live)
        else _uncovered(live, path, wanted, Named(source.service, provider.name))
    )


def _covers(contract: Contract, path: str, wanted: set[str]) -> bool:
    return any(m.method == "GET" and m.path == path for m in contract.methods) and wanted <= set(contract.fields)


def _uncovered(live: list[Contract], path: str, wanted: set[str], service: Named) -> tuple[str, dict[str, str | Named]]:
    if not any(m.method == "GET" and m.path == path for c in live for m in c.methods):
        return "register.not-allowed", {"service": service, "path": path}
    missing = sorted(wanted - {name for c in live for name in c.fields})
    return "register.not-covered", {"service": service, "fields": ", ".join(missing)}
