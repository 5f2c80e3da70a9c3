"""Filling the synthetic registers of a sample installation. Layer 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from maidinh.applications.registers import rules
from maidinh.applications.registers.definition import LandRegister, PopulationRegister
from maidinh.applications.registers.models import Parcel, Person

BATCH = 1000
PERSON_FIELDS = ("person", "full_name", "date_of_birth", "sex", "residence", "commune")
PARCEL_FIELDS = ("parcel", "commune", "address", "map_sheet", "number", "area", "certificate")


@dataclass(frozen=True)
class Loaded:
    """How many rows the registers hold now."""

    persons: int
    parcels: int


@transaction.atomic
def load_registers(
    *, population: PopulationRegister, land: LandRegister, seed: int, communes: Mapping[str, str] | None = None
) -> Loaded:
    """Make the registers exactly what the definitions and the seed say; `communes` names communes given by code."""
    names = communes or {}
    people = rules.people(population, seed, names)
    plots = rules.parcels(land, seed, [each.person for each in people], population.streets, names)
    Parcel.objects.all().delete()
    Person.objects.all().delete()
    Person.objects.bulk_create(
        (Person(**{field: getattr(each, field) for field in PERSON_FIELDS}) for each in people), batch_size=BATCH
    )
    Parcel.objects.bulk_create(
        (
            Parcel(
                owner_id=each.owner,
                land_use_vi=each.land_use.vi,
                land_use_en=each.land_use.en or "",
                **{field: getattr(each, field) for field in PARCEL_FIELDS},
            )
            for each in plots
        ),
        batch_size=BATCH,
    )
    return Loaded(len(people), len(plots))
