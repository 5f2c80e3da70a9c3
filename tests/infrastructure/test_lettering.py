"""Texts are as wide as in the fonts, and break into lines that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.lettering import ELLIPSIS, shortened, tidy, width, wrapped

TEXTS = st.text(st.sampled_from("aWỮ ệ.-漢😀\n\t"), max_size=120)


def test_widths_are_those_of_the_font() -> None:
    assert width("", 12) == 0
    assert width("ii", 12) < width("WW", 12)
    assert width("Ữ", 12) == pytest.approx(width("Ư", 12), rel=0.05)  # marks above do not make a letter wider
    assert width("Đất đai", 24) == pytest.approx(2 * width("Đất đai", 12))
    assert width("Đất đai", 12, bold=True) > width("Đất đai", 12)


@given(TEXTS, st.floats(20, 300), st.integers(1, 5))
def test_lines_fit_and_nothing_is_dropped_silently(text: str, room: float, lines: int) -> None:
    found = wrapped(text, room, 12, lines=lines)
    assert len(found) <= lines
    assert all(width(each, 12) <= room + 1e-6 for each in found)
    whole = tidy(text).replace(" ", "")
    shown = "".join(found).replace(" ", "")
    assert shown == whole or (shown.endswith(ELLIPSIS) and whole.startswith(shown.removesuffix(ELLIPSIS)))


@given(TEXTS, st.floats(0, 200))
def test_a_shortened_text_is_its_beginning(text: str, room: float) -> None:
    found = shortened(text, room, 12)
    assert width(found, 12) <= room + 1e-6
    assert tidy(text).startswith(found.removesuffix(ELLIPSIS))


def test_what_cannot_be_drawn_is_left_out() -> None:
    assert tidy("a\x00b\u200b  c\nd") == "ab c d"
    assert tidy("Đa\u0302t") == "Đât"  # composed
