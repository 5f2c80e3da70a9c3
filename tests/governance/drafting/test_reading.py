"""A draft as a file for git: it leaves out what it inherits, and loses nothing on the way there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import inheriting
from maidinh.governance.drafting.reading import delta, read_pulled, whole, written
from maidinh.infrastructure.definitions.reading import DefinitionError
from tests.governance.small import FRAMEWORKS, architecture, element

BASE = architecture(version="1.0")
NAMES = [item.id for item in (*BASE.elements, *BASE.relations)]


def changed(removed: list[str], renamed: list[str], added: int, moved: bool) -> ArchitectureVersion:
    """A version made from BASE."""
    elements = [each.model_copy(update={"note": "x"}) if each.id in renamed else each for each in BASE.elements]
    elements = [each for each in elements if each.id not in removed]
    new = architecture(elements=[element(f"new-{number}", "database", 5) for number in range(added)], relations=[])
    return BASE.model_copy(
        update={
            "version": "1.1", "inherits": "1.0",
            "elements": [*(elements[::-1] if moved else elements), *new.elements],
            "relations": [each for each in BASE.relations if each.id not in removed],
        }
    )  # fmt: skip


@given(
    st.lists(st.sampled_from(NAMES), unique=True), st.lists(st.sampled_from(NAMES)), st.integers(0, 2), st.booleans()
)
def test_what_is_left_out_comes_back(removed: list[str], renamed: list[str], added: int, moved: bool) -> None:
    model = changed(removed, renamed, added, moved)
    own = delta(BASE, model, FRAMEWORKS)
    assert whole(BASE, own, model, FRAMEWORKS) == model
    again = inheriting(BASE, own, FRAMEWORKS)
    assert {each.id: each for each in again.elements} == {each.id: each for each in model.elements}
    assert {each.id for each in own.elements} == {each.id for each in model.elements if each not in BASE.elements}, (
        "what is inherited as it is stands in no file"
    )


def test_a_file_is_written_and_read_again(tmp_path: Path) -> None:
    model = changed(["other"], ["register"], 1, False)
    file = tmp_path / "version.yaml"
    file.write_text(written(12, 7, delta(BASE, model, FRAMEWORKS)), "utf-8")
    pulled = read_pulled(file)
    assert (pulled.draft, pulled.revision) == (12, 7)
    assert whole(BASE, pulled.own, model, FRAMEWORKS) == model
    text = file.read_text("utf-8")
    assert text.startswith("# draft 12 revision 7") and "Tên register" in text and "null" not in text
    assert written(12, 7, pulled.own) == text
    alone = read_pulled_text(tmp_path, written(12, 7, delta(None, model, FRAMEWORKS)))
    assert whole(None, alone, model, FRAMEWORKS) == model.model_copy(update={"inherits": None})


def read_pulled_text(place: Path, text: str) -> ArchitectureVersion:
    file = place / "alone.yaml"
    file.write_text(text, "utf-8")
    return read_pulled(file).own


def test_a_file_that_does_not_say_what_it_was_made_from_is_refused(tmp_path: Path) -> None:
    text = written(12, 7, delta(BASE, changed([], [], 1, False), FRAMEWORKS))
    with pytest.raises(DefinitionError, match="pull the draft again"):
        read_pulled_text(tmp_path, text.split("\n", 1)[1])
    with pytest.raises(DefinitionError, match=r"alone\.yaml:[0-9]+: elements\.0\.layer"):
        read_pulled_text(tmp_path, text.replace("layer: 5", "layer: 55"))
    with pytest.raises(ValueError, match=r"the file inherits 1\.0, the draft is made from nothing"):
        whole(None, delta(BASE, changed([], [], 0, False), FRAMEWORKS), BASE, FRAMEWORKS)
