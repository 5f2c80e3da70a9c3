"""Which calendar holds on a day."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.definitions.locating import CHECKOUT


def test_the_calendar_in_force_is_found() -> None:
    assert calendar_at(date(2026, 11, 21), CHECKOUT).id == "vn-2026"


def test_a_day_before_every_calendar_has_none() -> None:
    with pytest.raises(LookupError, match="1999-01-01"):
        calendar_at(date(1999, 1, 1), CHECKOUT)


def test_a_later_calendar_takes_over(tmp_path: Path) -> None:
    folder = tmp_path / "national" / "calendars"
    folder.mkdir(parents=True)
    shutil.copy(CHECKOUT / "national" / "calendars" / "vn-2026.yaml", folder / "vn-2026.yaml")
    text = (folder / "vn-2026.yaml").read_text("utf-8")
    later = text.replace("id: vn-2026", "id: vn-2028").replace("valid_from: 2025-01-01", "valid_from: 2028-01-01")
    (folder / "vn-2028.yaml").write_text(later, "utf-8")
    assert calendar_at(date(2027, 12, 31), tmp_path).id == "vn-2026"
    assert calendar_at(date(2028, 1, 1), tmp_path).id == "vn-2028"
