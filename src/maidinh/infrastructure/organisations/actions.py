"""Loading the province's agencies from its definitions. Layer 7."""

from __future__ import annotations

from django.db import transaction

from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.infrastructure.organisations.models import Agency


@transaction.atomic
def load_agencies(*, organisations: Organisations) -> int:
    """Bring the agencies' rows up to the definition; returns how many there are. None is ever deleted."""
    pending = {agency.code: agency for agency in organisations.agencies}
    loaded: set[str] = set()
    while pending:
        ready = [a for a in pending.values() if a.parent is None or a.parent in loaded]
        if not ready:
            raise ValueError(f"agencies are each other's parents: {', '.join(sorted(pending))}")
        for agency in ready:
            Agency.objects.update_or_create(
                code=agency.code,
                defaults={
                    "name_vi": agency.name.vi,
                    "name_en": agency.name.en or "",
                    "kind": agency.kind,
                    "tier": agency.tier,
                    "parent_id": agency.parent,
                    "aliases": [alias.model_dump() for alias in agency.aliases],
                    "valid_from": agency.valid_from,
                    "valid_to": agency.valid_to,
                    "successor": agency.successor or "",
                    "checked": agency.checked,
                    "sample": agency.sample,
                },
            )
            loaded.add(agency.code)
            del pending[agency.code]
    return len(loaded)
