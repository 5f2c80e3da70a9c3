"""The fields of an architecture in words: what each is called, and how its value is read. Layer 2.

A field is named by its path (`cost.run.2027`, `contract.valid_to`). What has no name here is shown to the letter, so
that nothing is hidden from whoever compares or decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web import picture
from maidinh.channels.web.jinja import vn_money

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ORDER, POSITION = ":order", "position"
AGENCIES = frozenset({"owner", "operator"})
THINGS = frozenset({"from", "to", "zone", "interface.system", "element", "relation", "view", "source", "target"})


def life_cycle_names() -> dict[str, str]:
    """The states of a component."""
    return picture.state_names() | {"live": _("in use")}


def names() -> dict[str, str]:
    """What the fields are called that have no parts, or stand before them."""
    return {
        "name": _("Name"),
        "title": _("Title"),
        "description": _("Description"),
        "documentation": _("Documentation"),
        "note": _("Note"),
        "statement": _("Statement"),
        "kind": _("Kind"),
        "layer": _("Layer"),
        "owner": _("Owner"),
        "operator": _("Run by"),
        "state": _("State"),
        "since": _("Since"),
        "dates": _("Life-cycle"),
        "subsystem": _("Subsystem on the exchange"),
        "zone": _("Network zone"),
        "security_level": _("Security level"),
        "security_basis": _("Basis of the security level"),
        "personal_data": _("Personal data"),
        "masters": _("Authoritative for"),
        "interface": _("Interface"),
        "reference": _("In the framework"),
        "classification": _("Classification"),
        "technology": _("Technology"),
        "codes": _("Code"),
        "properties": _("Property"),
        "source": _("Source"),
        "confidence": _("How sure the source is"),
        "sample": _("Sample"),
        "checked": _("Checked"),
        "from": _("From"),
        "to": _("To"),
        "access": _("Way of access"),
        "strength": _("Strength"),
        "directed": _("Directed"),
        "contract": _("Contract"),
        "viewpoint": _("Viewpoint"),
        "folders": _("Folders"),
        "parent": _("Lies in"),
        "box": _("Place in the drawing"),
        POSITION: _("Place in the list"),
        "framework": _("Framework"),
        "inherits": _("Made from version"),
        "decision": _("Decision"),
        "decided_on": _("Day of the decision"),
        "effective_from": _("Takes effect"),
        "version": _("Version"),
        "province": _("Province"),
        "holds": _("Holds"),
        "carried": _("Kept for another format"),
    }


def part_names() -> dict[str, str]:
    """What the fields are called that lie in a part, by their whole path."""
    return {
        "cost.build": _("Cost of building"),
        "cost.run": _("Cost of running"),
        "contract.id": _("Contract: number"),
        "contract.methods": _("Contract: calls allowed"),
        "contract.fields": _("Contract: fields"),
        "contract.purpose": _("Contract: purpose"),
        "contract.legal_basis": _("Contract: legal basis"),
        "contract.valid_from": _("Contract: valid from"),
        "contract.valid_to": _("Contract: valid until"),
        "interface.system": _("Interface: offered by"),
        "interface.service": _("Interface: service"),
        "interface.endpoint": _("Interface: address"),
        "interface.methods": _("Interface: calls"),
        "dates.planned": _("Planned from"),
        "dates.live": _("In use from"),
        "dates.retiring": _("Being retired from"),
        "dates.retired": _("Retired from"),
        "classification.brm": _("Classification: business (BRM)"),
        "classification.drm": _("Classification: data (DRM)"),
        "classification.arm": _("Classification: application (ARM)"),
        "classification.trm": _("Classification: technology (TRM)"),
        "classification.srm": _("Classification: security (SRM)"),
        "codes.local": _("Local code"),
        "codes.source": _("Code in the source system"),
        "codes.national": _("National code"),
    }


class Words:
    """Labels and values in the reader's language, with the names of components and agencies."""

    def __init__(self, things: Mapping[str, str], agencies: Mapping[str, str]) -> None:
        self.things, self.agencies = things, agencies
        self.names, self.parts, self.states = names(), part_names(), life_cycle_names()

    def label(self, path: str) -> str:
        """What the field is called."""
        if path.endswith(ORDER):
            return _("%(field)s: order") % {"field": self.label(path.removesuffix(ORDER))}
        if path in self.parts:
            return self.parts[path]
        stem, _dot, rest = path.rpartition(".")
        if stem in self.parts:
            return f"{self.parts[stem]}, {self._qualifier(rest)}"
        word, _dot, rest = path.partition(".")
        if word not in self.names:
            return path
        return f"{self.names[word]} ({self._qualifier(rest)})" if rest else self.names[word]

    def value(self, path: str, value: Any) -> str:
        """What stands in the field; an empty text where nothing does."""
        if value is None or value == {}:
            return ""
        if isinstance(value, list):
            return "; ".join(self.value(path, each) for each in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return self._single(path, value)

    def _single(self, path: str, value: Any) -> str:
        found: dict[str, Mapping[Any, str]] = {
            "state": self.states,
            "kind": picture.kind_names() | picture.relation_names(),
            "layer": {number: f"{number}. {name}" for number, name in picture.layer_names().items()},
            **dict.fromkeys(AGENCIES, self.agencies),
            **dict.fromkeys(THINGS, self.things),
        }
        if path in found and isinstance(value, str | int):
            return found[path].get(value, plain(value))
        if path.startswith("cost.") and isinstance(value, int):
            return vn_money(value)
        return self._part(value) if isinstance(value, Mapping) else plain(value)

    def _part(self, value: Mapping[str, Any]) -> str:
        """A small part, as people write it: a call, a legal basis, a text in a language."""
        if set(value) == {"method", "path"}:
            return f"{value['method']} {value['path']}"
        return str(value["text"]) if isinstance(value.get("text"), str) else plain(value)

    def _qualifier(self, rest: str) -> str:
        return {"vi": _("in Vietnamese"), "en": _("in English")}.get(rest, rest)


def plain(value: Any) -> str:
    """A value that no field knows how to say, to the letter; a day as people write it."""
    if isinstance(value, str):
        return date.fromisoformat(value).strftime("%d/%m/%Y") if DAY.fullmatch(value) else value
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False, sort_keys=True)
