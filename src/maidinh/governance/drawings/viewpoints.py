"""The generated drawings: seven layers, co-operation of applications, data, technology, zones, plateaus, an agency.

Layer 4, governance. Pure. Each says which elements it is about, in which bands they stand and which relations it tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from maidinh.governance.drawings.looks import ARCHIMATE_LAYERS, archimate_layer
from maidinh.governance.drawings.plan import (
    Group,
    Item,
    Plan,
    Strip,
    Tie,
    by,
    by_owner,
    elements_of,
    relation_ties,
    shown_in,
    tied,
)
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Element, Model
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND

AGENCY = "agency:"
APPLICATIONS = frozenset({"ApplicationComponent", "ApplicationCollaboration"})
SHARING = frozenset({"shared-platform", "platform", "shared-service", "interface"})
SHARING_TYPES = frozenset({"ApplicationService", "ApplicationInterface"})
STORES = frozenset({"DataObject"})
ENTITIES = frozenset({"data-entity", "business-object"})
PRODUCTS = frozenset({"SystemSoftware", "Artifact"})
PLACES = frozenset({"Facility", "CommunicationNetwork", "Node", "Device", "Equipment", "Path", "DistributionNetwork"})
WORK = frozenset({"work-package", "deliverable", "implementation-event"})


def item(element: Element, wording: Wording) -> Item:
    """An element with its state, where that is worth a word."""
    return Item(element, wording.state(element.state))


def seven_layers(model: Model, wording: Wording) -> Plan:
    """Everything that stands in a layer, by layer and agency; by the layers of ArchiMate where a model has none."""
    say = wording.say
    layered = [each for each in model.elements if each.layer is not None]
    if layered or not model.elements:
        strips = [
            Strip(
                str(layer), f"{layer}. {name}", by_owner((item(each, wording) for each in _in(layered, layer)), wording)
            )
            for layer, name in wording.layers.items()
        ]
        beside = [(each, say("It stands in none of the seven layers.")) for each in model.elements if not each.layer]
    else:
        strips = [
            Strip(layer, wording.bands[layer], by(own, lambda each: wording.kind(each.element.kind)))
            for layer in ARCHIMATE_LAYERS
            if (own := [item(each, wording) for each in model.elements if archimate_layer(each.kind) == layer])
        ]
        beside = []
    return _plan(model, "seven-layers", wording, strips, relation_ties(model.relations, shown_in(strips)), beside)


def application_cooperation(model: Model, wording: Wording) -> Plan:
    """Which applications work together, and by what platforms, services and interfaces."""
    say = wording.say
    systems, sharing = [], []
    for each in model.elements:
        type_ = TYPE_OF_KIND[each.kind]
        if each.kind in SHARING or (type_ in SHARING_TYPES and each.kind != "portal-service"):
            sharing.append(each)
        elif type_ in APPLICATIONS or each.kind == "portal-service":
            systems.append(each)
    ties = relation_ties(model.relations, [each.id for each in (*systems, *sharing)])
    reached = tied(ties)
    joined = [item(each, wording) for each in systems if each.id in reached]
    alone = [item(each, wording) for each in systems if each.id not in reached]
    strips = [
        Strip("systems", say("Applications that work together"), by_owner(joined, wording)),
        Strip("sharing", say("Sharing: platforms, services, interfaces"), by_owner(_items(sharing, wording), wording)),
        Strip("alone", say("Applications without a declared connection"), by_owner(alone, wording)),
    ]
    return _plan(model, "application-cooperation", wording, strips, ties)


def data_ownership(model: Model, wording: Wording) -> Plan:
    """Who is the master of which data, where it is kept, and which applications reach it."""
    say, elements = wording.say, elements_of(model)
    entities = [each for each in model.elements if each.kind in ENTITIES]
    stores = [each for each in model.elements if TYPE_OF_KIND[each.kind] in STORES]
    own = {each.id for each in (*entities, *stores)}
    masters = [
        Tie(f"masters:{each.id}:{entity}", "masters", each.id, entity)
        for each in model.elements
        for entity in dict.fromkeys(each.masters)
        if entity in own
    ]
    others = [each.id for each in model.elements if archimate_layer(each.kind) in ("application", "business")]
    ties = [*masters, *(each for each in relation_ties(model.relations, {*own, *others}) if _one_of(each, own))]
    using = tied(ties) - own
    owners = {each.id: each.owner or "" for each in model.elements}
    for each in reversed(ties):  # data belongs to who masters it, else to who keeps it
        if each.kind in ("masters", "realization") and not elements[each.target].owner:
            owners[each.target] = owners[each.source] or owners[each.target]
    kinds = (
        (own - {each.id for each in stores}, say("Data entities")),
        ({each.id for each in stores}, say("Databases")),
        (using, say("Applications")),
    )
    strips = []
    for code in sorted({owners[each] for each in own | using}, key=lambda code: (not code, _code_order(code))):
        groups = (
            Group(
                title,
                tuple(item(each, wording) for each in model.elements if each.id in held and owners[each.id] == code),
            )
            for held, title in kinds
        )
        title = wording.owner(code) or say("No agency named")
        strips.append(Strip(f"of-{code}", title, tuple(each for each in groups if each.items)))
    wide = max((sum(len(group.items) for group in strip.groups) for strip in strips), default=0)
    plan = _plan(model, "data-ownership", wording, strips, ties)
    return replace(plan, columns=min(max(wide, 3), 6), ordered=True)


def technology(model: Model, wording: Wording) -> Plan:
    """What runs where, and on which products."""
    say = wording.say
    below = [each for each in model.elements if archimate_layer(each.kind) == "technology"]
    named = {code: each.id for each in below for code in (*_codes(each), *_products(each))}
    uses = [
        Tie(f"technology:{each.id}:{product}", "technology", each.id, named[product])
        for each in model.elements
        for product in dict.fromkeys(each.technology)
        if product in named and named[product] != each.id
    ]
    inside = {each.id for each in below}
    above = [each.id for each in model.elements if archimate_layer(each.kind) == "application"]
    ties = [*uses, *(each for each in relation_ties(model.relations, {*inside, *above}) if _one_of(each, inside))]
    reached = tied(ties)
    products = [each for each in below if TYPE_OF_KIND[each.kind] in PRODUCTS]
    places = [each for each in below if TYPE_OF_KIND[each.kind] in PLACES]
    rest = [each for each in below if TYPE_OF_KIND[each.kind] not in PRODUCTS | PLACES]
    systems = [item(each, wording) for each in model.elements if each.id in reached - inside]
    strips = [
        Strip("systems", say("Applications and databases"), by_owner(systems, wording)),
        Strip("services", say("Infrastructure services"), by_owner(_items(rest, wording), wording)),
        Strip("products", say("Technology products"), by(_items(products, wording), lambda _: "")),
        Strip("places", say("Data centres and networks"), by_owner(_items(places, wording), wording)),
    ]
    return _plan(model, "technology", wording, strips, ties)


def zones(model: Model, wording: Wording) -> Plan:
    """What stands in which network zone, and what crosses their borders."""
    say = wording.say
    declared = {code: each for each in model.elements if each.kind == "network-zone" for code in _codes(each)}
    held: dict[str, list[Item]] = {each.id: [] for each in declared.values()}
    place: dict[str, str] = {}
    for each in model.elements:
        if each.zone:
            at = declared[each.zone].id if each.zone in declared else each.zone
            held.setdefault(at, []).append(item(each, wording))
            place[each.id] = at
    names = {each.id: wording.name(each) for each in declared.values()}
    strips = [Strip(at, names.get(at, at), by_owner(own, wording)) for at, own in held.items()]
    ties = [
        each for each in relation_ties(model.relations, place) if place[each.source] != place[each.target]
    ]  # within a zone nothing is crossed
    unplaced = [
        (each, say("No network zone is named for it."))
        for each in model.elements
        if each.id not in place and archimate_layer(each.kind) in ("application", "technology")
    ]
    return _plan(model, "zones", wording, strips, ties, [each for each in unplaced if each[0].kind != "network-zone"])


def plateaus(model: Model, wording: Wording) -> Plan:
    """The way from the present to the target: states, gaps, work packages, and the components that they change."""
    say = wording.say
    states = [each for each in model.elements if each.kind == "plateau"]
    gaps = [each for each in model.elements if each.kind == "gap"]
    work = [each for each in model.elements if each.kind in WORK]
    own = {each.id for each in (*states, *gaps, *work)}
    ties = [each for each in relation_ties(model.relations, elements_of(model)) if _one_of(each, own)]
    touched = tied(ties) - own
    changed = [
        item(each, wording)
        for each in model.elements
        if each.id in touched or (each.id not in own and each.state != "live" and archimate_layer(each.kind) != "other")
    ]
    strips = [
        Strip("states", say("Present and target"), _plain(states, wording)),
        Strip("gaps", say("Gaps"), _plain(gaps, wording)),
        Strip("work", say("Work packages"), by_owner(_items(work, wording), wording)),
        Strip("changed", say("Components that change"), by(changed, lambda each: each.note or say("touched"))),
    ]
    return _plan(model, "plateaus", wording, strips, ties)


def agency(code: str) -> Callable[[Model, Wording], Plan]:
    """The page of one agency: what it owns, what it runs, what it uses and what it provides, what it has to do."""

    def plan(model: Model, wording: Wording) -> Plan:
        say, elements = wording.say, elements_of(model)
        itself = [each for each in model.elements if _is_agency(each, code)]
        named = {each.id for each in itself}
        own = {each.id for each in model.elements if code in (each.owner, each.operator)} | named
        ties = [each for each in relation_ties(model.relations, elements) if _one_of(each, own)]
        around: dict[str, list[Item]] = {"uses": [], "provides": [], "work": []}
        toward = {each.target for each in ties if each.source in own and each.kind != "access"}
        near = tied(ties) - own
        for each in model.elements:
            if each.id in near:
                work = each.kind in WORK or each.kind in ("gap", "plateau", "assessment")
                side = "work" if work else "provides" if each.id in toward else "uses"
                around[side].append(item(each, wording))
        owned = [item(each, wording) for each in model.elements if each.owner == code and each.id not in named]
        run = [item(each, wording) for each in model.elements if each.id in own - named and each.owner != code]
        strips = [
            Strip("itself", say("The agency"), _plain(itself, wording)),
            Strip("uses", say("It uses"), by_owner(around["uses"], wording)),
            Strip("owns", say("It owns"), by(owned, lambda each: wording.kind(each.element.kind).capitalize())),
            Strip("runs", say("It runs for others"), by_owner(run, wording)),
            Strip("provides", say("It serves"), by_owner(around["provides"], wording)),
            Strip("work", say("It has to do"), by_owner(around["work"], wording)),
        ]
        kept = [each for each in strips if each.groups]
        name = next((wording.name(each) for each in itself), "") or wording.owner(code)
        return _plan(model, f"{AGENCY}{code}", wording, kept, ties, title=name)

    return plan


VIEWPOINTS: Mapping[str, Callable[[Model, Wording], Plan]] = {
    "seven-layers": seven_layers,
    "application-cooperation": application_cooperation,
    "data-ownership": data_ownership,
    "technology": technology,
    "zones": zones,
    "plateaus": plateaus,
}


def viewpoint_names(wording: Wording) -> dict[str, str]:
    """What each generated drawing is called."""
    say = wording.say
    return {
        "seven-layers": say("Seven layers"),
        "application-cooperation": say("Co-operation of applications"),
        "data-ownership": say("Data and its masters"),
        "technology": say("Technology"),
        "zones": say("Network zones"),
        "plateaus": say("From the present to the target"),
    }


def agencies(model: Model) -> list[str]:
    """The codes of all agencies that own or run something; for a model that names no owners, its own actors."""
    codes = {code for each in model.elements for code in (each.owner, each.operator) if code}
    if codes:
        return sorted(codes, key=_code_order)
    return [each.id for each in model.elements if TYPE_OF_KIND[each.kind] == "BusinessActor"]


def _code_order(code: str) -> list[tuple[bool, int, str]]:
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in code.split(".")]


def _plan(
    model: Model, id_: str, wording: Wording, strips: Iterable[Strip], ties: Iterable[Tie],
    beside: Iterable[tuple[Element, str]] = (), *, title: str = "",
) -> Plan:  # fmt: skip
    named = title or viewpoint_names(wording)[id_]
    of = getattr(model, "title", None) or model.name
    told = of.in_language(wording.language).strip()
    return Plan(id_, f"{named}: {told}" if told else named, "", tuple(strips), tuple(ties), tuple(beside))


def _in(elements: Iterable[Element], layer: int) -> list[Element]:
    return [each for each in elements if each.layer == layer]


def _items(elements: Iterable[Element], wording: Wording) -> list[Item]:
    return [item(each, wording) for each in elements]


def _plain(elements: Iterable[Element], wording: Wording) -> tuple[Group, ...]:
    return by(_items(elements, wording), lambda _: "")


def _one_of(tie: Tie, inside: Iterable[str]) -> bool:
    return tie.source in inside or tie.target in inside


def _codes(element: Element) -> list[str]:
    """By what other elements refer to it: its id, and its codes."""
    codes = element.codes
    return [
        each for each in (element.id, codes and codes.local, codes and codes.source, codes and codes.national) if each
    ]


def _products(element: Element) -> list[str]:
    """The products of the catalogue that an element stands for."""
    return element.technology if TYPE_OF_KIND[element.kind] in PRODUCTS else []


def _is_agency(element: Element, code: str) -> bool:
    if TYPE_OF_KIND[element.kind] != "BusinessActor":
        return False
    return element.owner == code or code in _codes(element)
