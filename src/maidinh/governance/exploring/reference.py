"""What a reader holds an architecture against: reference models and technologies as trees and as a shelf, and notice.

Layer 4, governance. Read from the definitions of the nation and of a province: frameworks, catalogues, network zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.governance.modelling.catalogues import Catalogue, Shelf, read_catalogues, shelf_of
from maidinh.infrastructure.definitions.code_lists import read_code_lists
from maidinh.infrastructure.definitions.definition import Provenance, Text
from maidinh.infrastructure.definitions.reading import read_form

NOTICE_FILE = "notice.yaml"


class Notice(Provenance):
    """How many days before a day one begins to be warned of it."""

    id: str
    name: Text
    contract_ends_days: int = Field(ge=0)
    technology_retires_days: int = Field(ge=0)


@dataclass(frozen=True)
class Source:
    """A catalogue and the framework that it comes from; None where it is of no framework."""

    catalogue: Catalogue
    framework: str | None = None


@dataclass(frozen=True)
class Reference:
    """Everything that an architecture of a province refers to."""

    shelf: Shelf
    sources: tuple[Source, ...]


def read_notice(national_root: Path) -> Notice:
    """How early to warn. Raises DefinitionError."""
    return read_form(national_root / NOTICE_FILE, Notice)


def read_reference(national_root: Path, province: Path | None = None) -> Reference:
    """The catalogues of the frameworks, the nation, and the province if one is named. Raises DefinitionError."""
    lists = read_code_lists(national_root)
    sources = [
        Source(catalogue, framework.id)
        for framework in read_frameworks(national_root).values()
        for catalogue in framework.catalogues()
    ]
    sources += [Source(each) for each in read_catalogues(national_root).values()]
    sources += [Source(each) for each in (read_catalogues(province).values() if province is not None else ())]
    return Reference(shelf_of((each.catalogue for each in sources), lists), tuple(sources))
