"""Architecture models from and to files, whatever their form: the one place that knows which.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.modelling.definition import Model

VERSION_FILE = "version.yaml"
YAML = (".yaml", ".yml")
SIZE_LIMIT = 32 * 1024 * 1024  # bytes; a model of thousands of elements with all its drawings has a quarter of it

_OF_A_VERSION = re.compile(r"^(?:province|framework)\s*:", re.MULTILINE)


class UnknownForm(Exception):
    """A file is of no form that is known here; the message says which are."""


def read_any(path: Path) -> Model:
    """The model in a file, or in a version's folder; a version with all it inherits, standing on its own.

    Raises FileNotFoundError, UnknownForm, DefinitionError.
    """
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.modelling.definition import Model
    from maidinh.infrastructure.definitions.reading import read_form

    file = path / VERSION_FILE if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(f"{file}: there is no such file")
    if file.suffix not in YAML:
        raise UnknownForm(f"{file}: expected a version's folder or a file that ends in {' or '.join(YAML)}")
    if _OF_A_VERSION.search(file.read_text("utf-8", errors="replace")):
        return _resolved(file, read_form(file, ArchitectureVersion, limit=SIZE_LIMIT))
    return read_form(file, Model, limit=SIZE_LIMIT)


def written(model: Model, path: Path) -> str:
    """The model in the form that the file's name asks for. Raises UnknownForm."""
    from maidinh.governance.modelling.writing import to_yaml

    if path.suffix not in YAML:
        raise UnknownForm(f"{path}: expected a name that ends in {' or '.join(YAML)}")
    return to_yaml(model)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: whoever reads it meanwhile sees the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _resolved(file: Path, version: ArchitectureVersion) -> Model:
    """The version with what it inherits, from the folders beside its own; it no longer says that it inherits."""
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.architecture.reading import resolve
    from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_form

    line = {version.version: version}
    wanted = version.inherits
    while wanted is not None and wanted not in line:
        beside = file.resolve().parent.parent / wanted / VERSION_FILE
        if not beside.is_file():
            raise DefinitionError([Problem(file, 1, "inherits", f"expected the inherited version at {beside}")])
        line[wanted] = read_form(beside, ArchitectureVersion, limit=SIZE_LIMIT)
        wanted = line[wanted].inherits
    try:
        return resolve(line, version.version).model_copy(update={"inherits": None})
    except ValueError as error:
        raise DefinitionError([Problem(file, 1, "inherits", str(error))]) from None
