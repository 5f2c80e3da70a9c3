"""Who else works at the official's agency, to hand steps to. Layer 2."""

from __future__ import annotations

from maidinh.channels.wording import language
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import officials_of


def colleagues_of(actor: Actor, role: str = "") -> list[tuple[str, str]]:
    """Who else works at the official's agency, in a role where one is named: id and name with title."""
    return [
        (person.pk, f"{person.name} ({person.title_en or person.title_vi if language() == 'en' else person.title_vi})")
        for person in officials_of(actor.agency, role)
        if person.pk != actor.id
    ]
