"""A model as facts says all that the model says, and each single value stands under a path of its own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.comparison.facts import facts_of, model_of
from maidinh.governance.comparison.parts import Incomparable
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.locating import province_root
from tests.governance.comparison.generated import models
from tests.governance.small import FRAMEWORKS, architecture, element


@given(models())
@settings(max_examples=150)
def test_a_model_made_of_its_facts_is_equal(model: Model) -> None:
    facts = facts_of(model)
    assert model_of(facts) == model
    assert json.loads(json.dumps(list(facts.values()))) == list(facts.values()), "a fact is what JSON can hold"


@pytest.mark.parametrize("province", ["lao-cai", "vinh-phuc", "ninh-thuan"])
def test_the_provinces_versions_are_equal_too(province: str) -> None:
    versions = read_versions(province_root(province))
    for name in versions:
        version = resolve(versions, name, FRAMEWORKS)
        again = model_of(facts_of(version))
        assert isinstance(again, ArchitectureVersion)
        assert again == version


def test_paths_go_down_to_single_values() -> None:
    box = {"x": 1, "y": 2, "width": 3, "height": 4}
    model = architecture(
        elements=[
            element(
                "a", "platform", 5, cost={"run": [{"year": 2027, "amount": 5}]}, classification={"brm": ["B1"]},
                properties=[{"key": "k.1", "value": "x"}, {"key": "j", "value": "y"}, {"key": "k.1", "value": "z"}],
            )
        ],
        relations=[],
        folders=[{"id": "f", "holds": ["a"]}],
        views=[{"id": "v", "nodes": [{"id": "n", "nodes": [{"id": "m", "box": box}]}]}],
    )  # fmt: skip
    facts = facts_of(model)
    assert facts[("elements", "a")] == {
        "kind": "platform", "layer": 5, "name.vi": "Tên a", "name.en": "a", "state": "live", "personal_data": False,
        "checked": True, "sample": False, "cost.run.2027": [5], "classification.brm": ["B1"], "folders": ["f"],
        "properties.k.1": ["x", "z"], "properties.j": ["y"], "properties:order": ["k.1", "j", "k.1"],
    }  # fmt: skip
    assert facts[("nodes", "v/m")] == {
        "kind": "element",
        "box.x": 1,
        "box.y": 2,
        "box.width": 3,
        "box.height": 4,
        "parent": "n",
    }
    assert facts[("header", "")]["title.vi"] == "Thử"


def test_ids_that_stand_twice_are_all_named() -> None:
    node = {"id": "n"}
    model = Model.model_validate({
        "elements": [{"id": "a", "kind": "node"}, {"id": "a", "kind": "node"}],
        "views": [{"id": "v", "nodes": [node, node]}], "folders": [{"id": "f"}, {"id": "f"}],
    })  # fmt: skip
    with pytest.raises(Incomparable) as refusal:
        facts_of(model)
    assert len(refusal.value.problems) == 3
