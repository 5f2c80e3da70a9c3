"""What was seen on the connections of an architecture, for its pages. Layer 2."""

from __future__ import annotations

from django.utils import timezone

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import Version, current_version
from maidinh.governance.architecture.rules import SUPERSEDED
from maidinh.governance.conformity.queries import connections
from maidinh.governance.conformity.rules import OUTSIDE, Connection


def seen_on(version: Version, model: ArchitectureVersion) -> list[Connection]:
    """What is declared and seen; traffic since the version in force was published, also held against a draft.

    It is held against the whole version; of that, what lies within `model` or was seen of nobody known is told.
    """
    at, current = timezone.now(), current_version()
    since = current.published_at if current is not None and version.state != SUPERSEDED else at
    found = connections(version.model, instance=version.instance, since=since or at, at=at)
    known = {OUTSIDE, *(each.id for each in model.elements)}
    return [each for each in found if {each.source, each.target} <= known]
