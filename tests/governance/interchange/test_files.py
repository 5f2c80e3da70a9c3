"""A model through every format: told by its content, read whole or not at all, equal when it comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.interchange.detection import detect
from maidinh.governance.interchange.files import content_of, read_model
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.definition import Element, Model, Relation
from maidinh.infrastructure.definitions.reading import DefinitionError

pytestmark = pytest.mark.slow

PROVINCES = Path(__file__).resolve().parents[3] / "definitions/provinces"
FOLDERS = sorted(PROVINCES.glob("*/architecture/*"))
FORMATS = {"oef": "oef", "archimate": "archimate", "yaml": "yaml"}


def written(model: Model, kind: str, folder: Path) -> Path:
    path = folder / "model.dat"  # the name says nothing
    path.write_bytes(content_of(model, kind))
    return path


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_a_province_comes_back_from_every_format(folder: Path, kind: str, tmp_path: Path) -> None:
    version = read_model(folder)
    assert isinstance(version, ArchitectureVersion)
    assert len(version.elements) >= 150
    path = written(version, kind, tmp_path)
    assert detect(path) == kind
    back = read_model(path)
    assert back == version


def test_a_model_goes_through_one_format_into_the_other_and_back(tmp_path: Path) -> None:
    version = read_model(FOLDERS[0])
    there = read_model(written(version, "oef", tmp_path))
    across = read_model(written(there, "archimate", tmp_path))
    assert read_model(written(across, "oef", tmp_path)) == version


def test_what_is_no_model_is_refused_with_what_would_be_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\x00\x01")
    with pytest.raises(FileRefused, match="give the ArchiMate exchange format"):
        read_model(path)
    with pytest.raises(FileRefused, match="can't be read"):
        read_model(tmp_path / "nowhere")
    with pytest.raises(FileRefused, match=r"no version\.yaml"):
        read_model(tmp_path)


def test_everything_wrong_in_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("elements:\n  - {id: a, kind: spaceship}\n  - id: b\n    kind: node\n    colour: red\n")
    with pytest.raises(DefinitionError) as refused:
        read_model(path)
    assert [(each.line, each.place) for each in refused.value.problems] == [(2, "elements.0"), (5, "elements.1.colour")]


def test_a_ring_of_parts_is_refused_unless_it_is_wanted(tmp_path: Path) -> None:
    ends = [("a", "b"), ("b", "a")]
    ringed = Model(
        elements=[Element(id=each, kind="node") for each in "ab"],
        relations=[
            Relation.model_validate({"id": f"{source}{target}", "kind": "composition", "from": source, "to": target})
            for source, target in ends
        ],
    )
    path = written(ringed, "yaml", tmp_path)
    with pytest.raises(FileRefused, match="part of itself"):
        read_model(path)
    assert read_model(path, keep_cycles=True) == ringed


def test_a_property_that_says_nonsense_is_told_at_its_element(tmp_path: Path) -> None:
    content = content_of(read_model(FOLDERS[0]), "oef").decode()
    assert "maidinh.security_level" in content
    path = tmp_path / "file"
    level = re.compile(r'(<property propertyDefinitionRef="maidinh.security_level">\s*<value>)3')
    path.write_text(level.sub(r"\1ba", content))
    with pytest.raises(FileRefused) as refused:
        read_model(path)
    assert all("security_level" in each.text and each.place for each in refused.value.problems)
