"""The profile in plain ArchiMate and back: nothing is lost, and what a person typed wrongly is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.interchange.profile import PREFIX, ProfileError, lift, lower
from maidinh.governance.modelling.definition import Element, Model, Phrase, Property, PropertyDefinition, Words
from maidinh.governance.modelling.metamodel import PROFILE, TYPE_OF_KIND
from tests.governance.small import FRAMEWORKS

PROVINCES = Path(__file__).resolve().parents[3] / "definitions/provinces"
VERSIONS = [
    resolve(versions, version, FRAMEWORKS)
    for versions in map(read_versions, sorted(PROVINCES.iterdir()))
    for version in versions
]
RICH = {
    "id": "x",
    "kind": "information-system",
    "layer": 5,
    "name": {"vi": "Hệ thống"},
    "description": {"vi": " mô tả "},
    "owner": "H1",
    "masters": ["one"],
    "personal_data": True,
    "security_level": 3,
    "security_basis": {"text": '"Điều 9" khoản 1', "checked": False},
    "dates": {"live": "2020-01-02"},
    "classification": {"brm": ["B1"], "trm": ["T1", "T2"]},
    "cost": {"build": [{"year": 2026, "amount": 5}], "run": [{"year": 2027, "amount": 7}, {"year": 2028, "amount": 8}]},
    "codes": {"local": "KT-1"},
    "source": "[a] source",
    "properties": [{"key": "other", "value": " kept "}],
}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda each: f"{each.province} {each.version}")
def test_a_province_comes_back_whole(version: ArchitectureVersion) -> None:
    plain = lower(version)
    assert not any(element.kind in PROFILE for element in plain.elements)
    assert not plain.principles
    assert lift(plain) == version


def test_everything_an_element_can_state_comes_back() -> None:
    model = Model(elements=[Element.model_validate(RICH)])
    plain = lower(model)
    assert plain.elements[0].kind == "application-component"
    assert plain.elements[0].documentation == Words(vi=" mô tả ")
    assert [each.value for each in plain.elements[0].properties if each.key == f"{PREFIX}classification.trm"] == [
        "T1",
        "T2",
    ]
    assert lift(plain) == model


def test_a_model_without_the_profile_stays_as_it_is() -> None:
    model = Model(elements=[Element(id="a", kind="business-actor", properties=[Property(key="p", value="")])])
    assert lower(model) == model
    assert lift(model) is model


def test_keys_are_told_by_the_name_of_their_definition() -> None:
    """Archi's own exchange export numbers the definitions."""
    owner = Property(key="propid-7", value="H1")
    model = Model(
        elements=[Element(id="a", kind="node", properties=[owner])],
        property_definitions=[
            PropertyDefinition(id="propid-7", name=Words(other=[Phrase(text="maidinh.owner", language="en")]))
        ],
    )
    assert lift(model).elements[0].owner == "H1"


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("maidinh.security_level", "cao", "security_level"),
        ("maidinh.dates.live", "hôm qua", "dates.live"),
        ("maidinh.nothing", "x", "nothing"),
        ("maidinh.cost.build", "{broken", "cost.build"),
        ("maidinh.kind", "spaceship", ""),
    ],
)
def test_what_a_person_typed_wrongly_is_named(key: str, value: str, field: str) -> None:
    wrong = Element(id="a", kind="node", properties=[Property(key=key, value=value)])
    with pytest.raises(ProfileError) as refused:
        lift(Model(elements=[wrong]))
    assert [(each.item, each.field) for each in refused.value.problems] == [("a", field)]


def test_every_kind_stands_for_a_type() -> None:
    assert all(PROFILE[kind] in set(TYPE_OF_KIND.values()) for kind in PROFILE)
