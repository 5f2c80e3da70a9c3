"""The auditor's work: deriving the whole published log again from its entries, and holding database rows against it.

Layer 7, no Django. Any change to an entry, a tile or a row since the checkpoint was signed is found and named.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from maidinh.infrastructure.translog.merkle import leaf_hash, root_of
from maidinh.infrastructure.translog.note import NoteError, Tree, open_checkpoint, unchecked_tree
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import (
    WIDTH,
    Edge,
    TileError,
    split_entries,
    split_hashes,
    tile_path,
    tiles_at,
    width_at,
)
from maidinh.infrastructure.translog.trust import TrustedKeys
from maidinh.infrastructure.translog.verification import N_, Check

FINDING_LIMIT = 20
ENTRIES = "SELECT index, leaf FROM translog_entry WHERE index IS NOT NULL ORDER BY index"
RECORDED = "SELECT origin, size, root, note FROM translog_checkpoint ORDER BY size, id"


def inspect_log(published: PublishedLog, keys: TrustedKeys | None) -> tuple[list[Check], Tree | None]:
    """Derive the tree again from the published entries; without keys the checkpoint's signature stays unchecked."""
    try:
        note = published.checkpoint()
        tree = unchecked_tree(note) if note is not None else None
    except (NoteError, UnicodeDecodeError) as error:
        return [Check("checkpoint", False, N_("The checkpoint is damaged: {reason}."), {"reason": error})], None
    if note is None or tree is None:
        return [Check("checkpoint", False, N_("There is no checkpoint in this directory."))], None
    checks = [_check_signature(note, tree, keys)]
    return [*checks, *_check_tree(published, tree)], tree


def inspect_rows(published: PublishedLog, tree: Tree, rows: Iterable[tuple[int, bytes]]) -> list[Check]:
    """Hold the database's entries, in order of their index, against the published tiles."""
    checks: list[Check] = []
    expected = 0
    number, known = -1, list[bytes]()
    for index, leaf in rows:
        if index >= tree.size or len(checks) >= FINDING_LIMIT:
            break
        while expected < index and len(checks) < FINDING_LIMIT:
            checks.append(Check("row", False, N_("Entry {index} is missing in the database."), {"index": expected}))
            expected += 1
        if index // WIDTH != number:
            number = index // WIDTH
            known = published.hashes(0, number, width_at(0, number, tree.size))
        if leaf_hash(leaf) != known[index % WIDTH]:
            text = N_("Entry {index} in the database is not the one published.")
            checks.append(Check("row", False, text, {"index": index}))
        expected = index + 1
    if len(checks) < FINDING_LIMIT and expected < tree.size:
        values = {"size": tree.size, "count": expected}
        checks.append(Check("row", False, N_("The log has {size} entries, the database only {count}."), values))
    if not checks:
        checks.append(Check("row", True, N_("All {size} entries are in the database unchanged."), {"size": tree.size}))
    return checks[:FINDING_LIMIT]


def inspect_earlier(published: PublishedLog, tree: Tree, notes: Iterable[str], keys: TrustedKeys | None) -> list[Check]:
    """Hold states that were kept elsewhere (anchors, old proofs) against the log of today: it may only have grown."""
    checks = []
    for note in notes:
        try:
            earlier = unchecked_tree(note)
            if keys is not None:
                open_checkpoint(note, keys.of_log(earlier.origin))
        except NoteError as error:
            checks.append(Check("earlier", False, N_("A kept checkpoint is damaged: {reason}."), {"reason": error}))
            continue
        values = {"log": earlier.origin, "size": earlier.size, "now": tree.size}
        if earlier.origin != tree.origin:
            text = N_("A kept checkpoint is of another log: {log}.")
            checks.append(Check("earlier", None, text, values))
        elif earlier.size > tree.size:
            text = N_("A state of {size} entries was signed, and the log has only {now}: it was set back.")
            checks.append(Check("earlier", False, text, values))
        elif root_of(earlier.size, published.subtree(tree.size)) != earlier.root:
            text = N_("The log of today is not the one that was signed with {size} entries: it was changed.")
            checks.append(Check("earlier", False, text, values))
        else:
            text = N_("The state of {size} entries is the beginning of the log of today.")
            checks.append(Check("earlier", True, text, values))
    return checks


