"""Archi's own format, `.archimate`: read and written without loss, as plain XML or as an archive with images.

Layer 4, governance. The types, attributes and order are those of Archi's model (releases 1 to 5); see archi_parts for
what becomes of the rest.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.governance.interchange.archi_archive import KEPT, is_archive, packed, unpacked
from maidinh.governance.interchange.archi_reading import Reading
from maidinh.governance.interchange.archi_writing import Writing
from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.interchange.xml import parse, parse_content
from maidinh.governance.modelling.definition import Carried, Model
from maidinh.infrastructure.definitions.collection import uncollected


def read(path: Path) -> Model:
    """The model in Archi's file. Raises FileRefused with everything that is wrong; nothing is half read."""
    try:
        archive = is_archive(path)
    except OSError as error:
        raise FileRefused([Place(path, 0, "", f"the file can't be read: {error.strerror}")]) from None
    with uncollected():
        if not archive:
            return Reading(parse(path), path).model()
        content, kept = unpacked(path)
        model = Reading(parse_content(content, path), path).model()
    carried = model.carried.get("archi", Carried())
    carried = Carried(attributes=carried.attributes | kept, children=carried.children)
    return model.model_copy(update={"carried": model.carried | {"archi": carried}})


def write(model: Model, path: Path) -> None:
    """Writes the model as Archi's file. Raises FileRefused, and writes nothing, where Archi couldn't open it."""
    with uncollected():
        content = Writing(model, path).document()
    carried = model.carried.get("archi", Carried()).attributes
    kept = {name: value for name, value in carried.items() if name.startswith(KEPT)}
    path.write_bytes(packed(content, kept, path) if kept else content)
