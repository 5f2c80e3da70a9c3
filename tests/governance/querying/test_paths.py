"""What depends on what, by the shortest way, also where things depend on each other in rings."""

from __future__ import annotations

from maidinh.governance.querying.paths import Dependencies, Hop, Reached

RING = Dependencies([("a", "b", "ab"), ("b", "c", "bc"), ("c", "a", "ca"), ("c", "d", "cd"), ("a", "d", "ad")])


def test_the_shortest_way_is_told_with_what_leads_there() -> None:
    assert RING.shortest("b", "d") == [Hop("c", "bc"), Hop("d", "cd")]
    assert RING.shortest("a", "d") == [Hop("d", "ad")]
    assert RING.shortest("d", "a", "needed-by") == [Hop("a", "ad")]
    assert RING.shortest("d", "a") is None
    assert RING.shortest("a", "a") == []
    assert RING.shortest("nowhere", "a") is None


def test_everything_that_breaks_is_met_once_the_nearest_first() -> None:
    assert RING.reached("d") == [Reached("a", 1, "d", "ad"), Reached("c", 1, "d", "cd"), Reached("b", 2, "c", "bc")]
    assert [each.id for each in RING.reached("d", depth=1)] == ["a", "c"]
    assert [each.id for each in RING.reached("a", "needs")] == ["b", "d", "c"]