def inspect_recorded(
    published: PublishedLog, tree: Tree, rows: Iterable[tuple[str, int, bytes, str]], keys: TrustedKeys | None
) -> list[Check]:
    """Hold the checkpoints that the database recorded (origin, size, root, note) against the log of today."""
    checks: list[Check] = []
    subtree, sizes = published.subtree(tree.size), set[int]()
    for origin, size, root, note in rows:
        if origin != tree.origin:
            continue  # another log over the same entries; it stands published under its own name
        sizes.add(size)
        try:
            recorded = unchecked_tree(note) if keys is None else open_checkpoint(note, keys.of_log(origin))
            reason = "" if recorded == Tree(origin, size, root) else "its note says otherwise than its row"
            if not reason and size <= tree.size and root_of(size, subtree) != root:
                reason = "it is no beginning of the log of today"
        except NoteError as error:
            reason = str(error)
        if reason:
            text = N_("The recorded checkpoint of {size} entries does not hold: {reason}.")
            checks.append(Check("recorded", False, text, {"size": size, "reason": reason}))
        elif size > tree.size:
            text = N_("A state of {size} entries was signed, and the log has only {now}: it was set back.")
            checks.append(Check("recorded", False, text, {"size": size, "now": tree.size}))
    if tree.size not in sizes:
        text = N_("The published checkpoint of {size} entries is not recorded in the database.")
        checks.append(Check("recorded", False, text, {"size": tree.size}))
    if not checks:
        text = N_("All {count} checkpoints recorded in the database are beginnings of the log of today.")
        checks.append(Check("recorded", True, text, {"count": len(sizes)}))
    return checks[:FINDING_LIMIT]


def inspect_database(published: PublishedLog, tree: Tree, keys: TrustedKeys | None, connection: Any) -> list[Check]:
    """Hold a database's entries and recorded checkpoints (psycopg) against the published log. Raises TileError."""
    with closing(_read(connection, ENTRIES)) as rows:
        checks = inspect_rows(published, tree, ((index, bytes(leaf)) for index, leaf in rows))
    with closing(_read(connection, RECORDED)) as rows:
        recorded = ((origin, size, bytes(root), note) for origin, size, root, note in rows)
        return [*checks, *inspect_recorded(published, tree, recorded, keys)]


def unreadable(error: TileError) -> Check:
    """The published files are too damaged for anything to be held against them."""
    return Check("tile", False, N_("The published files cannot be read: {reason}."), {"reason": error})


def place_of(published: PublishedLog, tree: Tree, leaf: bytes) -> int | None:
    """Return where a leaf is in the published log."""
    return place_of_hash(published, tree, leaf_hash(leaf))


