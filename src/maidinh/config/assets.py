"""Stylesheets, scripts, fonts and pictures, sent compressed where that helps and kept by browsers for good.

Layer 0, config. WhiteNoise sends a file's compressed twin to whoever takes it; the twins are made once, in the data
directory, so that neither the checkout nor the wheel holds anything twice. Each address carries the file's digest.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise

SOURCE = Path(__file__).resolve().parents[1] / "channels/web/static"
COMPRESSED = {".css", ".js", ".svg", ".json"}
ADDRESS = "/static/"
YEAR = 365 * 24 * 60 * 60

Application = Callable[..., Any]


def with_assets(application: Application, home: Path | None = None) -> Application:
    """The application with its assets at /static/; `home` is the data directory, by default the installation's."""
    if home is None:
        from django.conf import settings

        home = settings.MAIDINH.home.root
    return WhiteNoise(
        application,
        root=str(prepared(home / "assets")),
        prefix=ADDRESS,
        max_age=YEAR,
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
        add_headers_function=_guard,
    )


def prepared(place: Path) -> Path:
    """A copy of the assets with their compressed twins, made anew when they have changed."""
    wanted = place / _digest()
    if not wanted.is_dir():
        draft = place / f".{wanted.name}"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(SOURCE, draft)
        for file in draft.rglob("*"):
            if file.suffix in COMPRESSED:
                file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        draft.rename(wanted)
    return wanted


def _digest() -> str:
    total = hashlib.sha256()
    for file in sorted(SOURCE.rglob("*")):
        if file.is_file():
            total.update(str(file.relative_to(SOURCE)).encode() + file.read_bytes())
    return total.hexdigest()[:16]


def _guard(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
