"""A file that does not hold together: refused where it is taken in, read where every fault is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.governance.interchange.files import read_model
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.integrity import defects
from maidinh.infrastructure.definitions.reading import DefinitionError

TORN = """
elements:
  - {id: a, kind: information-system, name: {vi: Hệ thống}}
  - {id: a, kind: information-system, name: {vi: Hệ thống khác}}
  - {id: b, kind: database}
relations:
  - {id: r, kind: access, from: a, to: nowhere}
"""
HEADER = """
province: an-phu
version: '1.0'
title: {vi: Kiến trúc, en: Architecture}
framework: '2.0'
effective_from: 2025-01-01
"""


@pytest.mark.parametrize("header", ["", HEADER], ids=["model", "version"])
def test_what_is_torn_is_read_to_tell_of_it_and_never_taken_in(tmp_path: Path, header: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(header + TORN)
    with pytest.raises((FileRefused, DefinitionError)):
        read_model(path)
    model = read_model(path, keep_defects=True)
    assert [each.id for each in model.elements] == ["a", "a", "b"]
    assert {each.kind for each in defects(model)} == {"repeated", "dangling"}


def test_a_version_among_others_never_hides_one_of_two(tmp_path: Path) -> None:
    """What is inherited is put together by id: the second would stand for the first and nobody see it."""
    folder = tmp_path / "1.0"
    folder.mkdir()
    (folder / "version.yaml").write_text(HEADER + TORN)
    with pytest.raises(DefinitionError, match="more than once"):
        read_model(folder, keep_defects=True)
