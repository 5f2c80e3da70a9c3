"""The judges: programs that others wrote, which say whether what we make is right. `make judges` makes and asks them.

Each is a folder beside this file: what it needs (see tools/judges.sh) and its tests. `judge("NAME")` is the way to it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURES = ("", "x86_64-linux-gnu", "aarch64-linux-gnu")


@dataclass(frozen=True)
class Judge:
    """One judge in its own environment."""

    name: str
    place: Path

    @property
    def python(self) -> Path:
        """The interpreter of its virtual environment."""
        return self.place / "venv" / "bin" / "python"

    def program(self, name: str) -> str:
        """Where a program of the judge lies: unpacked for it, or on this machine."""
        own = [
            self.place / "root" / "usr" / "bin" / name,
            *sorted((self.place / "root").glob(f"usr/lib/jvm/*/bin/{name}")),
        ]
        found = next((str(each) for each in own if each.exists()), None) or shutil.which(name)
        assert found, f"{name} is neither under {self.place} nor on this machine"
        return found

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of its programs: its own libraries first, none of our settings."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("MAIDINH_", "PYTHON", "DJANGO_"))
        }
        libraries = [
            str(self.place / "root" / folder / each) for folder in ("usr/lib", "lib") for each in ARCHITECTURES
        ]
        return kept | {"LD_LIBRARY_PATH": ":".join(libraries)} | more

    def run(self, *command: str | Path, timeout: float = 120, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return what it said; the caller looks at the exit code."""
        return subprocess.run(
            [str(each) for each in command], capture_output=True, text=True, timeout=timeout, check=False,
            env=options.pop("env", None) or self.environment(), **options,
        )  # fmt: skip


@pytest.fixture(scope="session")
def judge() -> Callable[[str], Judge]:
    """Return a judge by the name of its folder."""

    def named(name: str) -> Judge:
        place = ROOT / ".judges" / name
        if not (place / "ready").is_file():
            pytest.fail(f"The judge {name} is not made yet: tools/judges.sh {name}")
        return Judge(name, place)

    return named