def place_of_hash(published: PublishedLog, tree: Tree, wanted: bytes) -> int | None:
    """Return where the leaf with this hash is in the published log."""
    for number in range((tree.size + WIDTH - 1) // WIDTH):
        hashes = published.hashes(0, number, width_at(0, number, tree.size))
        if wanted in hashes:
            return number * WIDTH + hashes.index(wanted)
    return None


def _read(connection: Any, statement: str) -> Generator[tuple[Any, ...]]:
    with connection.transaction(), connection.cursor(name="inspected") as cursor:
        cursor.execute(statement)
        yield from cursor


def _check_signature(note: str, tree: Tree, keys: TrustedKeys | None) -> Check:
    values = {"log": tree.origin, "size": tree.size}
    if keys is None:
        text = N_("The signature of the log {log} was not checked: no key was given.")
        return Check("checkpoint", None, text, values)
    try:
        open_checkpoint(note, keys.of_log(tree.origin))
    except NoteError as error:
        text = N_("The log {log} did not sign this checkpoint: {reason}.")
        return Check("checkpoint", False, text, values | {"reason": error})
    return Check("checkpoint", True, N_("The log {log} signed a state of {size} entries."), values)


def _entries(published: PublishedLog, tree: Tree) -> Iterator[bytes]:
    for number in range((tree.size + WIDTH - 1) // WIDTH):
        yield from published.entries(number, width_at(0, number, tree.size))


def _check_tree(published: PublishedLog, tree: Tree) -> list[Check]:
    edge = Edge()
    damaged: list[tuple[int, int, int, bytes]] = []

    def compare(level: int | None, number: int, width: int, content: bytes) -> None:
        if level is None:
            return
        try:
            same = b"".join(published.hashes(level, number, width)) == content
        except TileError:
            same = False
        if not same:
            damaged.append((level, number, width, content))

    try:
        for entry in _entries(published, tree):
            for level, number, content in edge.append(entry):
                compare(level, number, WIDTH, content)
    except TileError as error:
        return [Check("entries", False, N_("The entries cannot be read: {reason}."), {"reason": error})]
    for level, number, width, content in edge.partial():
        compare(level, number, width, content)
    if damaged:
        checks = _damage(published, damaged, edge.root() == tree.root)
    else:
        values = {"count": sum(1 for _ in tiles_at(tree.size)), "size": tree.size}
        checks = [Check("tile", True, N_("All {count} tiles and {size} entries agree."), values)]
        checks += _partials(published, tree)
    if edge.root() == tree.root:
        text = N_("The entries give the root that was signed: {root}.")
        checks.append(Check("root", True, text, {"root": tree.root.hex()}))
    else:
        checks.append(Check("root", False, N_("The entries do not give the root that was signed.")))
    return checks


def _damage(published: PublishedLog, damaged: list[tuple[int, int, int, bytes]], signed: bool) -> list[Check]:
    """Name what was changed: where the entries give the signed root the tiles were, otherwise the entries."""
    checks = []
    for level, number, width, content in damaged:
        path, given = tile_path(level, number, width), split_hashes(content, width)
        try:
            found = published.hashes(level, number, width)
        except TileError as error:
            text = N_("{path} cannot be read: {reason}.")
            checks.append(Check("tile", False, text, {"path": path, "reason": error}))
            continue
        places = [number * WIDTH + step for step in range(width) if found[step] != given[step]]
        if signed or level:
            checks.append(Check("tile", False, N_("{path} is not what the entries give."), {"path": path}))
        if level == 0 and not signed:
            bundle = tile_path(None, number, width)
            checks += [
                Check(
                    "entry", False, N_("Entry {index} in {bundle} is not the one whose hash stands in {path}."),
                    {"index": place, "bundle": bundle, "path": path},
                )
                for place in places
            ]  # fmt: skip
    return checks


def _partials(published: PublishedLog, tree: Tree) -> list[Check]:
    """The narrower files of earlier states, which whoever keeps such a state may still ask for, begin the newest."""
    checks = []
    for path, tile, width in published.kept_partials():
        name, newest = str(path.relative_to(published.root)), _newest(published, tile, tree)
        if newest is None or width > newest[1]:
            continue  # written by a sequencer that ended before it signed
        try:
            text = path.read_bytes()
            if newest[0] is None:
                same = split_entries(text, width) == published.entries(newest[2], newest[1])[:width]
            else:
                same = split_hashes(text, width) == published.hashes(newest[0], newest[2], newest[1])[:width]
        except (TileError, OSError):
            same = False
        if not same:
            text_ = N_("{path} is not the beginning of its tile of today.")
            checks.append(Check("tile", False, text_, {"path": name}))
    return checks


def _newest(published: PublishedLog, tile: Path, tree: Tree) -> tuple[int | None, int, int] | None:
    """The level, today's width and the number of the tile whose narrower files lie in this folder."""
    parts = tile.relative_to(published.root / "tile").parts
    digits = "".join(each.removeprefix("x").removesuffix(".p") for each in parts[1:])
    if not digits.isdecimal() or not (parts[0].isdecimal() or parts[0] == "entries"):
        return None
    level = None if parts[0] == "entries" else int(parts[0])
    width = width_at(level or 0, int(digits), tree.size)
    return (level, width, int(digits)) if width else None
