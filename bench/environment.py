"""Child processes that are measured, and the peers' own environment, so that they change nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".bench-venv"
LIMIT = 600  # seconds after which a child is given up


def measured(arguments: list[str], python: Path | None = None, limit: float = LIMIT) -> dict[str, Any] | None:
    """What a child prints as JSON; None when it fails. A child for each run: nothing is warm, memory is its own."""
    command = [str(python or sys.executable), *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        print(f"given up after {limit:.0f} s: {' '.join(arguments)}", file=sys.stderr)
        return None
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def peak_megabytes() -> float:
    """The most memory that this process had at once."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system doesn't tell the peak of a process")


def node(name: str) -> Path | None:
    """The folder of a peer in JavaScript, its packages installed in it as its lock file has them; None without them."""
    place = ROOT / "bench" / name
    wanted = (place / "package-lock.json").read_bytes()
    installed = place / "node_modules/.package-lock.json"
    mark = place / "node_modules/.installed"
    try:
        if not (installed.exists() and mark.exists() and mark.read_bytes() == wanted):
            install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(install, cwd=place, check=True, capture_output=True, text=True, timeout=LIMIT)
            mark.write_bytes(wanted)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"peer not available: {name} ({error})", file=sys.stderr)
        return None
    return place


def peer(package: str, version: str) -> Path | None:
    """The Python that has the peer installed; None when it can't be had here."""
    python = PEERS / "bin/python"
    wanted = f"{package}=={version}"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True, capture_output=True, timeout=LIMIT)
        has = subprocess.run(
            [str(python), "-m", "pip", "freeze"], capture_output=True, text=True, check=True, timeout=60
        )
        if wanted.lower() not in has.stdout.lower().splitlines():
            install = [str(python), "-m", "pip", "install", "--quiet", wanted]
            subprocess.run(install, check=True, capture_output=True, text=True, timeout=LIMIT)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"peer not available: {wanted} ({error})", file=sys.stderr)
        return None
    return python
