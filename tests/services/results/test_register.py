"""How a dossier stands in the register of dossiers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from maidinh.services.results.register import EARLY, LATE, ON_TIME, RUNNING, UNDUE, standing_of

DUE = datetime(2026, 12, 1, 17)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("due", "finished", "at", "ended", "standing"),
    [
        (DUE, DUE - DAY, DUE, False, EARLY),
        (DUE, DUE - HOUR, DUE, False, ON_TIME),
        (DUE, DUE, DUE + DAY, True, ON_TIME),
        (DUE, DUE + HOUR, DUE + DAY, True, LATE),
        (DUE, None, DUE + HOUR, False, LATE),
        (DUE, None, DUE - HOUR, False, RUNNING),
        (None, None, DUE, False, UNDUE),
        (DUE, None, DUE + DAY, True, UNDUE),
    ],
)
def test_standing(due: datetime | None, finished: datetime | None, at: datetime, ended: bool, standing: str) -> None:
    assert standing_of(due, finished, at, ended=ended) == standing
