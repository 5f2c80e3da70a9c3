"""What kinds of things are called is put together once for a language, however many of them a page shows."""

from __future__ import annotations

import pytest
from django.utils import translation

from maidinh.channels.web import picture


def test_names_are_put_together_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = picture.wording.kind_names
    monkeypatch.setattr(picture.wording, "kind_names", lambda say: made.append("") or real(say))
    picture._kind_names.cache_clear()
    found = {}
    for language in ("en", "vi"):
        with translation.override(language):
            found[language] = {picture.kind_name("database") for _each in range(50)}
    assert len(made) == 2
    assert found["en"] == {"database"}
    assert len(found["vi"]) == 1
    picture.kind_names().clear()
    assert picture.kind_name("no-such-kind") == "no such kind"
    with translation.override("en"):
        assert picture.kind_name("database") == "database", "what a caller does with its own is its own"
