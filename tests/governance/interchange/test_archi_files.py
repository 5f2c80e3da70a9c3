"""Whatever an Archi file holds is written again: files drawn at random, compared fact by fact."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from maidinh.governance.interchange import archi
from tests.governance.interchange.archi_facts import differences, of_file
from tests.governance.interchange.archi_files import archi_files


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(archi_files())
def test_no_fact_of_any_file_is_lost_or_made_up(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        before.write_text(text, "utf-8")
        model = archi.read(before)
        archi.write(model, after)
        assert differences(of_file(before), of_file(after)) == []
        assert archi.read(after) == model
