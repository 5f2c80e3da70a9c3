"""How an architecture stands before the law: what is still open, the days to the deadline, the yearly review.

Layer 4, governance. Pure; the day is passed in. Decision 1425/QĐ-TTg sets the deadline and the yearly review, its draft
guidance what an open point says: where, what, why, who, by when.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.documents.checklist import Checked, unknown_places
from maidinh.governance.documents.content import OpenPoint
from maidinh.governance.documents.definition import DossierPlan, ReviewPlan
from maidinh.governance.documents.material import Material

MONTHS = 12


@dataclass(frozen=True)
class Countdown:
    """The legal deadline and how many days are left; fewer than none when it is past."""

    text: str
    due: date
    days: int

    def told(self, material: Material) -> str:
        """The countdown in a sentence."""
        label = "deadline-today" if self.days == 0 else "deadline-days" if self.days > 0 else "deadline-over"
        return material.words[label].format(days=abs(self.days), due=material.day(self.due))


@dataclass(frozen=True)
class Review:
    """A line of the yearly review: a version is the record of a review, and the next one is due a year later."""

    version: str
    reviewed_on: date
    basis: str
    next_due: date
    overdue_days: int


def countdown(material: Material, dossier: DossierPlan) -> Countdown | None:
    """The days to the deadline of the dossier's framework; None where it names no day."""
    framework = material.basis.frameworks[dossier.framework]
    entry = next((each for each in framework.deadlines if each.id == dossier.deadline), None)
    if entry is None or entry.due is None:
        return None
    return Countdown(entry.vi or entry.en or "", entry.due, (entry.due - material.closing).days)


def reviews(material: Material, plan: ReviewPlan, since: date) -> list[Review]:
    """Every version as a review, the oldest first, with the day by which the next one was or is due.

    The duty begins on the day `since`: nothing can be late before.
    """
    there = [*material.history] or ([material.version] if material.version else [])
    known = sorted((each for each in there if _day(each) <= material.closing), key=_day)
    found = []
    for number, each in enumerate(known):
        due = months_later(max(_day(each), since), plan.every_months)
        followed = _day(known[number + 1]) if number + 1 < len(known) else material.closing
        late = max((followed - due).days, 0)
        found.append(Review(each.version, _day(each), each.decision or "", due, late))
    return found


def work_list(
    material: Material, points: tuple[OpenPoint, ...], results: list[Checked], due: date | None
) -> list[OpenPoint]:
    """Everything that is open: chapters without content, items not met, places of the data set that aren't known."""
    words = material.words
    found = [OpenPoint(each.place, each.what, each.why, due, each.owner) for each in points]
    for each in results:
        if each.status != "met":
            what = material.said(each.plan.remedy)
            found.append(OpenPoint(f"{words['work-checklist']} {each.plan.id}", what, "; ".join(each.evidence), due))
    try:
        unknown = unknown_places(material)
    except ValueError:  # without a data set its places can't be counted; the checklist says why there is none
        unknown = []
    for sheet, field, count in unknown:
        place = f"{words['work-data-set']} › {sheet}"
        found.append(
            OpenPoint(place, words["unknown-rows"].format(field=field, count=count), words["not-in-model"], due)
        )
    return found


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.month - 1 + months, MONTHS)
    last = monthrange(day.year + year, month + 1)[1]
    return day.replace(year=day.year + year, month=month + 1, day=min(day.day, last))


def _day(version: ArchitectureVersion) -> date:
    return version.decided_on or version.effective_from
