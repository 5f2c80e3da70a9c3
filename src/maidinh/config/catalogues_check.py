"""Whether catalogues fit together, and whether architectures refer only to what stands in them.

Layer 0, config. Part of the check of all definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.catalogues import Catalogue, Shelf, double_masters, unknown_references
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import Problem


def catalogue_problems(catalogues: Mapping[Path, Catalogue], shelf: Shelf) -> Iterator[Problem]:
    """What in these files is misnamed, or refers to what no catalogue of the shelf has."""
    for path, catalogue in catalogues.items():
        document = Document(path)
        if catalogue.id != path.stem:
            yield document.problem(("id",), f"expected {path.stem}, the file's name")
        for n, product in enumerate(catalogue.products):
            for place in product.places:
                if not shelf.knows("trm", place.category):
                    expected = f"the technology reference model has no entry {place.category!r}"
                    yield document.problem(("products", n, "places"), expected)
            for other in product.replaced_by:
                if other not in shelf.products or other == product.id:
                    expected = f"expected another product of a technology catalogue (found {other!r})"
                    yield document.problem(("products", n, "replaced_by"), expected)


def reference_problems(
    own: ArchitectureVersion, model: ArchitectureVersion, document: Document, shelf: Shelf
) -> Iterator[Problem]:
    """What the elements that this version states refer to and neither a catalogue nor the resolved `model` has."""
    places = {element.id: n for n, element in enumerate(own.elements)}
    for each in unknown_references(own.elements, shelf, model.elements):
        yield document.problem(("elements", places[each.element], each.field), each.text)


def master_hints(own: ArchitectureVersion, model: ArchitectureVersion, document: Document) -> Iterator[Problem]:
    """Where two elements say to be the master of one entity: a hint, since one may be about to replace the other."""
    places = {element.id: n for n, element in enumerate(own.elements)}
    for entity, elements in double_masters(model.elements).items():
        stated: Sequence[str] = [each for each in elements if each in places]
        if stated:
            text = f"{', '.join(elements)} are all master of {entity}"
            yield document.problem(("elements", places[stated[-1]], "masters"), text)
