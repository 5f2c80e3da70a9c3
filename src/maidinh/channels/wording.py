"""How pages name things: statuses, lines of the history, amounts of time.

Layer 2. The names of steps, outcomes, papers and fields come from the procedure itself,
those of statuses and forms from the code lists.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.procedures.definition import Procedure

LINE: dict[str, Any] = {
    "submitted": _("Submitted"),
    "supplemented": _("Supplement received"),
    "withdrawal_requested": _("Withdrawal requested"),
    "paid": _("Fee paid"),
    "stopped": _("Stopped"),
    "supplement_never_came": _("Stopped: the supplement never came"),
    "asked_again": _("Why more was asked for once again"),
    "extended": _("The date was moved, with an apology"),
    "ready_early": _("The result is there before its day"),
    "assigned": _("Assigned to an official"),
    "handed_over": _("Handed to a colleague"),
    "put_back": _("Put back into the worklist"),
    "paper_scanned": _("A paper was scanned at the counter"),
    "called": _("Set going by another procedure"),
    "result_revoked": _("Result revoked"),
    "recounted": _("The date moved with the working calendar"),
    "reminded": _("Reminder: the supplement is awaited until this day"),
    "moved": _("Goes on under a newer version of the procedure"),
}
REGISTER: dict[str, Any] = {"population": _("population register"), "land": _("land register")}
WITHDRAWN = _("Withdrawal confirmed")
MEGABYTE = 1_000_000


def language() -> str:
    """The page's language, vi or en."""
    return (get_language() or "vi")[:2]


@cache
def _names(list_id: str) -> dict[str, Text]:
    codes = read_code_list(definitions_root(settings.MAIDINH.definitions) / "national", list_id).codes
    return {code.code: code.name for code in codes if code.code}


def status_name(status: int) -> str:
    """The name of a national status (TrangThai); the code is what systems exchange, the name is for people."""
    return _names("dossier-statuses")[str(status)].in_language(language())


def channel_name(channel: int) -> str:
    """How a dossier was handed in (KenhThucHien)."""
    return _names("channels")[str(channel)].in_language(language())


def form_name(number: str, tongue: str | None = None) -> str:
    """The name of a form of the one-stop shop."""
    return _names("forms")[number].in_language(tongue or language())


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


def file_refusal(reason: str, formats: tuple[str, ...]) -> str:
    """Why a file is not taken in, and which would be."""
    words = {
        "size": settings.MAIDINH.upload_limit // MEGABYTE,
        "formats": ", ".join({"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}[each] for each in formats),
    }
    texts = {
        "empty": gettext("The file is empty. Choose another one, or take the photo again"),
        "too-large": gettext("The file is larger than %(size)s MB. Choose a smaller one"),
        "office": gettext("The file is one of Word, Excel or the like. Save it as PDF and upload that"),
        "archive": gettext("The file is an archive (such as ZIP). Unpack it and upload its files one by one"),
        "unknown-type": gettext("The file is of another type. Upload one of these: %(formats)s"),
        "type": gettext("This paper is taken as %(formats)s only. Upload the file in that format"),
        "damaged": gettext("The file is damaged or incomplete. Open it to see, then save or scan it again"),
        "encrypted": gettext("The file is protected by a password. Save it without one and upload it again"),
        "unpacks-too-large": gettext("The file would become far too large when opened. Save or scan it again"),
        "too-many": gettext("There are too many files already. Remove one first"),
    }
    return texts[reason] % words
