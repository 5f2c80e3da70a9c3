"""What a running installation writes down of itself, so that every command finds it from its data directory alone.

Layer 0, config. A demonstration has a database name, a province and ports of its own; whoever stands in a second
terminal knows none of them. Nothing secret stands in the file, and no process is started by it: only commands read it.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

from maidinh.config.environment import Environment, default_home
from maidinh.infrastructure.home import Home

NAME = "installation.json"
KEPT = ("province", "database_name", "host", "port", "gateway_host", "gateway_port", "services_port", "sample", "seed")


def record(environment: Environment) -> None:
    """Write it, whole or not at all."""
    told = {name: getattr(environment, name) for name in KEPT}
    handle, written = tempfile.mkstemp(dir=environment.data, prefix=f".{NAME}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(told, file, indent=2)
        file.write("\n")
    Path(written).chmod(0o644)
    Path(written).replace(environment.data / NAME)


def recorded(data: Path) -> dict[str, Any]:
    """What the installation there wrote down; nothing where it wrote nothing that can be read."""
    try:
        told = json.loads((data / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: told[name] for name in KEPT if name in told} if isinstance(told, dict) else {}


def environment_here(**given: Any) -> Environment:
    """The settings: as given, then as the environment's variables say, then as the installation there wrote down."""
    said = Environment(**given)
    kept = {name: value for name, value in recorded(said.data).items() if name not in said.model_fields_set}
    return Environment(**given | kept) if kept else said


def demonstrations() -> list[Path]:
    """Where demonstrations of this user keep their data."""
    place = default_home().with_name("maidinh-demo")
    return sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() else []


def demonstration_meant() -> Path | None:
    """The demonstration that whoever names no place must mean where nothing is installed: the one that runs, or is."""
    if os.environ.get("MAIDINH_DATA") or default_home().exists():
        return None
    there = demonstrations()
    running = [each for each in there if _answers(Home(each).signer_socket)]
    only = running or there
    return only[0] if len(only) == 1 else None


def _answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(1)
        try:
            asked.connect(str(place))
        except OSError:
            return False
    return True
