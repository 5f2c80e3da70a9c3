"""How a dossier's standing is told to people: its dates, its clock, its story. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maidinh.channels.timing import TimeLeft, time_left
from maidinh.channels.wording import language, line_title, status_name
from maidinh.portal.tracking.queries import Standing
from maidinh.services.clock.telling import rows
from maidinh.services.dossiers.queries import history_of

ENDED = (3, 8, 9, 10)
DONE = 9
AWAITING_APPLICANT = (5, 6)
TO_DO = {
    1: _("Nothing now. The one-stop desk looks at your dossier first."),
    2: _("Nothing now. The agency works on your dossier."),
    4: _("Nothing now. The agency works on your dossier."),
    5: _("Send what was asked for."),
    6: _("Pay what is asked for, then your dossier goes on."),
    7: _("Nothing now. An official confirms that you take the dossier back."),
}


def clock_of(standing: Standing, at: datetime) -> TimeLeft | None:
    """How much of the legal time is left; None before acceptance and after the end."""
    if standing.status in ENDED:
        return None
    return time_left(standing.due_at, at, paused=standing.paused)


def times_of(standing: Standing, at: datetime) -> dict[str, Any]:
    """The dates of a dossier, and its clock."""
    return {
        "submitted": standing.submitted_at,
        "promised": standing.due_at or standing.promised_at,
        "accepted": standing.due_at is not None,
        "finished": standing.finished_at,
        "returned": standing.returned_at,
        "left": clock_of(standing, at),
        "days": rows(standing.clock, gettext, language()),
    }


def to_do(standing: Standing, receiving: str) -> str:
    """What the applicant has to do now, in one sentence; empty once all is over."""
    if standing.status == DONE:
        return gettext("Get your result at %(agency)s, or download it here.") % {"agency": receiving}
    return str(TO_DO.get(standing.status, ""))


def story_of(dossier: Any, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What happened, the newest first; who did it is told by agency."""
    procedure = dossier.procedure.procedure
    return [
        {
            "title": line_title(line.kind, line.step, procedure),
            "at": line.at,
            "who": names.get(line.agency, line.agency) if line.agency else gettext("You"),
            "text": line.reason,
        }
        for line in reversed(history_of(dossier, public_only=True))
    ]


def public_story(standing: Standing, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What happened as anyone with the code may know it: statuses and agencies, no reasons and nobody's name."""
    return [
        {"title": status_name(status), "at": at, "who": names.get(agency, agency)}
        for at, status, agency in reversed(standing.history)
    ]
