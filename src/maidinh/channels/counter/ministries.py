"""What a leader sees on the worklist of dossiers that ministries run on the territory, as the national portal told it.

Layer 2. Decree 224/2026/NĐ-CP article 15: the province receives the statuses of all procedures on its territory.
"""

from __future__ import annotations

from typing import Any

from maidinh.channels.wording import language, status_name
from maidinh.infrastructure.actor import Actor
from maidinh.portal.tracking.queries import catalogue_name
from maidinh.services.nationalportal.queries import WATCHES, sectoral_for

SHOWN = 20


def ministries_of(actor: Actor) -> list[dict[str, Any]]:
    """The newest of them, for who watches progress; none for others."""
    if not actor.may(WATCHES):
        return []
    found = []
    for dossier in sectoral_for(actor)[:SHOWN]:
        name = catalogue_name(dossier.procedure)
        found.append({
            "code": dossier.code,
            "procedure": name.in_language(language()) if name is not None else dossier.procedure,
            "agency": dossier.agency_name,
            "status": status_name(dossier.status),
            "at": dossier.status_at,
        })  # fmt: skip
    return found
