"""What Archi calls things: types of elements, relations, views, boxes and folders, and its viewpoints.

Layer 4, governance. Pure. Also the names that older releases of Archi gave them, so that their files are understood;
such a name is written back as it stood.
"""

from __future__ import annotations

from maidinh.governance.modelling.metamodel import ELEMENT_TYPES, RELATION_TYPES, kebab

ARCHIMATE = "http://www.archimatetool.com/archimate"
CANVAS = "http://www.archimatetool.com/archimate/canvas"
OLDER = frozenset({"http://www.bolton.ac.uk/archimate"})
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = f"{{{XSI}}}type"
VERSION = "5.0.0"

ELEMENT_TYPE_OF_KIND = {
    kebab(each): f"archimate:{each}" for each in ELEMENT_TYPES if each not in ("AndJunction", "OrJunction")
} | {"and-junction": "archimate:Junction", "or-junction": "archimate:Junction"}
KIND_OF_ELEMENT_TYPE = {type_: kind for kind, type_ in ELEMENT_TYPE_OF_KIND.items()} | {
    "archimate:Junction": "and-junction",
    "archimate:AndJunction": "and-junction",
    "archimate:OrJunction": "or-junction",
    "archimate:CommunicationPath": "path",
    "archimate:Network": "communication-network",
    "archimate:InfrastructureFunction": "technology-function",
    "archimate:InfrastructureInterface": "technology-interface",
    "archimate:InfrastructureService": "technology-service",
}
RELATION_TYPE_OF_KIND = {kebab(each): f"archimate:{each}Relationship" for each in RELATION_TYPES}
KIND_OF_RELATION_TYPE = {type_: kind for kind, type_ in RELATION_TYPE_OF_KIND.items()} | {
    "archimate:RealisationRelationship": "realization",
    "archimate:SpecialisationRelationship": "specialization",
    "archimate:UsedByRelationship": "serving",
}
VIEW_TYPE_OF_KIND = {
    "diagram": "archimate:ArchimateDiagramModel",
    "sketch": "archimate:SketchModel",
    "canvas": "canvas:CanvasModel",
}
KIND_OF_VIEW_TYPE = {type_: kind for kind, type_ in VIEW_TYPE_OF_KIND.items()}

NODE_TYPE_OF_KIND = {
    "element": "archimate:DiagramObject",
    "container": "archimate:Group",
    "label": "archimate:Note",
    "view": "archimate:DiagramModelReference",
}
KIND_OF_NODE_TYPE = {type_: kind for kind, type_ in NODE_TYPE_OF_KIND.items()} | {
    "archimate:SketchModelSticky": "container",
    "archimate:SketchModelActor": "label",
    "archimate:DiagramModelImage": "label",
    "canvas:CanvasModelBlock": "container",
    "canvas:CanvasModelSticky": "label",
    "canvas:CanvasModelImage": "label",
}
TEXT_OF_NODE_TYPE = {  # where the words of a box stand: in an attribute, or in a child of that name
    "archimate:DiagramObject": None,
    "archimate:DiagramModelReference": None,
    "archimate:Note": "content",
    "archimate:SketchModelSticky": "content",
    "canvas:CanvasModelSticky": "content",
}
DOCUMENTED_NODES = frozenset({
    "archimate:Group", "archimate:DiagramModelImage", "archimate:SketchModelActor", "canvas:CanvasModelImage",
    "canvas:CanvasModelBlock",
})  # fmt: skip
NODES_WITH_PROPERTIES = DOCUMENTED_NODES | {
    "archimate:Note", "archimate:SketchModelSticky", "canvas:CanvasModelSticky",
}  # fmt: skip
HOLDING_NODES = frozenset({
    "archimate:DiagramObject", "archimate:Group", "archimate:SketchModelSticky", "canvas:CanvasModelBlock",
})  # fmt: skip
DEFAULT_SIZES = {  # of a box whose file says -1 or nothing
    "archimate:DiagramObject": (120, 55),
    "archimate:Group": (400, 140),
    "archimate:Note": (185, 80),
    "archimate:DiagramModelReference": (120, 55),
}
OTHER_SIZE = (200, 150)
RELATION_LINE = "archimate:Connection"
PLAIN_LINE = "archimate:DiagramModelConnection"
ODD = "!odd"  # noted of a line whose type and relation don't go together

FOLDERS = {  # in Archi's own order
    "strategy": "Strategy",
    "business": "Business",
    "application": "Application",
    "technology": "Technology & Physical",
    "motivation": "Motivation",
    "implementation_migration": "Implementation & Migration",
    "other": "Other",
    "relations": "Relations",
    "diagrams": "Views",
}
FOLDER_OF_NAME = {name.lower(): kind for kind, name in FOLDERS.items()}
_FIRST_OF_FOLDER = {  # ELEMENT_TYPES stands layer by layer; the first type of each layer begins its folder
    "resource": "strategy",
    "business-actor": "business",
    "application-component": "application",
    "node": "technology",
    "stakeholder": "motivation",
    "work-package": "implementation_migration",
    "grouping": "other",
}


def _folders() -> dict[str, str]:
    found: dict[str, str] = {}
    current = ""
    for each in ELEMENT_TYPES:
        current = _FIRST_OF_FOLDER.get(kebab(each), current)
        found[kebab(each)] = current
    return found


FOLDER_OF_KIND = _folders()

ACCESS = {None: "write", "0": "write", "1": "read", "2": "access", "3": "read-write"}
ACCESS_TYPE = {"write": None, "read": "1", "access": "2", "read-write": "3"}

VIEWPOINT_NAME = {  # Archi's word for a viewpoint, and the exchange format's, which the model uses
    "organization": "Organization",
    "information_structure": "Information Structure",
    "technology": "Technology",
    "layered": "Layered",
    "physical": "Physical",
    "product": "Product",
    "application_structure": "Application Structure",
    "application_usage": "Application Usage",
    "technology_usage": "Technology Usage",
    "business_process_cooperation": "Business Process Cooperation",
    "application_cooperation": "Application Cooperation",
    "service_realization": "Service Realization",
    "implementation_deployment": "Implementation and Deployment",
    "goal_realization": "Goal Realization",
    "requirements_realization": "Requirements Realization",
    "motivation": "Motivation",
    "strategy": "Strategy",
    "capability": "Capability Map",
    "outcome_realization": "Outcome Realization",
    "resource": "Resource Map",
    "project": "Project",
    "migration": "Migration",
    "implementation_migration": "Implementation and Migration",
    "stakeholder": "Stakeholder",
    "value_stream": "Value Stream",
}
VIEWPOINT = {name: viewpoint for viewpoint, name in VIEWPOINT_NAME.items()}
