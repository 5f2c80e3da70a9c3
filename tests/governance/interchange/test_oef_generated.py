"""Models as the bench makes them, small: no fact lost, known edits seen as facts, memory far below the file's tree."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest
from bench.exchange_facts import facts, lost
from bench.models import Release, edited, generate, render

from maidinh.governance.interchange import oef
from tests.governance.interchange.schemas import invalid, oef_schema


@pytest.fixture(scope="module")
def release() -> Release:
    return generate(elements=60, relations=120, views=6)


def test_no_fact_of_a_generated_model_is_lost(release: Release, tmp_path: Path) -> None:
    given, again = tmp_path / "given.xml", tmp_path / "again.xml"
    given.write_text(render(release), "utf-8")
    oef.write(oef.read(given), again)
    count, total, _ = lost(given, again)
    assert (count, total > 5000) == (0, True)
    assert facts(given) == facts(again)


def test_the_generator_gives_the_same_for_the_same_seed_and_is_valid(release: Release, tmp_path: Path) -> None:
    assert render(generate(elements=60, relations=120, views=6)) == render(release)
    assert render(generate(3, elements=60, relations=120, views=6)) != render(release)
    path = tmp_path / "given.xml"
    path.write_text(render(edited(release)[0]), "utf-8")
    assert invalid(oef_schema(), path) == []


def test_the_edits_of_a_later_release_are_just_those_told(release: Release, tmp_path: Path) -> None:
    later, edits = edited(release, share=0.1)
    one, two = tmp_path / "one.xml", tmp_path / "two.xml"
    one.write_text(render(release), "utf-8")
    two.write_text(render(later), "utf-8")
    before, after = oef.read(one), oef.read(two)
    for kind in ("elements", "relations", "views"):
        old = {each.id: each for each in getattr(before, kind)}
        new = {each.id: each for each in getattr(after, kind)}
        assert sorted(new.keys() - old.keys()) == edits.added[kind]
        assert sorted(old.keys() - new.keys()) == edits.removed[kind]
        assert sorted(name for name in old.keys() & new.keys() if old[name] != new[name]) == edits.changed[kind]
        assert edits.added[kind] and edits.changed[kind]


def test_a_lost_fact_is_counted(release: Release, tmp_path: Path) -> None:
    given, less = tmp_path / "given.xml", tmp_path / "less.xml"
    text = render(release)
    given.write_text(text, "utf-8")
    for what, instead in (
        (r"<bendpoint [^>]*/>", ""),
        (r"<documentation [^<]*</documentation>", ""),
        (r"(<value [^>]*>)[^<]*", r"\1other"),
        (r"<item identifierRef[^>]*/>", ""),
        (r' a="\d+"', ""),
        (r"<property .*?</property>", ""),
    ):
        changed = re.sub(what, instead, text, count=1, flags=re.DOTALL)
        assert changed != text
        less.write_text(changed, "utf-8")
        assert lost(given, less)[0] > 0, what


def test_views_are_not_all_in_memory_while_they_are_read(tmp_path: Path) -> None:
    """Python's own memory grows by what the model holds, not by what each view was read through."""
    path = tmp_path / "given.xml"
    path.write_text(render(generate(elements=60, relations=120, views=30)), "utf-8")
    tracemalloc.start()
    model = oef.read(path)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(model.views) == 30
    assert peak < kept + 4 * path.stat().st_size
