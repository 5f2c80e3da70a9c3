"""From one exchange format through the other and back: nothing is lost that both know or that one alone knows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from maidinh.governance.interchange import archi, oef
from maidinh.governance.modelling.definition import Model
from tests.governance.interchange import archi_facts, oef_facts
from tests.governance.interchange.archi_files import archi_files
from tests.governance.interchange.models import models
from tests.governance.interchange.schemas import invalid, oef_schema

EXAMPLES = Path(__file__).parent / "examples"
OF_OEF = sorted(EXAMPLES.glob("*.oef.xml"))
OF_ARCHI = sorted(EXAMPLES.glob("archi-*.archimate"))


def through_archi(model: Model, folder: Path) -> Model:
    archi.write(model, folder / "between.archimate")
    return archi.read(folder / "between.archimate")


def through_oef(model: Model, folder: Path) -> Model:
    oef.write(model, folder / "between.xml")
    return oef.read(folder / "between.xml")


@pytest.mark.parametrize("example", OF_OEF, ids=lambda path: path.name)
def test_a_file_of_the_exchange_format_through_archi(example: Path, tmp_path: Path) -> None:
    model = oef.read(example)
    found = through_archi(model, tmp_path)
    assert found == model
    oef.write(found, tmp_path / "again.xml")
    assert oef_facts.difference(example, tmp_path / "again.xml") == {"lost": [], "added": []}


@pytest.mark.parametrize("example", OF_ARCHI, ids=lambda path: path.name)
def test_a_file_of_archi_through_the_exchange_format(example: Path, tmp_path: Path) -> None:
    found = through_oef(archi.read(example), tmp_path)
    archi.write(found, tmp_path / "again")
    before, after = archi_facts.of_file(example), archi_facts.of_file(tmp_path / "again", without_more=True)
    assert archi_facts.differences(before, after) == []


def test_what_archi_wrote_is_valid_in_the_exchange_format(tmp_path: Path) -> None:
    through_oef(archi.read(OF_ARCHI[0]), tmp_path)
    assert invalid(oef_schema(), tmp_path / "between.xml") == []


def test_what_both_know_is_said_in_the_words_of_each(tmp_path: Path) -> None:
    through_archi(oef.read(EXAMPLES / "everything.oef.xml"), tmp_path)
    text = (tmp_path / "between.archimate").read_text("utf-8")
    for each in ("accessType=", "<bendpoint ", "fillColor=", 'xsi:type="archimate:Junction"', "<documentation>"):
        assert each in text, each
    through_oef(archi.read(OF_ARCHI[0]), tmp_path)
    text = (tmp_path / "between.xml").read_text("utf-8")
    for each in (
        'accessType="ReadWrite"', "<bendpoint ", "<fillColor ", 'xsi:type="OrJunction"',
        'viewpoint="Application Cooperation"', 'isDirected="true"', "modifier=", "<organizations>",
    ):  # fmt: skip
        assert each in text, each


def uncarried(part: Any) -> Any:
    """The content of a model without what any file had besides."""
    if isinstance(part, dict):
        return {name: uncarried(each) for name, each in part.items() if name != "carried"}
    return [uncarried(each) for each in part] if isinstance(part, list) else part


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(models())
def test_any_file_of_the_exchange_format_through_archi(model: Model) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Model.model_validate(uncarried(model.model_dump(mode="json", by_alias=True)))
        given_ = through_oef(plain, Path(folder))
        assert through_archi(given_, Path(folder)) == given_


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(archi_files())
def test_any_file_of_archi_through_the_exchange_format(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        before.write_text(text, "utf-8")
        archi.write(through_oef(archi.read(before), Path(folder)), after)
        facts = archi_facts.of_file(before), archi_facts.of_file(after, without_more=True)
        assert archi_facts.differences(*facts) == []
