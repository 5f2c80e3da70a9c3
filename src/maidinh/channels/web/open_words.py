"""The public register in words: money as people say it, how old figures are, texts without what is not published.

Layer 2. Nobody's name, and no address, telephone number or password that somebody wrote into a text, is told
(national/publication.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.web.context import language
from maidinh.channels.web.editions import publication_rules
from maidinh.channels.web.jinja import NO_BREAK_SPACE, vn_date, vn_datetime, vn_money
from maidinh.governance.exploring.publication import masked
from maidinh.governance.projects.figures import RegisterRow

BILLION, MILLION = 10**9, 10**6


def money_words(amount: int) -> str:
    """An amount as people say it: 5,2 tỷ đồng, 740 triệu đồng. The exact one stands in the tables."""
    for size, word in ((BILLION, _("billion dong")), (MILLION, _("million dong"))):
        if amount >= size:
            return f"{_figure(amount, size)} {word}".replace(" ", NO_BREAK_SPACE)
    return vn_money(amount)


def _figure(amount: int, size: int) -> str:
    """With one digit after the comma below a thousand."""
    tenths = (amount * 10 + size // 2) // size
    whole, rest = divmod(tenths, 10)
    if whole >= 1000:
        return f"{(amount + size // 2) // size:,}".replace(",", ".")
    return f"{whole},{rest}" if rest else str(whole)


def text_of(text: Mapping[str, str | None]) -> str:
    """A text in the reader's language, as it may be published."""
    here = language()
    return told(str((text.get("en") if here == "en" else None) or text.get("vi") or ""))


def told(text: str) -> str:
    """What somebody wrote, as it may be published."""
    return masked(text, publication_rules(), language())


def as_of(at: datetime, changed: datetime | None = None) -> str:
    """How old the figures are: they are counted when the page is asked for."""
    said = _("Figures as of %(at)s, counted just now from the register.") % {"at": vn_datetime(at)}
    if changed is not None:
        said += " " + _("The register last changed on %(at)s.") % {"at": vn_datetime(changed)}
    return said


def standing_names() -> dict[str, str]:
    """What a project's money is: of each group of states."""
    return {
        "approved": _("approved"), "asked": _("asked for, not approved yet"), "refused": _("not approved"),
    }  # fmt: skip


def by_when(row: RegisterRow, today: date) -> dict[str, Any]:
    """By when it is to be done and whether it is late, in one plain sentence, with the tone of its tag."""
    late = row.late_stages(today)
    if row.ends is None:
        return {"text": _("no schedule is given"), "late": "", "count": 0}
    said = _("by %(day)s") % {"day": vn_date(row.ends)}
    if not late:
        return {"text": said, "late": "", "count": 0}
    since = min(date.fromisoformat(each["ends"]) for each in late)
    days = (today - since).days
    words = ngettext("late by %(num)s day", "late by %(num)s days", days) % {"num": days}
    return {"text": said, "late": words, "count": len(late)}


def now() -> tuple[datetime, date]:
    """This moment, and the day that it is here."""
    at = timezone.now()
    return at, localtime(at).date()
