"""Files that commands write: whole or not at all, in the form that their name asks for. Layer 0, config."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.modelling.definition import Model

FORM_BY_ENDING = {".yaml": "yaml", ".yml": "yaml", ".xml": "oef", ".archimate": "archimate"}


class UnknownForm(Exception):
    """A file's name asks for no form that is known here; the message says which are."""


def written(model: Model, path: Path) -> bytes:
    """The model in the form that the file's name asks for. Raises UnknownForm, FileRefused."""
    from maidinh.governance.interchange.files import content_of

    if path.suffix not in FORM_BY_ENDING:
        raise UnknownForm(f"{path}: expected a name that ends in one of {', '.join(FORM_BY_ENDING)}")
    form = FORM_BY_ENDING[path.suffix]
    return content_of(stated_alone(model, path) if form == "yaml" else model, form)


def stated_alone(model: Model, near: Path) -> Model:
    """The model as a YAML file states it: a version that inherits none says what it leaves out of its framework."""
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.architecture.reading import frameworks_around, standing_alone

    if not isinstance(model, ArchitectureVersion) or model.inherits is not None:
        return model
    return standing_alone(model, frameworks_around(near))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: whoever reads it meanwhile sees the old one."""
    if path.is_dir():
        raise IsADirectoryError(f"{path}: {say('this is a folder: name a file in it')}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: {say('there is no such folder: make it first')}")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
