"""How the counter's pages name things: statuses, lines of the history, amounts of time.

Layer 2. The names of steps, outcomes, papers and fields come from the procedure itself.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.services.procedures.definition import Procedure

# The names of the ten national statuses (TrangThai); the code is what systems exchange, the name is for people.
STATUS: dict[int, Any] = {
    1: _("New"),
    2: _("Accepted"),
    3: _("Not accepted"),
    4: _("In process"),
    5: _("Supplement requested"),
    6: _("Payment requested"),
    7: _("Withdrawal requested"),
    8: _("Stopped"),
    9: _("Result ready"),
    10: _("Result handed over"),
}

LINE: dict[str, Any] = {
    "submitted": _("Submitted"),
    "supplemented": _("Supplement received"),
    "withdrawal_requested": _("Withdrawal requested"),
    "paid": _("Fee paid"),
}
# Circular 03/2025/TT-VPCP, Annex I.
FORM: dict[str, Any] = {
    "01": _("Receipt and appointment"),
    "02": _("Request for a supplement"),
    "03": _("Refusal of a dossier"),
    "05": _("Notice that processing stops"),
}
WITHDRAWN = _("Withdrawal confirmed")


def language() -> str:
    """The page's language, vi or en."""
    return (get_language() or "vi")[:2]


def budget_in_words(budget: Budget) -> str:
    """A time limit in words."""
    amount = budget.amount
    if amount == 0:
        return str(_("the same day"))
    words = {
        "working_day": ngettext("%(n)s working day", "%(n)s working days", amount),
        "working_hour": ngettext("%(n)s working hour", "%(n)s working hours", amount),
        "calendar_day": ngettext("%(n)s day", "%(n)s days", amount),
        "month": ngettext("%(n)s month", "%(n)s months", amount),
    }
    return words[budget.unit] % {"n": amount}


def line_title(kind: str, step: str, procedure: Procedure) -> str:
    """The title of a line of a dossier's history: what happened, in the procedure's own words."""
    if ":" not in kind:
        return str(LINE.get(kind, kind))
    outcome = kind.split(":", 1)[1]
    for known in procedure.steps:
        if known.id == step:
            for possible in known.outcomes:
                if possible.id == outcome:
                    return f"{known.name.in_language(language())}: {possible.name.in_language(language())}"
    return str(WITHDRAWN)
