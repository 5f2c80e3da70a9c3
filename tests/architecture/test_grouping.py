"""Tests that share something outside the database run on one worker; what sees to that must go on working."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("grouping")
def test_a_group_is_known_by_its_node_id(request: pytest.FixtureRequest) -> None:
    """pytest-xdist writes the group into an item's id; a pytest that keeps ids elsewhere would group nothing."""
    before = request.node.nodeid
    try:
        request.node._nodeid = f"{before}@anywhere"
        assert request.node.nodeid.endswith("@anywhere")
    finally:
        request.node._nodeid = before
    if request.config.getoption("dist", "no") == "loadgroup":
        assert before.endswith("@grouping")
