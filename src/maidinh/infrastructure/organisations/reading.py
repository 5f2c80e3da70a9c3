"""Reading the agencies and (synthetic) officials of a province from `organisations.yaml`.

Layer 7.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.infrastructure.definitions.reading import read_form
from maidinh.infrastructure.organisations.definition import Organisations

FILE = "organisations.yaml"


def read_organisations(province_root: Path) -> Organisations:
    """The organisations of the province whose definitions lie there. Raises DefinitionError."""
    return read_form(province_root / FILE, Organisations)
