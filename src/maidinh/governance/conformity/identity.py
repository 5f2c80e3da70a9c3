"""The identity of a model, whatever the order in its file; kept up to date when the model is edited.

Layer 4, governance. Pure. SHA-256 over the things in the order of their ids, in heaps, so that an edit hashes one heap.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from maidinh.governance.modelling.definition import Model

HEAPS = 256
THINGS = {"elements", "relations", "principles", "views"}


class Identity:
    """The hashes of a model's things."""

    def __init__(self, things: Mapping[str, Any]) -> None:
        self._heaps: list[dict[str, bytes]] = [{} for _ in range(HEAPS)]
        for each, thing in things.items():
            self._heaps[_heap(each)][each] = _digest(thing)
        self._hashes = [_together(heap) for heap in self._heaps]

    def put(self, each: str, thing: Any | None) -> None:
        """The thing is now this, or gone."""
        number = _heap(each)
        if thing is None:
            self._heaps[number].pop(each, None)
        else:
            self._heaps[number][each] = _digest(thing)
        self._hashes[number] = _together(self._heaps[number])

    def of(self, model: Model) -> str:
        """The hash of the model that has these things."""
        serializer = type(model).__pydantic_serializer__
        header = serializer.to_json(model, exclude=THINGS, exclude_defaults=True, by_alias=True)
        return hashlib.sha256(header + b"".join(self._hashes)).hexdigest()


def model_hash(model: Model) -> str:
    """The identity of a model."""
    things: dict[str, Any] = {}
    for section in (model.principles, model.views, model.relations, model.elements):
        things |= {each.id: each for each in section}
    return Identity(things).of(model)


def _heap(each: str) -> int:
    return zlib.crc32(each.encode()) % HEAPS


def _digest(thing: Any) -> bytes:
    serializer = type(thing).__pydantic_serializer__
    return hashlib.sha256(serializer.to_json(thing, exclude_defaults=True, by_alias=True)).digest()


def _together(heap: Mapping[str, bytes]) -> bytes:
    return hashlib.sha256(b"".join(heap[each] for each in sorted(heap))).digest()
