"""Models of every shape the form allows, for tests of what keeps them: Hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.metamodel import ELEMENT_TYPES, RELATION_KINDS, kebab

Plain = dict[str, Any]

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\ufffe\uffff").filter(
        lambda each: each in "\t\n\r" or ord(each) > 31
    ),
    max_size=12,
)
KEY = st.sampled_from(["owner", "maidinh:state", "1. Trạng thái", "e1", "a?b", ""])
NAMES = st.sampled_from(["e1", "e2", "số-3", "4", "a:b", "x+y", "e-5", "id-4", "6.7", "sở(1)"])
LANGUAGES = st.sampled_from(["de", "en", "vi", "fr-BE"]) | st.none()


@st.composite
def words(draw: st.DrawFn) -> Plain:
    found: Plain = {}
    for language in ("vi", "en"):
        if draw(st.booleans()):
            found[language] = draw(TEXT)
    other = draw(st.lists(st.fixed_dictionaries({"text": TEXT, "language": LANGUAGES}), max_size=2))
    found["other"] = [each for each in other if each["language"] not in ("vi", "en") or each["language"] in found]
    return found if any(found.values()) or "vi" in found or "en" in found else {"vi": "x", "other": []}


@st.composite
def properties(draw: st.DrawFn) -> list[Plain]:
    found: list[Plain] = []
    for _ in range(draw(st.integers(0, 3))):
        values = draw(st.lists(st.fixed_dictionaries({"text": TEXT, "language": LANGUAGES}), max_size=3))
        if not values or (len(values) == 1 and values[0]["language"] is None):
            found.append({"key": draw(KEY), "value": draw(TEXT)})
        else:
            found.append({"key": draw(KEY), "values": values})
    return found


CARRIED_BY_ARCHI = st.just({}) | st.fixed_dictionaries(
    {
        "archi": st.fixed_dictionaries(
            {
                "attributes": st.dictionaries(st.sampled_from(["a", "{urn:x}b"]), TEXT, max_size=2),
                "children": st.lists(
                    st.sampled_from(['<feature name="a" value="?>"/>', "<?x y?>", "--&>"]), max_size=2
                ),
            }
        )
    }
)
INTEGERS = st.integers(-50, 900)
POINT = st.fixed_dictionaries({"x": INTEGERS, "y": INTEGERS})
BOX = st.none() | st.fixed_dictionaries({
    "x": INTEGERS, "y": INTEGERS, "width": st.integers(-1, 300), "height": st.integers(-1, 300),
})  # fmt: skip
COLOUR = st.none() | st.sampled_from(["#00ff10", "#FFAA00", "red"])
OPACITY = st.none() | st.integers(-1, 101)
STYLE = st.none() | st.fixed_dictionaries({
    "fill": COLOUR, "fill_opacity": OPACITY, "line": COLOUR, "line_opacity": OPACITY,
    "line_width": st.none() | st.integers(0, 3), "text": COLOUR, "text_opacity": OPACITY,
    "font": st.none() | TEXT, "font_size": st.none() | st.sampled_from(["9", "9.5", "9.25", "0"]),
    "font_style": st.lists(st.sampled_from(["bold", "italic", "plain", "a b"]), max_size=2),
})  # fmt: skip


@st.composite
def view(draw: st.DrawFn, name: str, elements: list[str], relations: list[str], views: list[str]) -> Plain:
    made: list[str] = []
    names = st.sampled_from(elements) | st.none()

    def node(depth: int) -> Plain:
        identifier = draw(NAMES) + f"-n{len(made)}"
        made.append(identifier)
        return {
            "id": identifier,
            "kind": draw(st.sampled_from(["element", "container", "label", "view"])),
            "view": draw(st.none() | st.sampled_from(views)),
            "label": draw(st.none() | words()),
            "documentation": draw(st.none() | words()),
            "properties": draw(properties()),
            "box": draw(BOX),
            "style": draw(STYLE),
            "carried": draw(CARRIED_BY_ARCHI),
            "nodes": [node(depth + 1) for _ in range(draw(st.integers(0, 2 if depth < 2 else 0)))],
        }

    nodes = [node(0) for _ in range(draw(st.integers(0, 2)))]
    for each in nodes:
        if each["kind"] == "element":
            each["element"] = draw(names)
    connections: list[Plain] = []
    for number in range(draw(st.integers(0, 2)) if made else 0):
        relation = draw(st.none() | st.sampled_from(relations)) if relations else None
        ends = st.sampled_from(made) if relation else st.none() | st.sampled_from(made)
        source, target = draw(ends), draw(ends)
        made.append(f"c{number}")
        connections.append({
            "id": f"c{number}", "relation": relation, "source": source, "target": target,
            "label": draw(st.none() | words()), "documentation": draw(st.none() | words()),
            "properties": draw(properties()), "bends": draw(st.lists(POINT, max_size=2)),
            "starts": draw(st.none() | POINT), "ends": draw(st.none() | POINT), "style": draw(STYLE),
            "carried": draw(CARRIED_BY_ARCHI),
        })  # fmt: skip
    return {
        "id": name,
        "name": draw(st.just({}) | words()),
        "documentation": draw(st.none() | words()),
        "properties": draw(properties()),
        "kind": draw(st.sampled_from(["diagram", "sketch", "canvas"])),
        "viewpoint": draw(st.none() | st.sampled_from(["", "Layered", "own viewpoint"])),
        "nodes": nodes,
        "connections": connections,
        "carried": draw(CARRIED_BY_ARCHI),
    }


@st.composite
def folders(draw: st.DrawFn, held: list[str], depth: int = 0) -> list[Plain]:
    found: list[Plain] = []
    for _ in range(draw(st.integers(0, 2))):
        inner: list[Any] = list(draw(st.lists(st.sampled_from(held), max_size=2))) if held else []
        if depth < 2:
            inner += draw(folders(held, depth + 1))
        found.append(
            {
                "id": draw(st.none() | st.uuids().map(str)),
                "name": draw(st.just({}) | words()),
                "kind": draw(st.none() | st.sampled_from(["business", "diagrams"])),
                "documentation": draw(st.none() | words()),
                "properties": draw(properties()),
                "holds": draw(st.permutations(inner)),
                "carried": draw(CARRIED_BY_ARCHI),
            }
        )
    return found


@st.composite
def models(draw: st.DrawFn) -> Model:
    """A model as it is handed to a writer: plain kinds, properties, no attribute of the profile."""
    names = draw(st.lists(NAMES, unique=True, min_size=1, max_size=4))

    def thing() -> Plain:
        return {
            "documentation": draw(st.none() | words()),
            "properties": draw(properties()),
            "carried": draw(CARRIED_BY_ARCHI),
        }

    elements = [
        {"id": name, "kind": kebab(draw(st.sampled_from(ELEMENT_TYPES))), "name": draw(st.just({}) | words())} | thing()
        for name in names
    ]
    relations: list[Plain] = []
    for number in range(draw(st.integers(0, 4))):
        ends = st.sampled_from(names + [each["id"] for each in relations])
        relations.append(
            {
                "id": f"{number}r", "kind": draw(st.sampled_from(sorted(RELATION_KINDS))),
                "from": draw(ends), "to": draw(ends), "name": draw(st.none() | words()),
            } | thing()
        )  # fmt: skip
        if relations[-1]["kind"] == "access":
            relations[-1]["access"] = draw(st.none() | st.sampled_from(["access", "read", "write", "read-write"]))
        elif relations[-1]["kind"] == "association":
            relations[-1]["directed"] = draw(st.none() | st.booleans())
        elif relations[-1]["kind"] == "influence":
            relations[-1]["strength"] = draw(st.none() | st.sampled_from(["", "+", "rất mạnh"]))
    views = [f"{number}v" for number in range(draw(st.integers(0, 2)))]
    links = [each["id"] for each in relations]
    definitions = draw(st.lists(KEY, unique=True, max_size=3))
    return Model.model_validate({
        "identifier": draw(st.none() | st.sampled_from(["model", "e1", "7", "urn:m/1"])),
        "name": draw(st.just({}) | words()),
        "documentation": draw(st.none() | words()),
        "properties": draw(properties()),
        "elements": elements,
        "relations": relations,
        "views": [draw(view(name, names, links, views)) for name in views],
        "folders": draw(folders([*names, *links, *views])),
        "property_definitions": [
            {
                "id": key, "name": draw(st.just({}) | words()), "documentation": draw(st.none() | words()),
                "type": draw(st.sampled_from(["string", "date", "colour"])), "carried": draw(CARRIED_BY_ARCHI),
            }
            for key in definitions
        ],
        "carried": draw(CARRIED_BY_ARCHI),
    })  # fmt: skip
