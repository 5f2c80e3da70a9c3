"""One component of the architecture in words: facts, costs, properties, and who stands in or on a network. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web import fields, picture
from maidinh.governance.architecture.definition import ArchitectureVersion, Element
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.definition import ReferenceModel
from maidinh.infrastructure.definitions.definition import LegalBasis

NETWORKS = frozenset({"network-zone", "network", "communication-network"})
TEXT_IN = ("vi", "en")


def fact_rows(
    element: Element,
    model: ArchitectureVersion,
    *,
    agencies: Mapping[str, str],
    language: str,
    official: bool,
    shelf: Shelf | None = None,
) -> list[dict[str, str]]:
    """What is said of it, as rows of a list; what says nothing is left out beyond the usual ones."""
    words = fields.Words(picture.element_names(model, language), agencies)
    zone = _zone_of(element, model)
    layer = picture.layer_names().get(element.layer or 0, "")
    usual = [
        (_("Layer"), f"{element.layer}. {layer}" if element.layer else _("none")),
        (_("Kind"), picture.kind_name(element.kind)),
        (_("State"), fields.life_cycle_names()[element.state]),
        (_("Owner"), agencies.get(element.owner or "", element.owner or "")),
        (_("Since"), element.since or ""),
        (_("Network zone"), zone.name.in_language(language) if zone else element.zone or ""),
        (_("Security level"), _security(element, official)),
        (_("Personal data"), _("yes") if element.personal_data else _("no")),
        (_("Source"), element.source or ""),
    ]
    more = [
        (_("Run by"), agencies.get(element.operator or "", element.operator or "")),
        (_("Authoritative for"), ", ".join(element.masters)),
        (_("In the framework"), ", ".join(element.reference)),
        (_("Technology"), ", ".join(element.technology)),
        *_dates(element, words),
        *(
            (
                words.label(f"classification.{name}"),
                ", ".join(_classified(shelf, name, code, language) for code in codes),
            )
            for name, codes in element.classification.items()
        ),
        *_codes(element, words),
        (_("Note"), (element.note or "") if official else ""),
    ]
    return [{"key": key, "value": value} for key, value in (*usual, *((key, value) for key, value in more if value))]


def _classified(shelf: Shelf | None, model: ReferenceModel, key: str, language: str) -> str:
    """A class of a reference model by its name and the model's own code; as it is written where no catalogue has it."""
    item = shelf.items.get(model, {}).get(key) if shelf is not None else None
    if item is None or item.name is None:
        return key
    name = item.name.in_language(language)
    return f"{name} ({item.code})" if item.code else name


def cost_rows(element: Element) -> list[dict[str, Any]]:
    """What building it costs and what each year of its running costs, the years in order."""
    if element.cost is None:
        return []
    build = {each.year: each.amount for each in element.cost.build}
    run = {each.year: each.amount for each in element.cost.run}
    years = sorted({*build, *run})
    return [{"year": str(year), "build": build.get(year), "run": run.get(year)} for year in years]


def property_rows(element: Element, model: ArchitectureVersion, language: str) -> list[dict[str, str]]:
    """Its properties, in their order, also those that stand more than once."""
    names = {each.id: each.name.in_language(language) for each in model.property_definitions}
    return [
        {
            "key": names.get(each.key) or each.key,
            "value": "; ".join(
                phrase.text + (f" ({phrase.language})" if phrase.language and phrase.language not in TEXT_IN else "")
                for phrase in each.phrases()
            ),
        }
        for each in element.properties
    ]


def is_network(element: Element) -> bool:
    """Whether others can stand in it or be connected to it."""
    return element.kind in NETWORKS


def standing_in(
    element: Element, model: ArchitectureVersion, *, agencies: Mapping[str, str], language: str
) -> list[dict[str, str]]:
    """Who stands in a zone or is connected to a network: those that name it, and those with a relation to it."""
    own_names = _names_of(element)
    told: dict[str, str] = {each.id: _("stands in it") for each in model.elements if each.zone in own_names}
    verbs = picture.relation_names()
    for relation in model.relations:
        if element.id in (relation.from_, relation.to) and relation.from_ != relation.to:
            other = relation.to if relation.from_ == element.id else relation.from_
            told.setdefault(other, _("by a relation: %(verb)s") % {"verb": verbs.get(relation.kind, relation.kind)})
    return [
        {
            "id": each.id,
            "name": each.name.in_language(language) or each.id,
            "kind": picture.kind_name(each.kind),
            "owner": agencies.get(each.owner or "", each.owner or ""),
            "how": told[each.id],
        }
        for each in model.elements
        if each.id in told and each.id != element.id
    ]


def _zone_of(element: Element, model: ArchitectureVersion) -> Element | None:
    return next((each for each in model.elements if is_network(each) and element.zone in _names_of(each)), None)


def _names_of(element: Element) -> frozenset[str | None]:
    """Its id and its codes: by any of them others may name it."""
    codes = element.codes
    return frozenset({element.id, codes.local, codes.source, codes.national} - {None} if codes else {element.id})


def _security(element: Element, official: bool) -> str:
    if element.security_level is None:
        return ""
    basis = element.security_basis
    return f"{element.security_level} ({_legal(basis, official)})" if basis else str(element.security_level)


def _legal(basis: LegalBasis, official: bool) -> str:
    return basis.text if basis.checked or not official else f"{basis.text}, {_('not checked')}"


def _dates(element: Element, words: fields.Words) -> list[tuple[str, str]]:
    dates = element.dates.model_dump(mode="json", exclude_none=True) if element.dates else {}
    return [(words.label(f"dates.{name}"), fields.plain(day)) for name, day in dates.items()]


def _codes(element: Element, words: fields.Words) -> list[tuple[str, str]]:
    codes = element.codes.model_dump(exclude_none=True) if element.codes else {}
    return [(words.label(f"codes.{name}"), code) for name, code in codes.items()]
