"""Where the definitions lie: the folder a setting names, the packaged copy, or the checkout's.

Layer 7. Definitions are facts, no code; every other module asks here for their place.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

PACKAGED = Path(__file__).resolve().parents[2] / "_definitions"
CHECKOUT = Path(__file__).resolve().parents[4] / "definitions"


@lru_cache(maxsize=8)
def definitions_root(configured: Path | None = None) -> Path:
    """The folder of definitions: as configured, else packaged in the wheel, else the checkout's.

    Raises FileNotFoundError when none is there.
    """
    for candidate in (configured, PACKAGED, CHECKOUT):
        if candidate is not None and (candidate / "national").is_dir():
            return candidate
    raise FileNotFoundError(
        f"no definitions found at {configured or PACKAGED}: the folder must hold national/ and provinces/"
    )


def province_root(province: str, configured: Path | None = None) -> Path:
    """The folder of one province's definitions; FileNotFoundError names the provinces that exist."""
    root = definitions_root(configured) / "provinces"
    if not (root / province).is_dir():
        known = ", ".join(sorted(p.name for p in root.iterdir() if p.is_dir())) if root.is_dir() else "none"
        raise FileNotFoundError(f"no province {province!r} among the definitions (known: {known})")
    return root / province
