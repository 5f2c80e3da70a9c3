"""A model on a day: what its elements' own dates say they are then. Layer 4, governance. Pure."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from maidinh.governance.modelling.definition import Element, LifeCycle, Model

STATES: tuple[LifeCycle, ...] = ("planned", "live", "retiring", "retired")
Any_ = TypeVar("Any_", bound=Model)


def on_day(model: Any_, day: date) -> Any_:
    """The model with the state that each element has on that day; one without dates keeps what it declares."""
    return model.model_copy(update={"elements": [_on_day(each, day) for each in model.elements]})


def _on_day(element: Element, day: date) -> Element:
    dates = element.dates
    if dates is None:
        return element
    state: LifeCycle | None = None
    known = [(getattr(dates, each), each) for each in STATES if getattr(dates, each) is not None]
    for begun, each in known:
        if begun <= day:
            state = each
    if state is None:
        state = "planned" if known else element.state
    return element if state == element.state else element.model_copy(update={"state": state})
