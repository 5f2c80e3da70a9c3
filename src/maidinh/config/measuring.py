"""What the services did, as figures that supervision keeps: governance does not know the services.

Layer 0, config: the only place that puts the parts together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from django.conf import settings

from maidinh.governance.supervision.measures import ON_TIME, ONLINE, RECEIVED, Counted
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.dossiers.queries import flow_of_dossiers


def service_figures(since: datetime, until: datetime) -> Iterator[Counted]:
    """Dossiers received, submitted online and decided on time, by procedure."""
    for each in flow_of_dossiers(since, until, _online()):
        yield Counted(RECEIVED, each.procedure, each.received)
        yield Counted(ONLINE, each.procedure, each.online, each.received)
        yield Counted(ON_TIME, each.procedure, each.on_time, each.decided)


@cache
def _online() -> int:
    """The national code of submitting online."""
    codes = read_code_list(definitions_root(settings.MAIDINH.definitions) / "national", "channels").codes
    return int(next(each.code for each in codes if each.properties.get("channel") == "online"))
