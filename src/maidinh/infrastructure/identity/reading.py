"""Reading the roles of the platform from `roles.yaml`.

Layer 7.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.infrastructure.definitions.reading import read_form
from maidinh.infrastructure.identity.definition import Roles

FILE = "roles.yaml"


def read_roles(national_root: Path) -> Roles:
    """The roles and permissions of the folder `national` of the definitions. Raises DefinitionError."""
    return read_form(national_root / FILE, Roles)
