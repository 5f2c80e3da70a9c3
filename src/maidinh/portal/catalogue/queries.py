"""The catalogue of procedures as people look through it. Layer 3; the catalogue is public.

What this province offers stands beside what it doesn't: procedures that a national system runs, or that aren't online
here, are found too and lead there (Decree 224/2026/NĐ-CP article 15).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.portal.catalogue.rules import Searched, ranked
from maidinh.services.catalogue.definition import Listed, ProcedureCatalogue, System
from maidinh.services.catalogue.reading import read_procedure_catalogue
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import offered


@dataclass(frozen=True)
class Elsewhere:
    """A procedure that isn't done here: what is known of it, and the system where one begins it."""

    listed: Listed
    system: System


@dataclass(frozen=True)
class Found:
    """What answers a search: the procedures offered here, and those done elsewhere; each the best first."""

    here: list[Procedure]
    elsewhere: list[Elsewhere]


def search(text: str) -> list[Procedure]:
    """The procedures offered here that answer what was typed, the best first; without a text all, by name."""
    versions = {version.code: version for version in offered()}
    if not text.strip():
        return sorted((version.procedure for version in versions.values()), key=lambda each: each.name.vi)
    searched = [Searched(version.code, version.procedure.name.vi, version.search) for version in versions.values()]
    return [versions[code].procedure for code in ranked(text, searched)]


def search_everywhere(text: str) -> Found:
    """As `search`, with the procedures of the national catalogue that aren't offered here; ranked among each other."""
    versions = {version.code: version for version in offered()}
    others = {each.code: each for each in _catalogue().procedures if each.code not in versions}
    if not text.strip():
        return Found(search(""), [_elsewhere(each) for each in sorted(others.values(), key=_by_field)])
    searched = [Searched(version.code, version.procedure.name.vi, version.search) for version in versions.values()]
    codes = ranked(text, [*searched, *_searched(others.values())])
    here = [versions[code].procedure for code in codes if code in versions]
    return Found(here, [_elsewhere(others[code]) for code in codes if code in others])


def done_elsewhere(code: str) -> Elsewhere | None:
    """What is known of a procedure that isn't offered here; None when the catalogue doesn't know it."""
    return next((_elsewhere(each) for each in _catalogue().procedures if each.code == code), None)


def _catalogue() -> ProcedureCatalogue:
    return read_procedure_catalogue(definitions_root(settings.MAIDINH.definitions) / "national")


def _elsewhere(listed: Listed) -> Elsewhere:
    return Elsewhere(listed, _catalogue().system_of(listed))


def _by_field(listed: Listed) -> tuple[str, str]:
    return listed.field.vi, listed.name.vi


def _searched(others: Iterable[Listed]) -> list[Searched]:
    return [Searched(each.code, each.name.vi, _folded(each.code, each.name.vi, each.name.en or "", each.field.vi))
            for each in others]  # fmt: skip


@lru_cache(maxsize=512)
def _folded(*parts: str) -> str:
    return fold(" ".join(parts))
