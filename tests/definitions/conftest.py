"""Reading the same text again gives the same content: each is read once in a run, and only what a test altered anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maidinh.infrastructure.definitions import reading

READ: dict[tuple[bytes, int], Any] = {}
read_yaml: Callable[..., Any] = reading.read_yaml


def remembered(path: Path, *, limit: int = reading.FILE_SIZE_LIMIT) -> Any:
    """What the reader makes of the text; a refusal isn't remembered, for it names its file."""
    if not path.is_file():
        return read_yaml(path, limit=limit)
    key = (path.read_bytes(), limit)
    if key not in READ:
        READ[key] = read_yaml(path, limit=limit)
    return READ[key]


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_yaml", remembered)
