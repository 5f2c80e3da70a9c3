"""The ArchiMate 3.2 metamodel, and the Vietnamese profile upon it. Layer 4, governance. Pure.

A kind is a word of this project. Each stands for one ArchiMate type; every type also has a plain kind of its own, in
kebab case, so that nothing which another tool writes lacks a kind.
"""

from __future__ import annotations

import re

ELEMENT_TYPES = (
    # strategy
    "Resource", "Capability", "ValueStream", "CourseOfAction",
    # business
    "BusinessActor", "BusinessRole", "BusinessCollaboration", "BusinessInterface", "BusinessProcess",
    "BusinessFunction", "BusinessInteraction", "BusinessEvent", "BusinessService", "BusinessObject", "Contract",
    "Representation", "Product",
    # application
    "ApplicationComponent", "ApplicationCollaboration", "ApplicationInterface", "ApplicationFunction",
    "ApplicationInteraction", "ApplicationProcess", "ApplicationEvent", "ApplicationService", "DataObject",
    # technology and physical
    "Node", "Device", "SystemSoftware", "TechnologyCollaboration", "TechnologyInterface", "Path",
    "CommunicationNetwork", "TechnologyFunction", "TechnologyProcess", "TechnologyInteraction", "TechnologyEvent",
    "TechnologyService", "Artifact", "Equipment", "Facility", "DistributionNetwork", "Material",
    # motivation
    "Stakeholder", "Driver", "Assessment", "Goal", "Outcome", "Principle", "Requirement", "Constraint", "Meaning",
    "Value",
    # implementation and migration
    "WorkPackage", "Deliverable", "ImplementationEvent", "Plateau", "Gap",
    # composite and connectors
    "Grouping", "Location", "AndJunction", "OrJunction",
)  # fmt: skip
RELATION_TYPES = (
    "Composition", "Aggregation", "Assignment", "Realization", "Serving", "Access", "Influence", "Triggering", "Flow",
    "Specialization", "Association",
)  # fmt: skip


def kebab(type_: str) -> str:
    """The plain kind of an ArchiMate type: `ApplicationComponent` is `application-component`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type_).lower()


PROFILE = {
    "user-group": "BusinessRole",
    "agency": "BusinessActor",
    "channel": "BusinessInterface",
    "portal-service": "ApplicationService",
    "public-service": "BusinessService",
    "procedure": "BusinessProcess",
    "information-system": "ApplicationComponent",
    "platform": "ApplicationComponent",
    "shared-platform": "ApplicationComponent",
    "shared-service": "ApplicationService",
    "database": "DataObject",
    "data-entity": "BusinessObject",
    "interface": "ApplicationInterface",
    "network": "CommunicationNetwork",
    "network-zone": "Grouping",
    "data-centre": "Facility",
    "infrastructure-service": "TechnologyService",
    "technology-product": "SystemSoftware",
    "vision": "Goal",
    "target": "Outcome",
    "document": "Representation",
}
TYPE_OF_KIND = {kebab(each): each for each in ELEMENT_TYPES} | PROFILE
ELEMENT_KINDS = frozenset(TYPE_OF_KIND)
RELATION_TYPE_OF_KIND = {kebab(each): each for each in RELATION_TYPES}
RELATION_KINDS = frozenset(RELATION_TYPE_OF_KIND)
LAYERED_KINDS = frozenset({
    "user-group", "channel", "portal-service", "public-service", "information-system", "platform", "shared-platform",
    "shared-service", "database", "interface", "network", "data-centre", "infrastructure-service",
})  # fmt: skip
