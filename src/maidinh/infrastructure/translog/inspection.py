"""The auditor's work: deriving the whole published log again from its entries, and holding database rows against it.

Layer 7, no Django. Any change to an entry, a tile or a row since the checkpoint was signed is found and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maidinh.infrastructure.translog.merkle import leaf_hash, root_of
from maidinh.infrastructure.translog.note import NoteError, Tree, open_checkpoint, unchecked_tree
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import (
    WIDTH,
    Edge,
    TileError,
    tile_path,
    tiles_at,
    width_at,
)
from maidinh.infrastructure.translog.trust import TrustedKeys
from maidinh.infrastructure.translog.verification import N_, Check

FINDING_LIMIT = 20


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
        while expected < index:
            checks.append(Check("row", False, N_("Entry {index} is missing in the database."), {"index": expected}))
            expected += 1
        if index // WIDTH != number:
            number = index // WIDTH
            known = published.hashes(0, number, width_at(0, number, tree.size))
        if leaf_hash(leaf) != known[index % WIDTH]:
            text = N_("Entry {index} in the database is not the one published.")
            checks.append(Check("row", False, text, {"index": index}))
        expected = index + 1
    if not checks and expected < tree.size:
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
    damaged: list[str] = []

    def compare(level: int | None, number: int, width: int, content: bytes) -> None:
        if level is None:
            return
        try:
            same = b"".join(published.hashes(level, number, width)) == content
        except TileError:
            same = False
        if not same:
            damaged.append(tile_path(level, number, width))

    try:
        for entry in _entries(published, tree):
            for level, number, content in edge.append(entry):
                compare(level, number, WIDTH, content)
    except TileError as error:
        return [Check("entries", False, N_("The entries cannot be read: {reason}."), {"reason": error})]
    for level, number, width, content in edge.partial():
        compare(level, number, width, content)
    checks = [Check("tile", False, N_("{path} is not what the entries give."), {"path": path}) for path in damaged]
    if not damaged:
        values = {"count": sum(1 for _ in tiles_at(tree.size)), "size": tree.size}
        checks.append(Check("tile", True, N_("All {count} tiles and {size} entries agree."), values))
    if edge.root() == tree.root:
        text = N_("The entries give the root that was signed: {root}.")
        checks.append(Check("root", True, text, {"root": tree.root.hex()}))
    else:
        checks.append(Check("root", False, N_("The entries do not give the root that was signed.")))
    return checks
