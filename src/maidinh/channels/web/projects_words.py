"""Projects in words: what their kinds, states, costs and events are called, and which colour a state has. Layer 2.

What happened is told by agency, never by a person's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.governance.projects import rules

TONES = {
    rules.PREPARING: "neutral",
    rules.APPRAISING: "info",
    rules.RETURNED: "wait",
    rules.APPRAISED: "info",
    rules.APPROVED: "good",
    rules.REFUSED: "stopped",
    rules.BUILDING: "info",
    rules.COMPLETED: "wait",
    rules.ACCEPTED: "good",
    rules.MERGED: "good",
    rules.IN_FORCE: "good",
    rules.WITHDRAWN: "stopped",
}
COMPONENT_TONES = {
    "not-started": "neutral",
    "building": "info",
    "trial": "wait",
    "running": "good",
    "stopped": "stopped",
}


def state_names() -> dict[str, str]:
    """What each state of a project is called."""
    return {
        rules.PREPARING: _("being prepared"),
        rules.APPRAISING: _("being appraised"),
        rules.RETURNED: _("returned to be completed"),
        rules.APPRAISED: _("appraised, decision awaited"),
        rules.APPROVED: _("approved"),
        rules.REFUSED: _("not approved"),
        rules.BUILDING: _("being carried out"),
        rules.COMPLETED: _("reported as completed"),
        rules.ACCEPTED: _("accepted"),
        rules.MERGED: _("in a draft of the architecture"),
        rules.IN_FORCE: _("in the architecture in force"),
        rules.WITHDRAWN: _("withdrawn"),
    }


def state_sentences() -> dict[str, str]:
    """What a state means, and what comes next, for somebody who never saw such a thing."""
    return {
        rules.PREPARING: _("The owner is still writing it. Nobody else acts before it is handed in."),
        rules.APPRAISING: _("The appraising body checks it. The legal time runs."),
        rules.RETURNED: _(
            "The appraising body asked for something more. The legal time stands still until the answer."
        ),
        rules.APPRAISED: _("The verdict is given. The person who decides on it has it now."),
        rules.APPROVED: _("It may begin. The owner says when the work starts."),
        rules.REFUSED: _("It ends here. A new project may be prepared."),
        rules.BUILDING: _("The owner builds it and reports how far it is."),
        rules.COMPLETED: _("The owner says that it is finished. It waits for acceptance."),
        rules.ACCEPTED: _("It was accepted. The architect brings it into the next version of the architecture."),
        rules.MERGED: _("It stands in a draft of the next version, which is not published yet."),
        rules.IN_FORCE: _("The architecture in force has it. The data exchange follows it."),
        rules.WITHDRAWN: _("The owner took it back. It ends here."),
    }


def kind_names() -> dict[str, str]:
    """What kinds of projects there are."""
    return {
        "investment": _("Investment project"),
        "purchase": _("Purchase from the regular budget"),
        "service": _("Hiring of an IT service"),
    }


def cost_kind_names() -> dict[str, str]:
    """What money is spent on."""
    return {"build": _("to build or buy"), "run": _("to run it")}


def decision_names() -> dict[str, str]:
    """What a project does with a shared platform."""
    return {"use": _("uses it"), "extend": _("extends it"), "own": _("builds its own")}


def action_names() -> dict[str, str]:
    """What a project does with a thing of the architecture."""
    return {"add": _("adds"), "change": _("changes"), "retire": _("retires")}


def component_state_names() -> dict[str, str]:
    """How far a component is."""
    return {
        "not-started": _("not started"),
        "building": _("being built"),
        "trial": _("on trial"),
        "running": _("running"),
        "stopped": _("stopped"),
    }


def verdict_names() -> dict[str, str]:
    """What a verdict says."""
    return {
        "pass": _("passed"),
        "pass-with-conditions": _("passed, with conditions"),
        "fail": _("not passed"),
    }


VERDICT_TONES = {"pass": "good", "pass-with-conditions": "wait", "fail": "late"}


def event_titles() -> dict[str, str]:
    """What can have happened to a project, by the last part of the event's name."""
    return {
        "opened": _("The project was begun"),
        "revised": _("The project was changed"),
        "rebased": _("The project was brought onto the architecture in force"),
        "handed-in": _("Handed in for appraisal"),
        "taken-up": _("The appraisal was taken up"),
        "forwarded": _("Passed on within the appraisal"),
        "checked": _("The automatic checks ran"),
        "moved-to-version": _("The appraisal moved to the architecture in force"),
        "supplement-asked": _("A supplement was asked for"),
        "supplement-answered": _("The supplement was answered"),
        "opinion-asked": _("An opinion was asked for"),
        "opinion-given": _("An opinion was given"),
        "meeting-held": _("A meeting was held"),
        "verdict-given": _("The verdict was given"),
        "exception-asked": _("An exception was asked for"),
        "exception-decided": _("The exception was decided on"),
        "approved": _("Approved"),
        "refused": _("Not approved"),
        "building": _("The work began"),
        "building-begun": _("The work began"),
        "component-reported": _("Progress was reported"),
        "completion-refused": _("Sent back: not finished yet"),
        "given-back": _("The draft was given up; it waits again"),
        "taken-back": _("Taken back; it waits for the next draft"),
        "not-carried": _("The published version lacks part of it"),
        "checked-again": _("Checked again against the architecture in force"),
        "reopened": _("The appraisal was opened again"),
        "condition-met": _("A condition of the verdict was met"),
        "condition-overdue": _("The day of a condition of the verdict passed"),
        "report-due": _("A report is due"),
        "report-written": _("A report was written"),
        "milestone-reported": _("A milestone was reported"),
        "money-paid": _("A payment was reported"),
        "contract-entered": _("A contract was entered"),
        "completed": _("Reported as completed"),
        "accepted": _("The work was accepted"),
        "merged": _("Brought into a draft of the architecture"),
        "in-force": _("The architecture with it is in force"),
        "withdrawn": _("Withdrawn"),
        "returned": _("Returned to be completed"),
        "preparing": _("Back to be prepared"),
        "appraising": _("Being appraised"),
        "appraised": _("Appraised"),
    }


def event_title(kind: str, details: Mapping[str, Any]) -> str:
    """What an event is called; one without a name is told by the state that it led to."""
    titles, last = event_titles(), kind.rpartition(".")[2]
    if last in titles:
        return titles[last]
    state = str(details.get("state", ""))
    return titles.get(state, state_names().get(state, last.replace("-", " ")))
