"""The log as tiles (C2SP tlog-tiles): where each file lies, what stands in it, and how a growing tree fills them.

Layer 7, pure. A tile has up to 256 hashes; a hash of level L+1 covers a full tile of level L.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from maidinh.infrastructure.translog.merkle import EMPTY_ROOT, HASH_BYTES, Subtree, complete_root, leaf_hash, node_hash

WIDTH = 256
HEIGHT = 8  # binary levels in a tile
ENTRY_LIMIT = 65_535


class TileError(ValueError):
    """A file of the log does not have the form or the length that it should."""


def number_path(number: int) -> str:
    """Return a tile's number as path elements of three digits, as in x001/x234/067."""
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: int | None, number: int, width: int = WIDTH) -> str:
    """Return the path of a tile, or of a bundle of entries where the level is None."""
    name = "entries" if level is None else str(level)
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{name}/{number_path(number)}{partial}"


def width_at(level: int, number: int, size: int) -> int:
    """Return how many hashes a tile has in the tree of `size` leaves."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def tiles_at(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (level, number, width) of every tile in the tree of `size` leaves, lowest level first."""
    level = 0
    while count := size >> (HEIGHT * level):
        for number in range((count + WIDTH - 1) // WIDTH):
            yield level, number, width_at(level, number, size)
        level += 1


def split_hashes(data: bytes, width: int) -> list[bytes]:
    """Read a tile."""
    if len(data) != width * HASH_BYTES:
        raise TileError(f"a tile of {width} hashes has {width * HASH_BYTES} bytes, not {len(data)}")
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def join_entries(entries: Sequence[bytes]) -> bytes:
    """Write a bundle of entries."""
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise TileError("an entry is too long for a bundle")
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def split_entries(data: bytes, width: int) -> list[bytes]:
    """Read a bundle of entries."""
    entries: list[bytes] = []
    place = 0
    while place < len(data):
        if place + 2 > len(data):
            raise TileError("a bundle of entries ends within a length")
        (length,) = struct.unpack_from(">H", data, place)
        entry = data[place + 2 : place + 2 + length]
        if len(entry) != length:
            raise TileError("a bundle of entries ends within an entry")
        entries.append(entry)
        place += 2 + length
    if len(entries) != width:
        raise TileError(f"a bundle should have {width} entries and has {len(entries)}")
    return entries


def subtree_from(tile: Callable[[int, int], Sequence[bytes]]) -> Subtree:
    """Return the subtree function of a tree in tiles, given how a tile's hashes are read by (level, number)."""

    def subtree(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        start = index << height
        number, offset = divmod(start, WIDTH)
        return complete_root(tile(tile_level, number)[offset : offset + (1 << height)])

    return subtree


@dataclass
class Edge:
    """The right edge of a growing tree: what is in the tile of each level that is not full yet."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[int | None, int, bytes]]:
        """Take one more leaf; return each file that becomes full by it as (level, number, content)."""
        full: list[tuple[int | None, int, bytes]] = []
        self.entries.append(leaf)
        carried = leaf_hash(leaf)
        level = 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            row.append(carried)
            if len(row) < WIDTH:
                break
            number = self.size >> (HEIGHT * (level + 1))
            if level == 0:
                full.append((None, number, join_entries(self.entries)))
                self.entries.clear()
            full.append((level, number, b"".join(row)))
            carried = complete_root(row)
            row.clear()
            level += 1
        self.size += 1
        return full

    def partial(self) -> Iterator[tuple[int | None, int, int, bytes]]:
        """Yield each file that is not full as (level, number, width, content)."""
        if self.entries:
            yield None, self.size // WIDTH, len(self.entries), join_entries(self.entries)
        for level, row in enumerate(self.levels):
            if row:
                yield level, self.size >> (HEIGHT * (level + 1)), len(row), b"".join(row)

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        peaks: list[bytes] = []  # roots of the complete subtrees, from the left
        for row in reversed(self.levels):
            start = 0
            for power in range(HEIGHT - 1, -1, -1):
                if len(row) & (1 << power):
                    peaks.append(complete_root(row[start : start + (1 << power)]))
                    start += 1 << power
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root
