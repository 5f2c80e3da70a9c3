"""The catalogue of procedures as people look through it. Layer 3; the catalogue is public."""

from __future__ import annotations

from maidinh.portal.catalogue.rules import Searched, ranked
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import offered


def search(text: str) -> list[Procedure]:
    """The procedures that answer what was typed, the best first; all of them, by name, when nothing was."""
    versions = {version.code: version for version in offered()}
    if not text.strip():
        return sorted((version.procedure for version in versions.values()), key=lambda each: each.name.vi)
    searched = [Searched(version.code, version.procedure.name.vi, version.search) for version in versions.values()]
    return [versions[code].procedure for code in ranked(text, searched)]
