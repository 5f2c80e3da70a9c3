"""What somebody typed and did not save: kept within bounds, the newest first."""

from __future__ import annotations

from maidinh.channels.web.projects_wizard import LONGEST_KEPT, MOST_KEPT, newest


def test_what_was_typed_last_is_kept_and_no_more_than_fits() -> None:
    kept = {"1/money": "a" * 40, "2/money": "b" * 40, "3/money": "c" * 40}
    assert list(newest(kept, 100)) == ["2/money", "3/money"]
    assert newest(kept, 1000) == kept
    assert newest(kept, 10) == {}
    assert LONGEST_KEPT < MOST_KEPT
