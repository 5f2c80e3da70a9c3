"""Run by the peer's own Python: read a model with pyArchimate, write it again, and tell time and memory."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pyArchimate import Model, Writers


def main(source: str, target: str) -> None:
    """Read, and write where a target is given."""
    begun = time.perf_counter()
    model = Model("peer")
    model.read(source)
    read = time.perf_counter() - begun
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            peak = int(line.split()[1]) / 1024
    written = None
    if target:
        begun = time.perf_counter()
        model.write(target, Writers.archimate)
        written = time.perf_counter() - begun
    print()
    print(json.dumps({"read": read, "write": written, "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
