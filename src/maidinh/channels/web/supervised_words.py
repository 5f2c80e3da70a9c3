"""What supervision is told in: levels of risk, their causes, reports, figures of the running system. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.web.jinja import vn_decimal as number
from maidinh.governance.supervision.evaluation import DueReport
from maidinh.governance.supervision.measures import DONG, MEASURES, PERCENT, Value
from maidinh.governance.supervision.rules import HIGH, LOW, MEDIUM

TONES = {LOW: "good", MEDIUM: "wait", HIGH: "late"}


def level_names() -> dict[str, str]:
    """How high a risk is."""
    return {LOW: _("low"), MEDIUM: _("medium"), HIGH: _("high")}


def cause_text(code: str, values: Mapping[str, Any]) -> str:
    """Why a project is at risk, with the figures."""
    named = {name: number(each) if isinstance(each, int) else each for name, each in values.items()}
    if code == "exception":
        named["until"] = f"{date.fromisoformat(str(values['until'])):%d/%m/%Y}"
    if code in ("milestones", "conditions", "drift"):
        count = int(values["count"])
        named["num"] = number(count)
    texts = {
        "milestones": lambda: ngettext(
            "%(num)s milestone is late, by up to %(days)s days.",
            "%(num)s milestones are late, by up to %(days)s days.", count,
        ),
        "behind": lambda: _("%(sum)s ₫ less was paid than planned by today (%(percent)s %%)."),
        "above": lambda: _("%(sum)s ₫ more was paid than the approved sources give (%(percent)s %%)."),
        "contract": lambda: _("The contracts are %(sum)s ₫ above the approved sum (%(percent)s %%)."),
        "conditions": lambda: ngettext(
            "%(num)s condition of the verdict is not met, %(days)s days past its day.",
            "%(num)s conditions of the verdict are not met, up to %(days)s days past their day.", count,
        ),
        "exception": lambda: _("The exception it stands on ends on %(until)s, in %(days)s days."),
        "silent": lambda: _("Nothing was reported for %(days)s days."),
        "drift": lambda: ngettext(
            "%(num)s thing that it declared runs otherwise.", "%(num)s things that it declared run otherwise.", count
        ),
    }  # fmt: skip
    return texts[code]() % named if code in texts else code


def report_line(report: DueReport, title: str) -> str:
    """What a report that is due is called."""
    return _("%(title)s, year %(year)s") % {"title": title, "year": report.period} if report.period else title


def part_names() -> dict[str, str]:
    """The parts of a project that may differ from what was approved."""
    return {
        "changes": _("what it changes in the architecture"), "costs": _("costs by year"), "total": _("the total"),
        "schedule": _("the schedule"), "benefits": _("the benefits"), "training": _("the training"),
    }  # fmt: skip


def measure_name(measure: str) -> str:
    """What a figure of the running system is called."""
    known = MEASURES.get(measure)
    return _(known.name) if known is not None else measure


def figure_text(measure: str, value: Value | None) -> str:
    """A figure with its unit; in words where there is none."""
    if value is None or value.figure is None:
        return _("nothing measured yet")
    known = MEASURES.get(measure.partition("/")[0])
    plain = number(value.figure)
    if known is not None and known.unit == PERCENT:
        return f"{plain} %"
    return f"{plain} ₫" if known is not None and known.unit == DONG else plain


def age_text(as_of: date | None, today: date) -> str:
    """How old figures are."""
    if as_of is None:
        return _("No figures yet. They are counted once a day.")
    days = (today - as_of).days
    if days <= 0:
        return _("Figures of today, %(day)s.") % {"day": f"{as_of:%d/%m/%Y}"}
    told: str = ngettext("Figures of %(day)s, %(num)s day old.", "Figures of %(day)s, %(num)s days old.", days) % {
        "day": f"{as_of:%d/%m/%Y}", "num": days,
    }  # fmt: skip
    return told if days <= 1 else f"{told} {_('The daily count did not run. Tell the administrator.')}"
