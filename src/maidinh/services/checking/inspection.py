"""Every check of one procedure at once.

Layer 4. Pure. Legal ground: Decree 63/2010 article 8 (parts of a procedure), Decree 224/2026 articles 15 and 18 (what
registers hold isn't asked).
"""

from __future__ import annotations

from maidinh.services.checking.budgets import budget_findings
from maidinh.services.checking.calls import call_findings
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.conditions import condition_findings
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.flow import Flow
from maidinh.services.checking.forms import form_findings, result_findings
from maidinh.services.checking.people import agency_findings, role_findings
from maidinh.services.checking.process import process_findings
from maidinh.services.checking.regions import region_findings
from maidinh.services.checking.registers import register_findings
from maidinh.services.checking.surroundings import Surroundings
from maidinh.services.checking.tables import table_findings
from maidinh.services.checking.values import values_of
from maidinh.services.checking.versions import version_findings
from maidinh.services.procedures.definition import Procedure


def findings_in(procedure: Procedure, around: Surroundings) -> list[Finding]:
    """Everything that is wrong in a procedure and in how it fits what surrounds it."""
    flow, known = Flow(procedure), values_of(procedure)
    findings = [
        *version_findings(procedure, around),
        *form_findings(procedure),
        *result_findings(procedure, around.ministries),
        *register_findings(procedure, around.registers),
        *process_findings(procedure, flow, around.calendar),
        *region_findings(procedure, flow),
        *condition_findings(procedure, flow, known),
        *table_findings(procedure, flow, known),
        *call_findings(procedure, around),
    ]
    if around.calendar is not None:
        findings += budget_findings(procedure, flow, around.calendar)
    elif around.calendars_known:
        findings.append(found("version.no-calendar", ("effective_from",)))
    if around.agencies is not None:
        findings += agency_findings(procedure, around.agencies)
        findings += role_findings(procedure, around.agencies, around.roles)
    return findings
