"""Until when a dossier is kept: whole years, for ever, and what a leap day becomes."""

from __future__ import annotations

from datetime import date

import pytest

from maidinh.services.archives.rules import due_for_disposal, kept_until
from maidinh.services.procedures.definition import Retention


@pytest.mark.parametrize(
    ("ended", "years", "until"),
    [
        (date(2026, 11, 18), 10, date(2036, 11, 18)),
        (date(2028, 2, 29), 20, date(2048, 2, 29)),
        (date(2028, 2, 29), 5, date(2033, 3, 1)),
        (date(2026, 11, 18), "permanent", None),
    ],
)
def test_it_is_kept_for_whole_years(ended: date, years: object, until: date | None) -> None:
    assert kept_until(ended, Retention.model_validate({"years": years})) == until


def test_it_is_due_the_day_after_and_never_where_it_is_kept_for_ever() -> None:
    assert not due_for_disposal(date(2036, 11, 18), date(2036, 11, 18))
    assert due_for_disposal(date(2036, 11, 18), date(2036, 11, 19))
    assert not due_for_disposal(None, date(9999, 12, 31))
