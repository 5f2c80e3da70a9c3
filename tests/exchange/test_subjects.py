"""The keyed digest of a person: one key for all processes, one digest for one person."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.exchange.subjects import digest, key_in, named


def test_the_key_is_made_once_and_kept_for_the_owner(tmp_path: Path) -> None:
    key = key_in(tmp_path)
    assert (len(key), key_in(tmp_path)) == (32, key)
    assert [each.name for each in tmp_path.iterdir()] == ["subjects.key"]
    assert (tmp_path / "subjects.key").stat().st_mode & 0o777 == 0o600


def test_a_person_has_one_digest_under_one_key() -> None:
    assert digest(b"a", " 000123456789 ") == digest(b"a", "000123456789")
    assert digest(b"a", "000123456789") != digest(b"b", "000123456789")
    assert digest(b"a", "000123456789") != digest(b"a", "000123456780")


@pytest.mark.parametrize(("place", "name", "found"), [
    ("path", "1", "a"), ("path", "2", "b"), ("path", "3", ""), ("path", "0", ""), ("path", "x", ""),
    ("query", "q", "c d"), ("query", "z", ""), ("body", "p", "e"), ("body", "n", ""), ("body", "long", ""),
])  # fmt: skip
def test_where_a_call_names_the_person(place: str, name: str, found: str) -> None:
    body = {"p": "e", "n": 5, "long": "x" * 101}
    assert named(place, name, ["a", "b"], "q=c+d", body) == found
