"""A model written as YAML is the same when it is read back, and reads well in a difference of git."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.writing import to_yaml
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.infrastructure.definitions.reading import read_form
from tests.governance.comparison.generated import models
from tests.governance.small import FRAMEWORKS

pytestmark = pytest.mark.slow

TEXTS = st.one_of(
    st.text(),
    st.text(alphabet=" \n\t-:#'\"|>&*!%@`{}[],?aÂđ\u0323\x85\u2028\ufeff\x07", max_size=12),
    st.sampled_from(
        ["no", "~", "1e3", "0x1f", "2026-01-01", "12:30:00", "null", "=", "<<", "---", "...", "a #b", "a: b", "\\"]
    ),
)


def read_back(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


@given(models())
@settings(max_examples=150)
def test_reading_back_gives_an_equal_model(model: Model) -> None:
    text = to_yaml(model)
    assert Model.model_validate(read_back(text)) == model
    assert to_yaml(Model.model_validate(read_back(text))) == text


@given(TEXTS, TEXTS)
@settings(max_examples=400)
def test_every_text_comes_back_to_the_letter(text: str, key: str) -> None:
    model = Model.model_validate({
        "name": {"vi": text, "other": [{"text": text}]}, "properties": [{"key": key, "value": text}],
        "carried": {"oef": {"attributes": {key: text}, "children": [text, key]}},
    })  # fmt: skip
    assert Model.model_validate(read_back(to_yaml(model))) == model


@pytest.mark.parametrize("province", ["lao-cai", "vinh-phuc", "ninh-thuan"])
def test_the_provinces_versions_are_read_as_definitions(province: str, tmp_path: Path) -> None:
    versions = read_versions(province_root(province))
    for name in versions:
        version = resolve(versions, name, FRAMEWORKS)
        file = tmp_path / f"{name}.yaml"
        file.write_text(to_yaml(version), "utf-8")
        assert read_form(file, ArchitectureVersion) == version


def test_it_reads_well() -> None:
    box = {"x": 1, "y": 2, "width": 3, "height": 4}
    model = Model.model_validate({
        "name": {"vi": "Kiến trúc", "en": "Architecture"},
        "elements": [{
            "id": "a", "kind": "platform", "name": {"vi": "Nền tảng số"}, "since": "2019",
            "masters": ["person", "land"], "documentation": {"vi": "Dòng một\n\n  dòng hai\n"},
            "cost": {"run": [{"year": 2027, "amount": 5}]},
        }],
        "views": [{"id": "v", "nodes": [{"id": "n", "element": "a", "box": box}]}],
    })  # fmt: skip
    assert to_yaml(model) == (
        "name: {vi: Kiến trúc, en: Architecture}\n"
        "elements:\n"
        "  - id: a\n"
        "    kind: platform\n"
        "    name: {vi: Nền tảng số}\n"
        "    documentation:\n"
        "      vi: |\n"
        "        Dòng một\n"
        "\n"
        "          dòng hai\n"
        '    since: "2019"\n'
        "    masters: [person, land]\n"
        "    cost: {run: [{year: 2027, amount: 5}]}\n"
        "views:\n"
        "  - id: v\n"
        "    nodes:\n"
        "      - id: n\n"
        "        element: a\n"
        "        box: {x: 1, y: 2, width: 3, height: 4}\n"
    )
