"""Going on after a restore: a new log origin that says which log it continues, and at which state that one ended.

Layer 7, no Django. A database set back to an earlier state cannot go on under the old name: what was published since
would be contradicted. The old files stay published, closed; the new log begins with all the entries that the database
still has, and an entry of its own names the old log's last signed state, so that anyone sees what was lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from maidinh.infrastructure.translog.note import NoteError, NoteKey, open_checkpoint
from maidinh.infrastructure.translog.published import CHECKPOINT, ORIGIN, PublishedLog

CLOSED = "closed"
KIND, ROLE = "log-continued", "operator"


class NotReopenedError(Exception):
    """The log cannot be opened anew; the text says why."""


def next_origin(origin: str) -> str:
    """The name of the log that continues this one: `…/lao-cai`, `…/lao-cai~2`, `…/lao-cai~3`."""
    base, mark, number = origin.rpartition("~")
    return f"{base}~{int(number) + 1}" if mark and number.isdigit() else f"{origin}~2"


def citation(published: PublishedLog, key: NoteKey, *, rows: int, reason: str, at: datetime) -> dict[str, Any]:
    """What the new log's entry says of the old one. Raises NotReopenedError where no signed state is there."""
    note = published.checkpoint()
    if note is None:
        raise NotReopenedError("no checkpoint was published, so there is nothing that a new log would continue")
    try:
        tree = open_checkpoint(note, [key])
    except NoteError as error:
        raise NotReopenedError(f"the published checkpoint is not one of {key.name}: {error}") from error
    return {
        "continues": tree.origin,
        "origin": next_origin(tree.origin),
        "checkpoint": note,
        "size": tree.size,
        "rows": rows,
        "lost": max(tree.size - rows, 0),
        "reason": reason,
        "at": at.isoformat(),
    }


def close_files(published: PublishedLog, cited: Mapping[str, Any], receipt: Mapping[str, Any]) -> Path:
    """Move the old log's files aside, still published, and write the new name; return where they are now.

    The caller holds the sequencer's lock and has entered what is cited; its receipt is published with the name. The
    checkpoint goes last, so that a crash before the end leaves a log that still refuses and can be closed again.
    """
    number = 1
    while (place := published.root / CLOSED / str(number)).exists() and (place / CHECKPOINT).exists():
        number += 1
    place.mkdir(parents=True, exist_ok=True)
    for each in sorted(published.root.iterdir(), key=lambda found: found.name == CHECKPOINT):
        if each.name not in (CLOSED, ".lock"):
            each.rename(place / each.name)
    document = {name: cited[name] for name in ("origin", "continues", "size", "rows", "lost", "at")}
    document |= {"closed": f"{CLOSED}/{place.name}", "receipt": dict(receipt)}
    published.write_origin(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return place


def origin_here(published: PublishedLog, first: str) -> str:
    """The name under which this log is signed now: the first one, until a restore made another necessary."""
    try:
        return str(json.loads((published.root / ORIGIN).read_text("utf-8"))["origin"])
    except FileNotFoundError:
        return first
