"""The made-up people whom the stand-in identity provider knows: officials and citizens of the sample.

Layer 7, adapter. Everyone here comes from definitions that say they are samples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.organisations.definition import Organisations

CITIZENS = Text(vi="Công dân", en="Citizens")


@dataclass(frozen=True)
class Persona:
    """A made-up person: under which heading they stand, what is said of them, and what the provider vouches for."""

    subject: str
    name: str
    group: Text
    note: Text
    claims: Mapping[str, str]


def citizen_persona(*, person: str, name: str, note: Text) -> Persona:
    """A citizen; the subject doesn't tell the personal number."""
    subject = f"citizen-{hashlib.sha256(person.encode()).hexdigest()[:16]}"
    return Persona(subject, name, CITIZENS, note, {"name": name, "personal_number": person})


def official_personas(*, organisations: Organisations, roles: Roles) -> list[Persona]:
    """Every official, by agency in the definitions' order."""
    found = []
    for agency in organisations.agencies:
        for person in organisations.officials:
            if person.agency != agency.code:
                continue
            held = [roles.role(role).name for role in person.roles]
            note = Text(
                vi=f"{person.title.vi} ({', '.join(each.vi for each in held)})",
                en=f"{person.title.en or person.title.vi} ({', '.join(each.en or each.vi for each in held)})",
            )
            claims = {"name": person.name, "official_id": person.id}
            found.append(Persona(f"official-{person.id}", person.name, agency.name, note, claims))
    return found
