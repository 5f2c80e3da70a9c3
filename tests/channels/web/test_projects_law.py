"""What the law asks of a project, and where that was not read in its text."""

from __future__ import annotations

import pytest
from django.utils import translation

from maidinh.channels.web.projects_law import papers_asked
from tests.channels.web.test_projects_forms import PROJECT


@pytest.mark.parametrize(("kind", "told"), [("purchase", True), ("investment", False)])
def test_papers_of_a_purchase_say_that_the_text_was_not_read(kind: str, told: bool) -> None:
    with translation.override("en"):
        found = papers_asked(PROJECT.model_copy(update={"kind": kind}), "2026-nd224")
    marked = {each["kind"] for each in found if "not checked for purchases" in each["basis"]}
    assert bool(marked) == told
    assert "submission" not in marked
