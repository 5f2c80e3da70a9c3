"""The synthetic registers of a sample province: what the generator makes, and the personas that have names.

Layer 5. A stand-in for the national population and land databases, which no installation may copy. Everything in it
is made up: personal numbers start with the digits that no real number starts with.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from maidinh.infrastructure.definitions.definition import Form, Text

PersonalNumber = Field(pattern=r"^000\d{9}$")


class Persona(Form):
    """A made-up person that a demonstration can log in as or look up."""

    person: str = PersonalNumber
    full_name: str = Field(min_length=2, max_length=80)
    date_of_birth: date
    sex: Literal["female", "male"]
    residence: str = Field(min_length=3, max_length=200)
    commune: str
    role: Literal["citizen", "business"] = "citizen"
    story: Text
    parcels: list[str] = []


class PopulationRegister(Form):
    """`registers/population.yaml`: how many people, where, and who has a name."""

    service: Literal["population"]
    sample: Literal[True]
    seed: int = Field(ge=0)
    persons: int = Field(ge=1, le=1_000_000)
    communes: list[str] = Field(min_length=1)
    family_names: list[str] = Field(min_length=1)
    middle_names: list[str] = Field(min_length=1)
    given_names: list[str] = Field(min_length=1)
    streets: list[str] = Field(min_length=1)
    personas: list[Persona] = Field(min_length=1)


class Parcel(Form):
    """A made-up parcel of land (thửa đất)."""

    parcel: str = Field(pattern=r"^000\.\d{5}\.\d{1,4}\.\d{1,5}$")
    owner: str = PersonalNumber
    commune: str
    address: str = Field(min_length=3, max_length=200)
    map_sheet: str = Field(pattern=r"^\d{1,4}$")
    number: str = Field(pattern=r"^\d{1,5}$")
    area: int = Field(gt=0)
    land_use: Text
    certificate: str = Field(pattern=r"^MAU-\d{6}$")


class LandRegister(Form):
    """`registers/land.yaml`: how many parcels, where, and the parcels of the personas."""

    service: Literal["land"]
    sample: Literal[True]
    seed: int = Field(ge=0)
    parcels: int = Field(ge=1, le=1_000_000)
    communes: list[str] = Field(min_length=1)
    land_uses: list[Text] = Field(min_length=1)
    named: list[Parcel] = Field(min_length=1)
