"""Making up people and parcels: the same seed and the same definition make the same ones, everywhere.

Layer 5. Pure. Names and streets come from the definition; a personal number is built like a real one (sex and century,
year of birth, serial) behind the three digits that no real number starts with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

from maidinh.applications.registers.definition import LandRegister, Parcel, Persona, PopulationRegister

FIRST_BIRTH, LAST_BIRTH = date(1940, 1, 1), date(2007, 12, 31)
SEXES = ("male", "female")
SHEETS, AREAS = range(1, 60), range(60, 900)


def people(definition: PopulationRegister, seed: int, communes: Mapping[str, str]) -> list[Persona]:
    """The personas first, then as many others as the definition asks for. `communes` gives each commune's name."""
    chance = Random(f"population {definition.seed} {seed}")  # noqa: S311 - to be repeated, not to be secret
    named = list(definition.personas)
    taken = {persona.person for persona in named}
    made: list[Persona] = []
    serial = 0
    while len(named) + len(made) < definition.persons:
        serial += 1
        person = _person(definition, chance, serial, communes)
        if person.person not in taken:
            made.append(person)
    return named + made


def parcels(
    definition: LandRegister, seed: int, owners: Iterable[str], streets: list[str], communes: Mapping[str, str]
) -> list[Parcel]:
    """The named parcels first, then made-up ones owned by these people."""
    chance = Random(f"land {definition.seed} {seed}")  # noqa: S311 - the same
    named = list(definition.named)
    taken = {parcel.parcel for parcel in named}
    certificates = {parcel.certificate for parcel in named}
    holders = list(owners)
    free = (f"MAU-{number:06d}" for number in range(1, 1_000_000) if f"MAU-{number:06d}" not in certificates)
    made: list[Parcel] = []
    for sheet, number in _places(definition.parcels + len(named)):
        if len(named) + len(made) >= definition.parcels:
            break
        parcel = _parcel(definition, chance, (sheet, number), chance.choice(holders), streets, communes, free)
        if parcel.parcel not in taken:
            made.append(parcel)
    return named + made


def _person(definition: PopulationRegister, chance: Random, serial: int, communes: Mapping[str, str]) -> Persona:
    sex = chance.choice(SEXES)
    born = FIRST_BIRTH + timedelta(days=chance.randrange((LAST_BIRTH - FIRST_BIRTH).days + 1))
    mark = 2 * (born.year // 100 - 19) + SEXES.index(sex)
    commune = chance.choice(definition.communes)
    name = f"{chance.choice(definition.family_names)} {chance.choice(definition.middle_names)}"
    return Persona.model_construct(
        person=f"000{mark}{born.year % 100:02d}{serial:06d}",
        full_name=f"{name} {chance.choice(definition.given_names)}",
        date_of_birth=born,
        sex=sex,
        residence=_address(chance, definition.streets, communes.get(commune, commune)),
        commune=commune,
    )


def _places(count: int) -> Iterator[tuple[int, int]]:
    return ((sheet, number) for number in range(1, count + 1) for sheet in SHEETS)


def _parcel(
    definition: LandRegister,
    chance: Random,
    place: tuple[int, int],
    owner: str,
    streets: list[str],
    communes: Mapping[str, str],
    certificates: Iterator[str],
) -> Parcel:
    commune = chance.choice(definition.communes)
    sheet, number = place
    return Parcel.model_construct(
        parcel=f"000.{definition.communes.index(commune) + 1:05d}.{sheet}.{number}",
        owner=owner,
        commune=commune,
        address=_address(chance, streets, communes.get(commune, commune)),
        map_sheet=str(sheet),
        number=str(number),
        area=chance.choice(AREAS),
        land_use=chance.choice(definition.land_uses),
        certificate=next(certificates),
    )


def _address(chance: Random, streets: list[str], commune: str) -> str:
    return f"Số {chance.randint(1, 300)} đường {chance.choice(streets)}, {commune}"
