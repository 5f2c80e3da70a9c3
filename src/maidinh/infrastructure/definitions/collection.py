"""Making very many objects that all stay, without the garbage collector looking for those that don't.

Layer 7. It would go through all of them again and again: reading a large model took half as long again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """The garbage collector rests meanwhile; what two threads do to each other here is only that it starts early."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
