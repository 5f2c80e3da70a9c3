"""What a text says at its head, what the next version is called, which texts are no content."""

from __future__ import annotations

import pytest

from maidinh.services.authoring.rules import changed_files, content_of, kept_text, next_version, version_in, with_file


@pytest.mark.parametrize(
    ("taken", "found"), [((), "1.0"), (("1.0",), "2.0"), (("1.0", "10.2"), "11.0"), (("2.0", "draft"), "3.0")]
)
def test_the_next_version_has_a_number_that_none_has(taken: tuple[str, ...], found: str) -> None:
    assert next_version(taken) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("version: '2.0'  # next\n", "2.0"), ("a: 1\nversion: 3.1\n", "3.1"), ("a:\n  version: 1\n", ""), ("x", "")],
)
def test_the_version_is_read_from_a_text_that_may_be_no_yaml(text: str, found: str) -> None:
    assert version_in(text) == found


@pytest.mark.parametrize("text", ["[", "- a", "", "a: &x [1]\nb: *x", "a: " + "[" * 60 + "]" * 60, "a: 2026-99-99"])
def test_what_can_not_be_a_procedure_is_no_content(text: str) -> None:
    assert content_of(text) is None


def test_files_are_compared_and_changed_by_name() -> None:
    before = {"procedure.yaml": "a: 1\n", "scenarios/x.yaml": "b: 1\n"}
    after = with_file(with_file(before, "procedure.yaml", "a: 2\r\n"), "scenarios/x.yaml", None)
    assert changed_files(before, after) == {"procedure.yaml": "a: 2\n", "scenarios/x.yaml": None}
    assert kept_text("a\0b\rc\ud800") == "ab\nc?"
