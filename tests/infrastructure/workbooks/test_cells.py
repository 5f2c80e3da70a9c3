"""A text stands in a cell as a text, whatever it is, and comes back to the letter."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.workbooks.cells import (
    column_letters,
    column_number,
    escaped,
    fits,
    guarded,
    unescaped,
    unguarded,
)
from maidinh.infrastructure.workbooks.problems import Place

NASTY = st.text(st.sampled_from("'=+-@\t\r\n_x005FAa \x01ậ\"';,") | st.characters(), max_size=12)


@given(st.integers(min_value=1, max_value=16_384))
def test_letters_of_columns_are_numbers(column: int) -> None:
    assert column_number(column_letters(column)) == column


def test_letters_of_some_columns() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


@given(NASTY)
def test_what_xml_cannot_hold_is_escaped_and_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(NASTY)
def test_no_csv_field_begins_like_a_formula_and_all_come_back(text: str) -> None:
    kept = guarded(text)
    assert kept[:1] not in tuple("=+-@\t\r")
    assert unguarded(kept) == text


def test_a_text_as_long_as_a_cell_fits_and_one_more_does_not() -> None:
    assert fits("a" * 32_767)
    assert not fits("a" * 32_768)
    assert not fits("\x01" * 5_000)


def test_a_place_names_the_cell() -> None:
    assert str(Place(Path("a.xlsx"), "is empty", "DM", 12, 3)) == "a.xlsx: DM: C12: is empty"
    assert str(Place(Path("a.csv"), "is empty", row=4)) == "a.csv: row 4: is empty"
    assert str(Place(Path("a.csv"), "is unknown", column=4)) == "a.csv: column D: is unknown"
