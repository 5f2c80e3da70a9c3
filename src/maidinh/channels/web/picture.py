"""The architecture in words and as a picture, for its pages and for the command line. Layer 2.

Sample and unchecked content is marked for officials, who know what that means; everyone sees the sample banner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.governance.architecture.definition import ArchitectureVersion, Element, Relation
from maidinh.governance.architecture.drawing import Words, draw
from maidinh.governance.conformity.rules import OUTSIDE, Connection


def layer_names() -> dict[int, str]:
    """The seven layers, after the framework of Ninh Thuận."""
    return {
        1: _("Users"),
        2: _("Channels"),
        3: _("Portal"),
        4: _("Online services"),
        5: _("Applications and data"),
        6: _("Sharing and integration"),
        7: _("Infrastructure"),
    }


def kind_names() -> dict[str, str]:
    """What each kind of element is called."""
    return {
        "user-group": _("user group"),
        "channel": _("channel"),
        "portal-service": _("portal"),
        "public-service": _("public service"),
        "information-system": _("information system"),
        "database": _("database"),
        "shared-platform": _("shared platform"),
        "interface": _("sharing service"),
        "network": _("network"),
        "data-centre": _("data centre"),
        "infrastructure-service": _("infrastructure service"),
        "platform": _("platform"),
        "shared-service": _("shared service"),
        "agency": _("agency"),
        "procedure": _("administrative procedure"),
        "network-zone": _("network zone"),
        "technology-product": _("technology product"),
        "data-entity": _("data entity"),
        "principle": _("principle"),
        "vision": _("vision"),
        "target": _("target"),
        "requirement": _("requirement"),
        "document": _("document"),
        "work-package": _("work package"),
        "plateau": _("plateau"),
        "gap": _("gap"),
        "and-junction": _("junction: all of them"),
        "or-junction": _("junction: any of them"),
    }


def kind_name(kind: str) -> str:
    """What a kind of element is called; one that only ArchiMate has keeps its English name."""
    return kind_names().get(kind, kind.replace("-", " "))


def state_names() -> dict[str, str]:
    """What is said of an element that is not simply in use."""
    return {"planned": _("planned"), "retiring": _("being retired"), "retired": _("retired")}


def relation_names() -> dict[str, str]:
    """What each kind of relation is called."""
    return {
        "flow": _("sends data to"),
        "serving": _("serves"),
        "access": _("reads or writes"),
        "assignment": _("runs"),
        "composition": _("consists of"),
        "realization": _("realises"),
        "aggregation": _("groups"),
        "triggering": _("triggers"),
        "influence": _("influences"),
        "specialization": _("is a kind of"),
        "association": _("is associated with"),
    }


def verdict_names() -> dict[str, str]:
    """What is said of a connection."""
    return {"used": _("declared, used"), "unused": _("declared, not used"), "undeclared": _("undeclared")}


def picture(
    model: ArchitectureVersion,
    connections: Sequence[Connection],
    *,
    language: str,
    owners: Mapping[str, str],
    official: bool = False,
    relations: bool = True,
) -> str:
    """The picture as SVG in the reader's language."""
    words = Words(
        language=language,
        title=model.title.in_language(language),
        description=_("%(elements)s components in seven layers; %(connections)s connections. The tables say the same.")
        % {"elements": sum(each.layer is not None for each in model.elements), "connections": len(connections)},
        layers=layer_names(),
        kinds={each.kind: kind_name(each.kind) for each in model.elements} | kind_names(),
        states=state_names(),
        outside=_("Unknown caller or service"),
        owners=owners,
    )
    marks = mark_text if official else (lambda _element: "")
    return draw(model, connections, words, label=traffic_text, marks=marks, relations=relations)  # type: ignore[arg-type]


def traffic_text(connection: Connection) -> str:
    """What stands on a line: how much was seen on it."""
    calls = ngettext("%(count)s call", "%(count)s calls", connection.allowed) % {"count": connection.allowed}
    refused = _("%(count)s refused") % {"count": connection.refused}
    if connection.verdict == "undeclared":
        return f"{_('undeclared')} · {refused}" if not connection.allowed else f"{_('undeclared')} · {calls}"
    return f"{calls} · {refused}" if connection.refused else calls


def mark_text(element: Element | Relation) -> str:
    """What an official should know before relying on it."""
    return _("sample") if element.sample else "" if element.checked else _("not checked")


def connection_rows(
    model: ArchitectureVersion, connections: Iterable[Connection], language: str
) -> list[dict[str, Any]]:
    """Every connection with its contract and what was seen, for the table beside the picture."""
    names = element_names(model, language)
    contracts = {(each.from_, each.to): each.contract for each in model.relations if each.contract}
    return [
        {
            "connection": each,
            "source": names[each.source],
            "target": names[each.target],
            "verdict": verdict_names()[each.verdict],
            "contract": contracts.get((each.source, each.target)),
        }
        for each in connections
    ]


def relation_rows(model: ArchitectureVersion, language: str) -> list[dict[str, Any]]:
    """Every relation as a sentence in parts."""
    names, verbs = element_names(model, language), relation_names()
    return [
        {
            "relation": each,
            "source": names.get(each.from_, each.from_),
            "verb": verbs[each.kind],
            "target": names.get(each.to, each.to),
        }
        for each in model.relations
    ]


def layer_rows(model: ArchitectureVersion, owners: Mapping[str, str], language: str) -> list[dict[str, Any]]:
    """The components of each layer, and last those that stand in none."""
    states = state_names()
    rows: list[tuple[int | None, str]] = list(layer_names().items())
    if any(each.layer is None for each in model.elements):
        rows.append((None, _("Outside the layers")))
    return [
        {
            "layer": layer,
            "name": name,
            "elements": [
                {
                    "id": each.id,
                    "name": each.name.in_language(language),
                    "kind": kind_name(each.kind),
                    "owner": owners.get(each.owner or "", ""),
                    "state": states.get(each.state, _("in use")),
                    "mark": mark_text(each),
                }
                for each in model.elements
                if each.layer == layer
            ],
        }
        for layer, name in rows
    ]


def element_names(model: ArchitectureVersion, language: str) -> dict[str, str]:
    """What each element is called, and whoever stands outside."""
    return {each.id: each.name.in_language(language) for each in model.elements} | {
        OUTSIDE: _("Unknown caller or service")
    }


def machine_readable(
    model: ArchitectureVersion, connections: Iterable[Connection], content: dict[str, Any]
) -> dict[str, Any]:
    """The architecture and what was seen, for machines."""
    return {
        "province": model.province,
        "version": model.version,
        "architecture": content,
        "connections": [
            {
                "source": each.source,
                "target": each.target,
                "declared": each.declared,
                "verdict": each.verdict,
                "allowed": each.allowed,
                "refused": each.refused,
                "last_at": _moment(each.last_at),
            }
            for each in connections
        ],
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
