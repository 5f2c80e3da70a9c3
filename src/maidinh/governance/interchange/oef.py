"""The ArchiMate Model Exchange File Format 3.x (OEF), both ways without loss. Layer 4, governance.

`read` gives the model of a file as other tools see it (plain kinds, properties), `write` takes such a one; the profile
of this project is put on and taken off by whoever calls.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.governance.interchange.oef_file_reading import model_of
from maidinh.governance.interchange.oef_file_writing import content
from maidinh.governance.modelling.definition import Model


def read(path: Path) -> Model:
    """The model in the file. Raises FileRefused with every problem; then nothing of it is taken in."""
    return model_of(path)


def write(model: Model, path: Path) -> None:
    """Write the model. Raises FileRefused for what no OEF file can hold; then nothing is written."""
    path.write_bytes(content(model, path))
