"""The process of a procedure for a page: drawn, and told whole in a table beside the drawing. Layer 2."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from maidinh.channels.web.context import language
from maidinh.channels.web.rule_words import role_name
from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.procedures.definition import ENDS, SUPPLEMENT, Procedure, Step
from maidinh.services.processes.bpmn.drawing import draw
from maidinh.services.processes.bpmn.expressions import in_words
from maidinh.services.processes.bpmn.graph import END_NAMES, graph_of, labels_of
from maidinh.services.processes.bpmn.layout import Lane
from maidinh.services.processes.bpmn.marking import NotExpressible, places_of, ways_of


def process_shown(procedure: Procedure) -> dict[str, Any]:
    """The drawing and the rows of its table; no drawing where the process has none that means the same."""
    rows = [_row(procedure, step) for step in procedure.steps]
    lanes = {Lane(step.agency, step.role): _who(procedure, step) for step in procedure.steps}
    try:
        graph = graph_of(procedure)
    except NotExpressible:
        return {"drawing": "", "rows": rows}
    drawing = draw(
        graph, language(), lanes,
        title=_("How the dossier goes: %(procedure)s") % {"procedure": procedure.short_name.in_language(language())},
        description=_("The steps in the lanes of those who take them. The table below says all of it in words."),
    )  # fmt: skip
    return {"drawing": Markup(drawing), "rows": rows}  # noqa: S704 - made of elements, every text escaped


def _row(procedure: Procedure, step: Step) -> dict[str, Any]:
    return {
        "name": step.name.in_language(language()),
        "who": _who(procedure, step),
        "time": _time(step),
        "ways": list(_ways(procedure, step)),
    }


def _who(procedure: Procedure, step: Step) -> str:
    """Who takes the step: the agency and the role."""
    if step.kind == "join":
        return _("by itself: once all that run beside each other are there")
    if step.kind == "call":
        return _("by itself: another procedure is carried out")
    names = agency_names(language())
    agency = procedure.responsible if step.agency == "responsible" else step.agency
    where = _("Where the dossier was received") if agency == "receiving" else names.get(agency, agency)
    return f"{where} – {role_name(step.role, language())}"


def _time(step: Step) -> str:
    said = [budget_in_words(step.budget)] if step.budget else []
    if step.minimum:
        said.append(_("at least %(time)s") % {"time": budget_in_words(step.minimum)})
    if step.suspends_clock:
        said.append(_("not counted into the time limit"))
    return "; ".join(said) or "–"


def _ways(procedure: Procedure, step: Step) -> list[str]:
    """What follows each outcome, and on which condition."""
    found, labels = [], labels_of(procedure, language())
    for outcome in step.outcomes:
        for number, to in ways_of(outcome):
            places = f" {_('and')} ".join(_place(procedure, place) for place in places_of(to))
            name = outcome.name.in_language(language())
            if number >= 0:
                name = f"{name} ({in_words(outcome.routes[number].when, labels)})"
            elif outcome.routes:
                name = f"{name} ({_('otherwise')})"
            found.append(f"{name} → {places}")
    return found


def _place(procedure: Procedure, place: str) -> str:
    if place == SUPPLEMENT:
        return _("the applicant supplements, then this step again")
    if place in ENDS:
        return _("end: %(end)s") % {"end": END_NAMES[place].in_language(language())}
    return next(step.name.in_language(language()) for step in procedure.steps if step.id == place)
