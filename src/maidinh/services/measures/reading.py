"""Reading the versions of the index from the definitions. Layer 4."""

from __future__ import annotations

from pathlib import Path

from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all
from maidinh.services.measures.definition import IndexDefinition, overlapping

FOLDER = "measures/766"


def read_index(national_root: Path) -> list[IndexDefinition]:
    """Every version, the oldest first. Raises DefinitionError, also where two hold on the same day."""
    found = read_all(sorted((national_root / FOLDER).glob("*.yaml")), IndexDefinition)
    both = overlapping(list(found.values()))
    if both is not None:
        path = next(path for path, each in found.items() if each is both[1])
        said = f"a first day after the last one of version {both[0].version}: give that one a `valid_to`"
        raise DefinitionError([Problem(path, 1, "valid_from", said)])
    return sorted(found.values(), key=lambda each: each.valid_from)
