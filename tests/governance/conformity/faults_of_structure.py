"""Faults of how a model is made, and of what stands in the wrong place: rings, layers, zones, products, entities."""

from __future__ import annotations

from tests.governance.conformity.clean import Content
from tests.governance.conformity.tampering import NOW, THEN, Fault, add, both, edit, relate, system, thing


def _ring(kind: str) -> Content:
    return {"id": "back", "kind": kind, "from": "documents", "to": "staff"}


def _product(state: str) -> Content:
    return {"id": "old-product", "kind": "technology-product", "name": {"vi": "Máy chủ cũ"}, "state": state}


def _layerless(said: Content) -> None:
    del thing(said, "cloud")["layer"]


def _twice(said: Content) -> None:
    said["elements"].append(thing(said, "cloud") | {})


FAULTS_OF_STRUCTURE: tuple[Fault, ...] = (
    Fault("an entity that nobody lists", NOW, edit("shared-data", masters=["road"]),
          ("data.unknown-entity shared-data",)),
    Fault(
        "a flow into the database of another agency",
        NOW,
        relate("people flow land-data"),
        ("connection.past-the-platform people", "data.direct-access people", "zone.across-zones people"),
    ),
    Fault(
        "an interface serves another agency without contract",
        NOW,
        relate("land-interface serving people"),
        ("connection.flow-without-contract people",),
    ),
    Fault(
        "what runs sends to what is retired",
        NOW,
        both(add(system("old", "H99.1", state="retired")), relate("documents flow old")),
        ("life-cycle.sends-to-retired documents",),
    ),
    Fault("a retired product in use", NOW, both(add(_product("retired")), relate("old-product serving documents")),
          ("technology.retired-in-use documents",)),
    Fault("a product in use that is being retired", NOW,
          both(add(_product("retiring")), relate("old-product assignment documents")),
          ("technology.retiring-in-use documents",)),
    Fault("personal data at no level", NOW, edit("land-data", security_level=None, security_basis=None),
          ("security.personal-data-without-level land-data",)),
    Fault("personal data on the Internet", NOW, edit("land", zone="internet"),
          ("security.personal-data-on-the-internet land", "zone.database-read-from-outside land")),
    Fault("a database read from the buffer zone", NOW, edit("documents", zone="dmz"),
          ("zone.database-read-from-outside documents",)),
    Fault("a kind of itself", THEN, relate("documents specialization staff", "staff specialization documents"),
          ("model.kind-of-itself documents",)),
    Fault(
        "systems serve each other",
        NOW,
        both(add(system("twin", "H99.4")), relate("data-centre assignment twin"),
             relate("staff serving twin", "twin serving staff")),
        ("model.serves-itself staff",),
    ),
    Fault("a data centre among the users", NOW, edit("data-centre", layer=1), ("model.wrong-layer data-centre",)),
    Fault("a ring of aggregations", NOW, relate("documents aggregation meetings", "meetings aggregation documents"),
          ("model.part-of-itself documents",)),
    Fault("a system and a platform of one name", NOW,
          both(add(system("papers", "H99.1", kind="platform", name={"vi": "Quản lý văn bản"})),
               relate("lgsp serving papers")), ("model.same-name documents",)),
)  # fmt: skip

# what no version can be made of: a check of a file tells it all the same
FAULTS_OF_FILES: tuple[Fault, ...] = (
    Fault("a component in no layer", NOW, _layerless, ("model.no-layer cloud",)),
    Fault("an id that stands twice", NOW, _twice, ("model.repeated-id cloud",)),
)
