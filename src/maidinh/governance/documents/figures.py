"""The figures of a document: which boxes and connections each of them shows.

Layer 4, governance. Pure. Every figure shows what a table of the document says too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from maidinh.governance.documents.block_drawing import (
    COLUMNS,
    SHEET,
    Band,
    Box,
    Link,
    draw_bands,
    draw_links,
    height_of,
)
from maidinh.governance.documents.definition import FigureName, Selection
from maidinh.governance.documents.material import CHANGING, Material
from maidinh.governance.documents.rows import related, selected
from maidinh.governance.modelling.definition import Element
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.nas.mapping.correspondence import code_of

LINKS, BANDS = 18, 14  # what a sheet has room for: connections, bands


@dataclass(frozen=True)
class Drawing:
    """A figure as SVG, and the same in a sentence."""

    svg: str
    alternative: str


def drawn(material: Material, figure: FigureName, title: str, *, whole: bool = False) -> Drawing | None:
    """The figure, cut to a sheet or whole; None where the model has nothing that it could show."""
    if figure == "connections":
        return _connections(material, title, whole)
    bands = [each for each in _FIGURES[figure](material) if each.boxes]
    if not bands:
        return None
    counted = "; ".join(f"{each.title}: {len(each.boxes)}" for each in bands)
    shown = bands if whole else _fitting(material, bands[:BANDS])
    return Drawing(draw_bands(title, shown), f"{title}. {counted}.")


def _fitting(material: Material, bands: Sequence[Band]) -> list[Band]:
    """The bands with as many rows of boxes as a sheet has room for; what is left out is counted.

    Every band gets one row; then the one that hides most gets the next, as long as it fits.
    """
    rooms = [COLUMNS] * len(bands)

    def cut() -> list[Band]:
        return [_cut(material, band, room) for band, room in zip(bands, rooms, strict=True)]

    waiting = [number for number, band in enumerate(bands) if len(band.boxes) > COLUMNS]
    while waiting:
        number = max(waiting, key=lambda each: len(bands[each].boxes) - rooms[each])
        rooms[number] += COLUMNS
        if height_of(cut()) > SHEET:
            rooms[number] -= COLUMNS
            waiting.remove(number)
        elif rooms[number] >= len(bands[number].boxes):
            waiting.remove(number)
    return cut()


def _cut(material: Material, band: Band, room: int) -> Band:
    more = len(band.boxes) - room
    return Band(band.title, band.boxes[:room], material.words["more-in-table"].format(count=more)) if more > 0 else band


def _box(material: Material, element: Element, note: str | None = None) -> Box:
    state = material.state(element)
    told = [note if note is not None else material.agency(element.owner)]
    if state != "live":
        told.append(material.state_name(element))
    foreign = not material.is_own(element)
    return Box(material.name(element), " · ".join(each for each in told if each), foreign or state in CHANGING)


def _by_layer(material: Material) -> list[Band]:
    there = [each for each in material.model.elements if each.kind in LAYERED_KINDS and each.layer]
    layers = sorted({each.layer for each in there if each.layer})
    return [
        Band(material.words.layer(layer), [_box(material, each, "") for each in there if each.layer == layer])
        for layer in layers
    ]


def _by_part(material: Material, foreign: bool = False) -> list[Band]:
    found: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for each in material.model.elements:
        spot = material.part(each)
        if spot[0] and each.kind in LAYERED_KINDS and material.is_own(each) != foreign:
            found[spot].append(each)
    layers = material.correspondence.structure.field("objects", "layer").values
    parts = material.correspondence.structure.field("objects", "part").values
    order = {spot: (_place(layers, spot[0]), _place(parts, spot[1])) for spot in found}
    return [
        Band(
            spot[1] if spot[1] in parts[:-1] else spot[0],
            [_box(material, each, None if foreign else "") for each in found[spot]],
        )
        for spot in sorted(found, key=lambda each: order[each], reverse=True)
    ]


def _overall(material: Material) -> list[Band]:
    """The province as a whole: users, own parts, what the nation provides, the commune's model, what cuts across."""
    words = material.words
    users = [each for each in material.model.elements if each.kind == "user-group"]
    foreign = [each for band in _by_part(material, foreign=True) for each in band.boxes]
    own = _by_part(material)
    across = [Box(entry.vi or entry.en or "") for entry in material.framework.cross_cutting]
    return [
        Band(words["users"], [_box(material, each, "") for each in users]),
        *own,
        Band(words["commune"], _commune_boxes(material)),
        Band(words["national"], foreign),
        Band(words["across"], across),
    ]


def _commune_boxes(material: Material) -> list[Box]:
    commune = material.basis.commune
    return [Box(f"{each.prefix}. {each.vi}") for each in commune.blocks] if commune else []


