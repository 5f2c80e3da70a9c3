"""Whether the agencies, roles and permissions that a procedure names exist, and somebody holds the roles.

Layer 4. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maidinh.infrastructure.identity.definition import Roles
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import At, Finding
from maidinh.services.procedures.definition import AUTOMATIC, Procedure, Step

PERMISSIONS = {"intake": "dossier.accept", "signature": "dossier.sign", "handover": "dossier.return"}
PERMISSION = "dossier.process"
NAMED_BY_PLACE = ("", "receiving", "responsible")


def agency_findings(procedure: Procedure, agencies: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Agencies that there are not."""
    named: list[tuple[At, str]] = [(("responsible",), procedure.responsible)]
    named += [(("receiving", n), code) for n, code in enumerate(procedure.receiving)]
    named += [
        (("steps", n, "agency"), step.agency)
        for n, step in enumerate(procedure.steps)
        if step.agency not in NAMED_BY_PLACE
    ]
    for at, code in named:
        if code not in agencies:
            yield found("agency.unknown", at, agency=code)


def role_findings(
    procedure: Procedure, agencies: Mapping[str, frozenset[str]], roles: Roles | None
) -> Iterator[Finding]:
    """Roles that there are not, that may not do the step, or that nobody of the step's agency holds."""
    known = {role.id for role in roles.roles} if roles is not None else None
    for n, step in enumerate(procedure.steps):
        if step.kind in AUTOMATIC and not step.role:
            continue
        if known is not None and roles is not None:
            if step.role not in known:
                yield found("role.unknown", ("steps", n, "role"), role=step.role)
                continue
            permission = PERMISSIONS.get(step.kind, PERMISSION)
            if permission not in roles.permissions_of([step.role]):
                yield found("role.no-permission", ("steps", n, "role"), role=step.role, permission=permission)
                continue
        for agency in _agencies_of(step, procedure):
            if agency in agencies and step.role not in agencies[agency]:
                yield found("role.nobody", ("steps", n, "role"), agency=agency, role=step.role)


def _agencies_of(step: Step, procedure: Procedure) -> list[str]:
    if step.agency == "receiving":
        return procedure.receiving
    return [procedure.responsible if step.agency == "responsible" else step.agency]
