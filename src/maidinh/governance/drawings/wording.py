"""What drawings say: layers, kinds, relations, states, headings, in the language of the reader. Layer 4, governance.

Pure: whoever draws hands in how a text is translated, the pages theirs, the command line its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from maidinh.governance.drawings.looks import archimate_layer
from maidinh.governance.modelling.definition import Element
from maidinh.infrastructure.lettering import tidy

Say = Callable[[str], str]


@dataclass(frozen=True)
class Wording:
    """Every text of a drawing. `owners` gives the names of agencies by their codes."""

    language: str
    say: Say
    owners: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def layers(self) -> dict[int, str]:
        """The seven layers."""
        return layer_names(self.say)

    @cached_property
    def bands(self) -> dict[str, str]:
        """The layers of ArchiMate, for what stands in none of the seven."""
        return archimate_layer_names(self.say)

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return kind_names(self.say)

    @cached_property
    def _states(self) -> dict[str, str]:
        return state_names(self.say)

    @cached_property
    def _verbs(self) -> dict[str, str]:
        return relation_names(self.say)

    def kind(self, kind: str) -> str:
        """What a kind of element is called; one that only ArchiMate has keeps its English name."""
        return self._kinds.get(kind, kind.replace("-", " "))

    def state(self, state: str) -> str:
        """What is said of an element that is not simply in use; nothing of one that is."""
        return self._states.get(state, "")

    def verb(self, kind: str) -> str:
        """What a kind of relation says of its ends."""
        return self._verbs.get(kind, kind.replace("-", " "))

    def name(self, element: Element) -> str:
        """What an element is called; its id where it has no name."""
        return tidy(element.name.in_language(self.language)) or element.id

    def owner(self, code: str | None) -> str:
        """What an agency is called; its code where that isn't known."""
        return self.owners.get(code, code) if code else ""

    def layer(self, element: Element) -> str:
        """The layer an element stands in, or that of its type."""
        if element.layer is not None:
            return f"{element.layer}. {self.layers[element.layer]}"
        return self.bands[archimate_layer(element.kind)]


def layer_names(say: Say) -> dict[int, str]:
    """The seven layers, after the framework of Ninh Thuận."""
    return {
        1: say("Users"),
        2: say("Channels"),
        3: say("Portal"),
        4: say("Online services"),
        5: say("Applications and data"),
        6: say("Sharing and integration"),
        7: say("Infrastructure"),
    }


def archimate_layer_names(say: Say) -> dict[str, str]:
    """The layers of ArchiMate."""
    return {
        "motivation": say("Motivation"),
        "strategy": say("Strategy"),
        "business": say("Business"),
        "application": say("Applications"),
        "technology": say("Technology"),
        "implementation": say("Implementation"),
        "other": say("Others"),
    }


def kind_names(say: Say) -> dict[str, str]:
    """What each kind of element is called."""
    return {
        "user-group": say("user group"),
        "channel": say("channel"),
        "portal-service": say("portal"),
        "public-service": say("public service"),
        "information-system": say("information system"),
        "database": say("database"),
        "shared-platform": say("shared platform"),
        "interface": say("sharing service"),
        "network": say("network"),
        "data-centre": say("data centre"),
        "infrastructure-service": say("infrastructure service"),
        "platform": say("platform"),
        "shared-service": say("shared service"),
        "agency": say("agency"),
        "procedure": say("administrative procedure"),
        "network-zone": say("network zone"),
        "technology-product": say("technology product"),
        "data-entity": say("data entity"),
        "principle": say("principle"),
        "vision": say("vision"),
        "target": say("target"),
        "requirement": say("requirement"),
        "document": say("document"),
        "work-package": say("work package"),
        "plateau": say("plateau"),
        "gap": say("gap"),
        "and-junction": say("junction: all of them"),
        "or-junction": say("junction: any of them"),
    } | _archimate_kinds(say)


def _archimate_kinds(say: Say) -> dict[str, str]:
    """The kinds that only ArchiMate has."""
    return {
        "resource": say("resource"),
        "capability": say("capability"),
        "value-stream": say("value stream"),
        "course-of-action": say("course of action"),
        "business-actor": say("business actor"),
        "business-role": say("business role"),
        "business-collaboration": say("business collaboration"),
        "business-interface": say("business interface"),
        "business-process": say("business process"),
        "business-function": say("business function"),
        "business-interaction": say("business interaction"),
        "business-event": say("business event"),
        "business-service": say("business service"),
        "business-object": say("business object"),
        "contract": say("contract"),
        "representation": say("representation"),
        "product": say("product"),
        "application-component": say("application component"),
        "application-collaboration": say("application collaboration"),
        "application-interface": say("application interface"),
        "application-function": say("application function"),
        "application-interaction": say("application interaction"),
        "application-process": say("application process"),
        "application-event": say("application event"),
        "application-service": say("application service"),
        "data-object": say("data object"),
        "node": say("node"),
        "device": say("device"),
        "system-software": say("system software"),
        "technology-collaboration": say("technology collaboration"),
        "technology-interface": say("technology interface"),
        "path": say("path"),
        "communication-network": say("communication network"),
        "technology-function": say("technology function"),
        "technology-process": say("technology process"),
        "technology-interaction": say("technology interaction"),
        "technology-event": say("technology event"),
        "technology-service": say("technology service"),
        "artifact": say("artifact"),
        "equipment": say("equipment"),
        "facility": say("facility"),
        "distribution-network": say("distribution network"),
        "material": say("material"),
        "stakeholder": say("stakeholder"),
        "driver": say("driver"),
        "assessment": say("assessment"),
        "goal": say("goal"),
        "outcome": say("outcome"),
        "constraint": say("constraint"),
        "meaning": say("meaning"),
        "value": say("value"),
        "deliverable": say("deliverable"),
        "implementation-event": say("implementation event"),
        "grouping": say("grouping"),
        "location": say("location"),
    }


def state_names(say: Say) -> dict[str, str]:
    """What is said of an element that is not simply in use."""
    return {"planned": say("planned"), "retiring": say("being retired"), "retired": say("retired")}


def relation_names(say: Say) -> dict[str, str]:
    """What each kind of relation is called; the last two are no relations but fields of an element."""
    return {
        "flow": say("sends data to"),
        "serving": say("serves"),
        "access": say("reads or writes"),
        "assignment": say("runs"),
        "composition": say("consists of"),
        "realization": say("realises"),
        "aggregation": say("groups"),
        "triggering": say("triggers"),
        "influence": say("influences"),
        "specialization": say("is a kind of"),
        "association": say("is associated with"),
        "masters": say("is the master source of"),
        "technology": say("uses"),
        "line": say("is joined to"),
    }
