"""Hostile models for the drawings: long names, no layers or one, cycles, self loops, relations of relations."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.metamodel import ELEMENT_KINDS, RELATION_KINDS

WORDING = Wording("vi", str, {"H1": "Sở Khoa học và Công nghệ", "H2": "Ủy ban nhân dân " * 12})
KINDS = sorted(ELEMENT_KINDS)
RELATIONS = sorted(RELATION_KINDS)
NAMES = [
    "Hệ thống", "Nghiêng" * 40, "Ủy ban nhân dân tỉnh " * 9, "漢字" * 30, "<&\"'>", "\x00\x07\u200b\ufffe", " ",
    "a b " * 60,
    "Ữ" * 3, "😀" * 20, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
]  # fmt: skip
OWNERS = [None, "H1", "H2", *(f"H9.{each}" for each in range(30))]
ZONES = [None, "internet", "dmz", "zone-1"]


def model(
    seed: int, elements: int, relations: int, *, layers: str, owners: int = 33, kinds: list[str] | None = None
) -> Model:
    """A model of that size; the same for the same seed. `layers`: none, one or any."""
    chance = random.Random(seed)
    names = [f"e{each}" for each in range(elements)]
    content: dict[str, Any] = {"elements": [], "relations": []}
    for each in names:
        layer = {"none": None, "one": 5, "any": chance.choice([None, *range(1, 8)])}[layers]
        content["elements"].append({
            "id": each, "kind": chance.choice(kinds or KINDS), "layer": layer, "name": {"vi": chance.choice(NAMES)},
            "owner": chance.choice(OWNERS[:owners]), "state": chance.choice(["live", "planned", "retired", "retiring"]),
            "zone": chance.choice(ZONES), "masters": chance.sample(names, min(2, len(names))),
            "technology": chance.sample(names, 1),
        })  # fmt: skip
    ends = list(names)
    for number in range(relations if names else 0):
        one, other = chance.choice(ends), chance.choice(ends)
        content["relations"].append(
            {"id": f"r{number}", "kind": chance.choice(RELATIONS), "from": one, "to": other, "name": {"vi": NAMES[2]}}
        )
        if chance.random() < 0.1:
            ends.append(f"r{number}")
    return Model.model_validate(content)


MODELS = st.builds(
    model,
    st.integers(0, 10**6),
    st.integers(0, 400),
    st.integers(0, 500),
    layers=st.sampled_from(["none", "one", "any"]),
    owners=st.integers(1, len(OWNERS)),
    kinds=st.one_of(st.none(), st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)),
)


def view(seed: int, nodes: int, lines: int) -> Model:
    """A model with one view: boxes in boxes, without places, of no size, with lines to lines and to nothing."""
    chance = random.Random(seed)
    base = model(seed, 20, 20, layers="any")
    ids = [f"n{each}" for each in range(nodes)]
    made: list[dict[str, Any]] = []
    top: list[dict[str, Any]] = []
    for each in ids:
        node: dict[str, Any] = {
            "id": each, "kind": chance.choice(["element", "container", "label", "view"]), "nodes": [],
            "label": {"vi": chance.choice(NAMES)}, "element": chance.choice([None, "e1", "e2", "e19", "gone"]),
            "view": "v", "style": {
                "fill": f"#{chance.randrange(1 << 24):06x}", "line": f"#{chance.randrange(1 << 24):06x}",
                "text": f"#{chance.randrange(1 << 24):06x}", "fill_opacity": chance.randrange(101),
                "font_size": chance.choice(["9", "40", "x", "0", "1000"]), "line_width": chance.choice([0, 1, 4]),
            },
        }  # fmt: skip
        if chance.random() < 0.8:
            node["box"] = {
                "x": chance.randrange(-900, 900), "y": chance.randrange(-900, 900),
                "width": chance.choice([0, 1, 12, 120, 600]), "height": chance.choice([0, 1, 12, 55, 400]),
            }  # fmt: skip
        (chance.choice(made)["nodes"] if made and chance.random() < 0.4 else top).append(node)
        made.append(node)
    connections = []
    ends = [*ids, "gone"]
    for number in range(lines if ids else 0):
        connections.append({
            "id": f"c{number}", "source": chance.choice([*ends, f"c{number}"]), "target": chance.choice(ends),
            "relation": chance.choice([None, "r1", "r2", "gone"]), "label": {"vi": chance.choice(NAMES)},
            "bends": [{"x": chance.randrange(-900, 900), "y": 40} for _ in range(chance.randrange(3))],
            "style": {"line": f"#{chance.randrange(1 << 24):06x}"},
        })  # fmt: skip
        ends.append(f"c{number}")
    drawn = {"id": "v", "name": {"vi": NAMES[2]}, "nodes": top, "connections": connections}
    return Model.model_validate(base.model_dump(by_alias=True) | {"views": [drawn]})


VIEWS = st.builds(view, st.integers(0, 10**6), st.integers(0, 60), st.integers(0, 60))
