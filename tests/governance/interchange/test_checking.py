"""Identifiers that stand twice or lead nowhere."""

from __future__ import annotations

from pathlib import Path

from maidinh.governance.interchange.checking import dangling, repeated

FILE = Path("model.xml")


def test_every_repetition_is_named_at_its_place() -> None:
    found = list(repeated(FILE, [("a", 1), ("b", 2), ("a", 3), ("a", 4)]))
    assert [str(each).split(" this")[0] for each in found] == ["model.xml:3: a:", "model.xml:4: a:"]
    assert "line 1 already" in found[0].text


def test_every_reference_that_leads_nowhere_is_named() -> None:
    references = [(1, "r1", "source", "a"), (2, "r1", "target", "b"), (3, "r2", "target", "c")]
    found = list(dangling(FILE, references, ["a"]))
    assert [(each.line, each.place) for each in found] == [(2, "r1"), (3, "r2")]
    assert "target names 'c'" in found[1].text
