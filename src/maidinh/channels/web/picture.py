"""The architecture in words and as a picture, for its pages and for the command line. Layer 2.

Sample and unchecked content is marked for officials, who know what that means; everyone sees the sample banner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from maidinh.governance.architecture.definition import ArchitectureVersion, Element, Relation
from maidinh.governance.conformity.rules import OUTSIDE, Connection
from maidinh.governance.drawings import wording
from maidinh.governance.drawings.placement import place
from maidinh.governance.drawings.svg import write
from maidinh.governance.drawings.traffic import with_traffic
from maidinh.governance.drawings.viewpoints import seven_layers


@cache
def _kind_names(language: str) -> dict[str, str]:
    """The names in the reader's language, once: a page asks for them with each of hundreds of things."""
    del language  # by which it is kept; the texts come in the language that is active
    return wording.kind_names(_)


@cache
def _relation_names(language: str) -> dict[str, str]:
    del language
    return wording.relation_names(_)


def layer_names() -> dict[int, str]:
    """The seven layers."""
    return wording.layer_names(_)


def kind_names() -> dict[str, str]:
    """What each kind of element is called."""
    return dict(_kind_names(get_language() or ""))


def kind_name(kind: str) -> str:
    """What a kind of element is called."""
    return _kind_names(get_language() or "").get(kind, kind.replace("-", " "))


def state_names() -> dict[str, str]:
    """What is said of an element that is not simply in use."""
    return wording.state_names(_)


def relation_names() -> dict[str, str]:
    """What each kind of relation is called."""
    return dict(_relation_names(get_language() or ""))


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
    words = wording.Wording(language, _, owners)
    plan = with_traffic(
        seven_layers(model, words),
        connections,
        outside=_("Unknown caller or service"),
        label=traffic_text,  # type: ignore[arg-type]
        marks=mark_text if official else (lambda _element: ""),
        relations=relations,
    )
    return write(place(plan, words), link=lambda box: element_address(box.element, model.version))


def element_address(element: str | None, version: str) -> str | None:
    """The page of a component in a version; none for whoever stands outside."""
    if element in (None, OUTSIDE):
        return None
    return f"{reverse('architecture-element', kwargs={'element': element})}?version={quote(version)}"


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
