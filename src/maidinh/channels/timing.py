"""How a due moment is told to an official: late, due today, or in time; always in words, never by colour alone.

Layer 2, pure save for the translation of words. "Today" is the office's day, so no threshold is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SUPPLEMENT = 5


@dataclass(frozen=True)
class TimeLeft:
    """`state` is a look of the macro time_left: ok, soon, late, paused."""

    state: str
    text: str


def time_left(due: datetime | None, at: datetime, *, paused: bool = False) -> TimeLeft | None:
    """How much time is left; None when nothing is due."""
    if paused:
        return TimeLeft("paused", _("waits for the applicant"))
    if due is None:
        return None
    zone = timezone.get_default_timezone()  # the office has one, and a list asks for every line
    local = timezone.localtime(due, zone)
    days, hour = (local.date() - timezone.localtime(at, zone).date()).days, local.strftime("%H:%M")
    if at > due:
        if days == 0:
            return TimeLeft("late", _("since %(hour)s today") % {"hour": hour})
        return TimeLeft("late", ngettext("by %(days)s day", "by %(days)s days", -days) % {"days": -days})
    if days == 0:
        return TimeLeft("soon", _("today %(hour)s") % {"hour": hour})
    return TimeLeft("ok", ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days})
