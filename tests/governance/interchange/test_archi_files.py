"""Whatever an Archi file holds is written again: files drawn at random, compared fact by fact."""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from maidinh.governance.interchange import archi
from maidinh.governance.interchange.problems import FileRefused
from tests.governance.interchange.archi_facts import differences, of_file
from tests.governance.interchange.archi_files import archi_files


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(archi_files())
def test_no_fact_of_any_file_is_lost_or_made_up(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        before.write_text(text, "utf-8")
        model = archi.read(before)
        archi.write(model, after)
        assert differences(of_file(before), of_file(after)) == []
        assert archi.read(after) == model


ATTRIBUTE = re.compile(r'\s[\w:]+="[^"]*"')
EXAMPLES = sorted((Path(__file__).parent / "examples").glob("archi-*.archimate"))


def spoiled(text: str, chance: random.Random) -> str:
    """The file with attributes removed or exchanged, and lines removed or repeated."""
    attributes = ATTRIBUTE.findall(text)
    for _ in range(chance.randint(1, 4)):
        one, other = chance.choice(attributes), chance.choice(attributes)
        kind = chance.randrange(4)
        if kind == 0:
            text = text.replace(one, "", 1)
        elif kind == 1:
            text = text.replace(one, f"{one.split('=', 1)[0]}={other.split('=', 1)[1]}", 1)
        else:
            lines = text.split("\n")
            at = chance.randrange(3, len(lines) - 1)
            if kind == 2:
                del lines[at]
            else:
                lines.insert(chance.randrange(3, len(lines) - 1), lines[at])
            text = "\n".join(lines)
    return text


@pytest.mark.slow
def test_a_spoiled_file_is_refused_with_a_place_or_kept_whole(tmp_path: Path) -> None:
    refused = kept = 0
    for seed in range(200):
        chance = random.Random(seed)
        path = tmp_path / "spoiled"
        path.write_text(spoiled(chance.choice(EXAMPLES).read_text("utf-8"), chance), "utf-8")
        try:
            model = archi.read(path)
        except FileRefused as error:
            refused += 1
            assert all(each.line > 0 for each in error.problems), seed
        else:
            kept += 1
            archi.write(model, tmp_path / "again")
            assert differences(of_file(path), of_file(tmp_path / "again")) == [], seed
    assert min(refused, kept) > 40
