"""Until when a finished dossier is kept. Pure; how many years is the procedure's to say.

Layer 4. Whole years from the day on which the dossier ended; a day that the last year hasn't (29 February) is the day
after. From which day the years count was not in the facts at hand: this is the project's reading.
"""

from __future__ import annotations

from datetime import date

from maidinh.services.procedures.definition import Retention


def kept_until(ended: date, retention: Retention) -> date | None:
    """The last day on which the dossier must be kept; None where that is for ever."""
    if retention.years == "permanent":
        return None
    try:
        return ended.replace(year=ended.year + retention.years)
    except ValueError:
        return date(ended.year + retention.years, 3, 1)


def due_for_disposal(keep_until: date | None, today: date) -> bool:
    """Whether the time is over; never where the dossier is kept for ever."""
    return keep_until is not None and keep_until < today
