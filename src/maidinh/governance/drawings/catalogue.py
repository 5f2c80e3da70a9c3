"""What can be drawn of a model, and the drawing of any of it by its name. Layer 4, governance. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from maidinh.governance.drawings.imported import VIEW, draw_view
from maidinh.governance.drawings.picture import Picture
from maidinh.governance.drawings.placement import place
from maidinh.governance.drawings.viewpoints import AGENCY, VIEWPOINTS, agencies, agency, viewpoint_names
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Model, View
from maidinh.infrastructure.definitions.collection import uncollected
from maidinh.infrastructure.definitions.folding import fold

GENERATED, OF_AGENCY, IMPORTED = "generated", "agency", "view"


@dataclass(frozen=True)
class Drawable:
    """Something that can be drawn: by which id, what it is called, how it came about, and how much is in it."""

    id: str
    name: str
    sort: str
    viewpoint: str = ""
    boxes: int | None = None


class NoSuchDrawing(Exception):
    """Nothing, or more than one thing, is called that; `near` are the ids that may be meant."""

    def __init__(self, wanted: str, near: list[str]) -> None:
        self.wanted, self.near = wanted, near
        super().__init__(wanted)


def drawables(model: Model, wording: Wording) -> list[Drawable]:
    """What can be drawn of the model: generated drawings, a page for each agency, the views drawn by hand."""
    names = viewpoint_names(wording)
    found = [Drawable(each, names[each], GENERATED) for each in VIEWPOINTS]
    named = {each.id: wording.name(each) for each in model.elements}
    found += [
        Drawable(f"{AGENCY}{code}", wording.owners.get(code) or named.get(code, code), OF_AGENCY)
        for code in agencies(model)
    ]
    for view in model.views:
        name = view.name.in_language(wording.language).strip() or view.id
        count = sum(1 for _ in view.all_nodes())
        found.append(Drawable(f"{VIEW}{view.id}", name, IMPORTED, view.viewpoint or "", count))
    return found


def find(model: Model, wanted: str, wording: Wording) -> str:
    """The id of what is meant by an id or a name. Raises NoSuchDrawing."""
    every = drawables(model, wording)
    ids = {each.id for each in every}
    for candidate in (wanted, f"{VIEW}{wanted}", f"{AGENCY}{wanted}"):
        if candidate in ids:
            return candidate
    meant = fold(wanted)
    views = {f"{VIEW}{each.id}": each for each in model.views}
    called = [each.id for each in every if meant in map(fold, _names(each, views.get(each.id)))]
    if len(called) == 1:
        return called[0]
    near = called or [
        each.id
        for each in every
        if meant in fold(each.name) or difflib.SequenceMatcher(None, meant, fold(each.name)).ratio() > 0.7
    ]
    raise NoSuchDrawing(wanted, near[:12])


def draw(model: Model, id_: str, wording: Wording) -> Picture:
    """The drawing with this id. Raises NoSuchDrawing."""
    with uncollected():
        if id_ in VIEWPOINTS:
            return place(VIEWPOINTS[id_](model, wording), wording)
        if id_.startswith(VIEW):
            view = next((each for each in model.views if each.id == id_.removeprefix(VIEW)), None)
            if view is not None:
                return draw_view(view, model, wording)
        elif id_.startswith(AGENCY) and id_.removeprefix(AGENCY) in agencies(model):
            return place(agency(id_.removeprefix(AGENCY))(model, wording), wording)
    raise NoSuchDrawing(id_, [])


def _names(each: Drawable, view: View | None) -> Iterator[str]:
    yield each.name
    if view is not None:
        yield from (phrase.text.strip() for phrase in view.name.phrases())
