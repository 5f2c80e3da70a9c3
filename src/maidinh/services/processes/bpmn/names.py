"""The namespaces of exported processes, and what an element of ours is called in them.

Layer 4. Ours holds what BPMN has no word for; other programs keep it when they save the file.
"""

from __future__ import annotations

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OWN = "urn:maidinh:procedure:1.0"
NAMESPACES = {None: BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "md": OWN}


def bpmn(name: str) -> str:
    """An element of BPMN."""
    return f"{{{BPMN}}}{name}"


def own(name: str) -> str:
    """An element of ours."""
    return f"{{{OWN}}}{name}"