def _commune(material: Material) -> list[Band]:
    commune = material.basis.commune
    if commune is None:
        return []
    names = {each.id: each.vi or each.en or "" for each in material.framework.layers}
    layers = list(dict.fromkeys(each.layer for each in commune.blocks))
    count = material.words["components"]
    bands = [
        Band(
            names.get(layer, layer),
            [
                Box(f"{each.prefix}. {each.vi}", count.format(count=len(each.components)))
                for each in commune.blocks
                if each.layer == layer
            ],
        )
        for layer in reversed(layers)
    ]
    users, across = material.words["users"], material.words["across"]
    return [
        Band(users, [Box(each) for each in commune.users]),
        *bands,
        Band(across, [Box(each) for each in commune.cross_cutting]),
    ]


def _business(material: Material) -> list[Band]:
    kinds = ("user-group", "channel", "public-service", "procedure", "business-process", "business-function")
    return _by_kind(material, kinds)


def _by_kind(material: Material, kinds: Iterable[str]) -> list[Band]:
    return [
        Band(
            material.words.kind(kind),
            [_box(material, each) for each in material.model.elements if each.kind == kind],
        )
        for kind in kinds
    ]


def _by_owner(material: Material) -> list[Band]:
    return _owned(material, selected(material, Selection(kinds=["information-system", "shared-platform", "platform"])))


def _data(material: Material) -> list[Band]:
    return _owned(material, selected(material, Selection(kinds=["database", "data-object"])))


def _owned(material: Material, elements: Sequence[Element]) -> list[Band]:
    """A band for each owner, those with most first; owners of a single thing share one, where several are so."""
    found: dict[str, list[Element]] = defaultdict(list)
    for each in elements:
        found[each.owner or ""].append(each)
    ranked = sorted(found, key=lambda code: (code == "", -len(found[code]), code))
    single = [code for code in ranked if code and len(found[code]) == 1]
    apart = [code for code in ranked if code not in single] if len(single) > 1 else ranked
    bands = []
    for code in apart:
        title = material.agency(code) or material.words["no-owner"]
        bands.append(Band(title, [_box(material, each, material.words.kind(each.kind)) for each in found[code]]))
    if len(single) > 1:
        boxes = [_box(material, each) for code in single for each in found[code]]
        bands.insert(len(bands) - ("" in apart), Band(material.words["single-owners"], boxes))
    return bands


def _technology(material: Material) -> list[Band]:
    found: dict[str, list[Element]] = defaultdict(list)
    for each in material.model.elements:
        if each.kind in ("technology-product", "system-software"):
            for key in each.classification.get("trm", [""]) or [""]:
                found[key].append(each)
    infrastructure = _by_kind(material, ("data-centre", "network", "infrastructure-service"))
    bands = [
        Band(
            material.entry("trm", key) if key else material.words.kind("technology-product"),
            [_box(material, each) for each in found[key]],
        )
        for key in sorted(found)
    ]
    return [*bands, *infrastructure]


def _zones(material: Material) -> list[Band]:
    found: dict[str, list[Element]] = defaultdict(list)
    for each in material.model.elements:
        if each.zone and each.kind in LAYERED_KINDS:
            found[each.zone].append(each)
    named = {code_of(each): each for each in material.model.elements if each.kind == "network-zone"}
    level = material.words["level"]
    return [
        Band(
            material.name(named[zone]) if zone in named else zone,
            [
                _box(material, each, level.format(level=each.security_level) if each.security_level else "")
                for each in found[zone]
            ],
        )
        for zone in sorted(found, key=lambda each: (list(named).index(each) if each in named else len(named), each))
    ]


def _plateaus(material: Material) -> list[Band]:
    bands = []
    for plateau in (each for each in material.model.elements if each.kind == "plateau"):
        parts = material.others(
            [each for each in material.leaving[plateau.id] if each.kind in ("aggregation", "composition")], "to"
        )
        bands.append(Band(material.name(plateau), [_box(material, each) for each in parts]))
    return [*bands, *_by_kind(material, ("gap", "work-package"))]


def _connections(material: Material, title: str, whole: bool) -> Drawing | None:
    found = related(material, Selection(of="relations", kinds=["flow"]))
    found = [each for each in found if each.from_ in material.elements and each.to in material.elements]
    links = [
        Link(
            _box(material, material.elements[each.from_]),
            _box(material, material.elements[each.to]),
            each.name.in_language(material.language) if each.name else material.words.relation(each.kind),
        )
        for each in (found if whole else found[:LINKS])
    ]
    if not links:
        return None
    told = "; ".join(f"{each.source.name} → {each.target.name}: {each.text}" for each in links)
    return Drawing(draw_links(title, links), f"{title}. {told}.")


def _place(order: Sequence[str], value: str) -> int:
    return order.index(value) if value in order else len(order)


_FIGURES: Mapping[FigureName, Callable[[Material], list[Band]]] = {
    "layers": _by_layer,
    "parts": _by_part,
    "overall": _overall,
    "commune": _commune,
    "business": _business,
    "owners": _by_owner,
    "technology": _technology,
    "zones": _zones,
    "plateaus": _plateaus,
    "data": _data,
}
