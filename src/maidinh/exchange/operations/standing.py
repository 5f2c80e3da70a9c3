"""How the exchange stands: its directory, the last hour of each service, open calls, keys that end, its log.

Layer 6, no Django. What is counted comes from functions of the database that give numbers and no row away; keys and
their last days from the published directory and the public certificates. Whether a gateway answers is asked by whoever
can reach it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.jws import timestamp
from maidinh.exchange.operations.history import ALLOWED, FAILED, REFUSED, Cursor
from maidinh.infrastructure.keys.identifiers import key_of_stem

HOUR = timedelta(hours=1)
COUNTED = "SELECT service, outcome, reason, sum(count) FROM evidence_operations(%s) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
OPEN = "SELECT count, oldest_at FROM evidence_open_intents(%s)"
CHECKPOINT = "SELECT size, at FROM translog_checkpoint ORDER BY at DESC, size DESC LIMIT 1"
WAITING = "SELECT count(*), min(created_at) FROM translog_entry WHERE index IS NULL"


@dataclass
class ServiceHour:
    """What came of the calls to one service; `reasons` says why those that did not go through did not."""

    service: str
    allowed: int = 0
    refused: int = 0
    failed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "service": self.service,
            "allowed": self.allowed,
            "refused": self.refused,
            "failed": self.failed,
            "reasons": dict(self.reasons.most_common()),
        }


@dataclass(frozen=True)
class Ending:
    """A key or a certificate that soon ends, or has ended."""

    name: str
    kind: str  # key or certificate
    valid_to: datetime

    def document(self) -> dict[str, str]:
        """As JSON tells it."""
        return {"name": self.name, "kind": self.kind, "valid_to": timestamp(self.valid_to)}


@dataclass(frozen=True)
class LogState:
    """The newest checkpoint of the transparency log, and what waits for its place."""

    size: int | None
    at: datetime | None
    waiting: int
    oldest_at: datetime | None

    def lag(self, now: datetime) -> float:
        """Seconds that the oldest waiting entry has waited."""
        return 0.0 if self.oldest_at is None else max(0.0, (now - self.oldest_at).total_seconds())

    def document(self, now: datetime) -> dict[str, Any]:
        """As JSON tells it."""
        moment = None if self.at is None else timestamp(self.at)
        return {
            "size": self.size,
            "checkpoint_at": moment,
            "waiting": self.waiting,
            "lag_seconds": round(self.lag(now)),
        }


def last_hour(cursor: Cursor, at: datetime) -> list[ServiceHour]:
    """The services that were called in the last hour; what was called and is not declared counts under no name."""
    cursor.execute(COUNTED, [at - HOUR])
    found: dict[str, ServiceHour] = {}
    for service, outcome, reason, count in cursor.fetchall():
        hour = found.setdefault(service, ServiceHour(service))
        number = int(count)
        hour.allowed += number if outcome == ALLOWED else 0
        hour.refused += number if outcome == REFUSED else 0
        hour.failed += number if outcome == FAILED else 0
        if reason:
            hour.reasons[reason] += number
    return list(found.values())


def open_calls(cursor: Cursor, before: datetime) -> tuple[int, datetime | None]:
    """How many calls were forwarded before a moment and never recorded as ended, and when the first came in."""
    cursor.execute(OPEN, [before])
    count, oldest = cursor.fetchall()[0]
    return int(count), oldest


def log_state(cursor: Cursor) -> LogState:
    """The log's newest checkpoint and what waits."""
    cursor.execute(CHECKPOINT)
    newest = cursor.fetchall()
    cursor.execute(WAITING)
    waiting, oldest = cursor.fetchall()[0]
    size, at = newest[0] if newest else (None, None)
    return LogState(size, at, int(waiting), oldest)


def ending_keys(directory: Directory | None, public_keys: Path, *, until: datetime) -> list[Ending]:
    """Keys of the directory and certificates beside it that end before a moment, the first to end first."""
    found = [*_keys(directory), *_certificates(public_keys)]
    return sorted((each for each in found if each.valid_to < until), key=lambda each: (each.valid_to, each.name))


def _keys(directory: Directory | None) -> Iterator[Ending]:
    holders: Iterable[Any] = () if directory is None else (*directory.subsystems, *directory.members)
    for holder in holders:
        for key in holder.keys:
            # one that is followed by another for longer was replaced, and may end
            longer = any(other.kid != key.kid and _outlasts(other, key) for other in holder.keys)
            if key.valid_to is not None and not longer:
                yield Ending(key.kid, "key", key.valid_to)


def _outlasts(other: Any, key: Any) -> bool:
    return other.valid_to is None or (key.valid_to is not None and other.valid_to > key.valid_to)


def _certificates(folder: Path) -> Iterator[Ending]:
    for file in sorted(folder.glob("*.crt")):
        try:
            certificate = x509.load_pem_x509_certificates(file.read_bytes())[0]
        except (OSError, ValueError):
            continue
        yield Ending(key_of_stem(file.stem) or file.stem, "certificate", certificate.not_valid_after_utc)
