"""Time stamps over the log: the newest checkpoint gets a token of an outside authority, again and again.

Layer 7, no Django. It stands beside the traffic, never in its way: while the authority is away exchanges go on, the log
goes on, and the first token afterwards covers everything, because a later state of the log holds every earlier one.
It never gives up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from cryptography.x509 import Certificate

from maidinh.infrastructure.timestamps.asking import Stamp, TimestampError, ask_authority

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0  # seconds between two tries while nobody answers
NEWEST = """
SELECT checkpoint.size, checkpoint.note FROM translog_checkpoint AS checkpoint
WHERE checkpoint.origin = %(origin)s AND checkpoint.size > coalesce(
    (SELECT max(size) FROM translog_timestamp WHERE origin = %(origin)s AND authority = %(authority)s), 0)
ORDER BY checkpoint.size DESC LIMIT 1
"""
KEEP = """
INSERT INTO translog_timestamp (origin, size, authority, response, at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""

logger = logging.getLogger(__name__)
Ask = Callable[..., Stamp]


@dataclass(frozen=True)
class Authority:
    """Where the tokens come from, and how to read whose certificates are trusted; they may be renewed meanwhile."""

    url: str
    roots: Callable[[], Sequence[Certificate]]


def stamp_newest(dsn: str, origin: str, authority: Authority, *, ask: Ask = ask_authority) -> int | None:
    """Have the newest checkpoint stamped; return its size, or None where nothing is new since the last token.

    `dsn` is of the role maidinh_worker. No transaction is open while the authority is asked.
    """
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        found = connection.execute(NEWEST, {"origin": origin, "authority": authority.url}).fetchone()
    if found is None:
        return None
    size, note = found
    stamp = ask(authority.url, note.encode(), roots=authority.roots())
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        connection.execute(KEEP, [origin, size, authority.url, stamp.response, stamp.at])
    return int(size)


def run_stamping(
    dsn: str, origin: str, authority: Authority, stop: threading.Event, *, interval: float, ask: Ask = ask_authority
) -> None:
    """Stamp every `interval` seconds until told to stop, through an authority and a database that come and go."""
    pause, said = 0.0, ""
    while not stop.is_set():
        try:
            stamp_newest(dsn, origin, authority, ask=ask)
            if said:
                logger.warning("translog: time stamps are given again by %s", authority.url)
            pause, said = 0.0, ""
        except (TimestampError, psycopg.Error, OSError, ValueError) as fault:
            if said != str(fault):
                logger.warning("translog: no time stamp, trying again: %s", fault)
            said = str(fault)
            pause = min(max(pause * 2, min(SHORTEST_PAUSE, interval)), LONGEST_PAUSE)
        stop.wait(pause or interval)
