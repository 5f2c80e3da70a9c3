"""The files of a version as the definitions hold them: where a draft takes its beginning, comments and all.

Layer 4.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.infrastructure.definitions.reading import DefinitionError, read_form, read_text
from maidinh.services.authoring.definition import FILE_NAME, MAIN, Files
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.reading import FOLDER


def files_of_version(province_root: Path, procedure: Procedure) -> Files | None:
    """The files of this version; None where there are none, or where they say something else than what is kept."""
    folder = province_root / FOLDER / procedure.code / procedure.version
    try:
        found = read_form(folder / MAIN, Procedure)
    except DefinitionError:
        return None
    if found.model_copy(update={"effective_to": procedure.effective_to}) != procedure:
        return None
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml"))
    return {name: read_text(folder / name) for name in names if FILE_NAME.fullmatch(name)}
