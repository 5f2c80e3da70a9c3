"""The bench of conformity on a small province: pyshacl comes to the same verdicts, and there are some."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.conformity import AS_OF, RULES, SAID_BY_SHACL, SHAPES, child
from bench.peer_pyshacl import validated

pytestmark = pytest.mark.slow


def test_the_peer_comes_to_the_same_verdicts(tmp_path: Path) -> None:
    triples, shapes = tmp_path / "model.nt", tmp_path / "shapes.ttl"
    ours = child("triples", 20, triples)
    shapes.write_text(SHAPES.read_text("utf-8").replace("AS_OF", AS_OF.isoformat()), "utf-8")
    theirs = validated(triples, shapes)
    assert {tuple(each) for each in theirs["broken"]} == set(ours["broken"])
    assert len({rule for rule, _ in ours["broken"]}) >= len(SAID_BY_SHACL) - 3


def test_sixty_rules_are_asked_of_a_province_that_is_mostly_in_order() -> None:
    found = child("some", 20)
    assert found["rules"] == RULES
    assert 0 < found["findings"] < found["elements"]
    assert len(found["elements_edited"]) == len(found["relations_edited"]) == 30
