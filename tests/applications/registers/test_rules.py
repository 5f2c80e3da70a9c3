"""The same seed makes the same made-up people, and none that could be real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maidinh.applications.registers import rules
from maidinh.applications.registers.definition import LandRegister, PopulationRegister
from maidinh.applications.registers.reading import read_land, read_population
from maidinh.infrastructure.definitions.locating import definitions_root

Made = Callable[[int], tuple[PopulationRegister, LandRegister, list, list]]


@pytest.fixture(params=["lao-cai", "vinh-phuc", "ninh-thuan"])
def made(request: pytest.FixtureRequest) -> Made:
    root = definitions_root() / "provinces" / Path(request.param)
    population, land = read_population(root), read_land(root)

    def make(seed: int) -> tuple[PopulationRegister, LandRegister, list, list]:
        people = rules.people(population, seed, {})
        owners = [each.person for each in people]
        return population, land, people, rules.parcels(land, seed, owners, population.streets, {})

    return make


def test_registers_hold_what_the_definitions_ask_for(made: Made) -> None:
    population, land, people, parcels = made(1)
    assert (len(people), len(parcels)) == (population.persons, land.parcels)
    assert people[: len(population.personas)] == population.personas
    assert parcels[: len(land.named)] == land.named
    assert len({each.person for each in people}) == len(people)
    assert len({each.parcel for each in parcels}) == len(parcels)
    assert len({each.certificate for each in parcels}) == len(parcels)
    assert {each.owner for each in parcels} <= {each.person for each in people}


def test_everyone_made_up_passes_the_form_of_the_definitions(made: Made) -> None:
    population, land, people, parcels = made(1)
    for each in people:
        type(population.personas[0]).model_validate(
            {
                field: getattr(each, field)
                for field in ("person", "full_name", "date_of_birth", "sex", "residence", "commune")
            }
            | {"story": {"vi": "-"}}
        )
    for each in parcels:
        type(land.named[0]).model_validate(vars(each) | {"land_use": each.land_use.model_dump()})


def test_same_seed_same_people(made: Made) -> None:
    _, _, first, land = made(7)
    _, _, again, land_again = made(7)
    _, _, other, _ = made(8)
    assert [vars(each) for each in first] == [vars(each) for each in again]
    assert [vars(each) for each in land] == [vars(each) for each in land_again]
    assert [each.full_name for each in first] != [each.full_name for each in other]
