"""The published files of the log: read by anyone, written by the sequencer so that a power cut leaves no half file.

Layer 7. A web server can hand the directory out as it is. Only the sequencer may write; its lock file says who that is.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO

from maidinh.infrastructure.translog.merkle import Subtree, leaf_hash
from maidinh.infrastructure.translog.tiles import (
    HEIGHT,
    WIDTH,
    Edge,
    TileError,
    split_entries,
    split_hashes,
    subtree_from,
    tile_path,
    width_at,
)

CHECKPOINT, WITNESSED, ORIGIN = "checkpoint", "witnessed", "origin.json"


class PublishedLog:
    """The files under one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def checkpoint(self) -> str | None:
        """Return the latest signed checkpoint."""
        with suppress(FileNotFoundError):
            return (self.root / CHECKPOINT).read_text("utf-8")
        return None

    def witnessed(self) -> str | None:
        """Return the newest checkpoint that a quorum of witnesses cosigned."""
        with suppress(FileNotFoundError):
            return (self.root / WITNESSED).read_text("utf-8")
        return None

    def hashes(self, level: int, number: int, width: int) -> list[bytes]:
        """Return the first `width` hashes of a tile."""
        data, found = self._read(level, number, width)
        try:
            return split_hashes(data, found)[:width]
        except TileError as error:
            raise TileError(f"{tile_path(level, number, found)}: {error}") from error

    def entries(self, number: int, width: int) -> list[bytes]:
        """Return the first `width` entries of a bundle."""
        data, found = self._read(None, number, width)
        try:
            return split_entries(data, found)[:width]
        except TileError as error:
            raise TileError(f"{tile_path(None, number, found)}: {error}") from error

    def kept_partials(self) -> Iterator[tuple[Path, Path, int]]:
        """Yield each narrower file that stands until a full one replaces it: its path, its tile's path, its width."""
        for folder in sorted((self.root / "tile").rglob("*.p")):
            for path in sorted(folder.iterdir(), key=lambda each: each.name.rjust(9)):
                if path.name.isdecimal() and int(path.name) < WIDTH:
                    yield path, folder, int(path.name)

    def subtree(self, size: int) -> Subtree:
        """Return the subtree function of the tree of `size` leaves."""

        @lru_cache(maxsize=256)
        def tile(level: int, number: int) -> tuple[bytes, ...]:
            return tuple(self.hashes(level, number, width_at(level, number, size)))

        return subtree_from(tile)

    def edge(self, size: int) -> Edge:
        """Return the right edge of the tree of `size` leaves, to go on from."""
        edge = Edge(size=size)
        level = 0
        while size >> (HEIGHT * level):
            number = size >> (HEIGHT * (level + 1))
            width = width_at(level, number, size)
            edge.levels.append(self.hashes(level, number, width) if width else [])
            level += 1
        if size % WIDTH:
            edge.entries = self.entries(size // WIDTH, size % WIDTH)
            if [leaf_hash(entry) for entry in edge.entries] != edge.levels[0]:
                raise TileError("the last entries do not hash to the last tile")
        return edge

    def write(self, files: Iterable[tuple[int | None, int, int, bytes]]) -> None:
        """Make files durable, each whole: (level or None for entries, number, width, content)."""
        folders: set[Path] = set()
        for level, number, width, content in files:
            path = self.root / tile_path(level, number, width)
            folders |= _make_folder(path.parent, self.root)
            _write_whole(path, content)
            folders.add(path.parent)
            if width == WIDTH:
                shutil.rmtree(path.with_name(path.name + ".p"), ignore_errors=True)
        for folder in folders:
            _sync_folder(folder)

    def publish(self, note: str) -> None:
        """Put a checkpoint in the place of the last one. What it speaks of must be durable already."""
        _write_whole(self.root / CHECKPOINT, note.encode("utf-8"))
        _sync_folder(self.root)

    def publish_witnessed(self, note: str) -> None:
        """Put a cosigned checkpoint beside the newest one."""
        _write_whole(self.root / WITNESSED, note.encode("utf-8"))
        _sync_folder(self.root)

    def write_origin(self, text: str) -> None:
        """Say under which name the log goes on, and which log it continues."""
        _write_whole(self.root / ORIGIN, text.encode("utf-8"))
        _sync_folder(self.root)

    def claim(self) -> Callable[[], None] | None:
        """Become the one writer of these files; return how to let go, or None where another process has them."""
        self.root.mkdir(parents=True, exist_ok=True)
        lock: IO[bytes] = (self.root / ".lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock.close

    def _read(self, level: int | None, number: int, width: int) -> tuple[bytes, int]:
        for found in dict.fromkeys((width, WIDTH)):  # a partial tile may go once the full one is there
            with suppress(FileNotFoundError, NotADirectoryError):
                return (self.root / tile_path(level, number, found)).read_bytes(), found
        raise TileError(f"{tile_path(level, number, width)} is missing")


def _make_folder(folder: Path, root: Path) -> set[Path]:
    made: set[Path] = set()
    missing = [each for each in (folder, *folder.parents) if each.is_relative_to(root) and not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o755, exist_ok=True)
        made |= {each, each.parent}
    return made


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(stream.fileno(), 0o644)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
