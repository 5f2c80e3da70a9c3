"""The whole audit of an installation's exchange: published log, entries, recorded states, evidence, intents.

Layer 0, config: the only place that reads the published files, the database and the public keys together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from maidinh.exchange.evidence.inspection import Inspector
from maidinh.exchange.subjects import FILE
from maidinh.infrastructure.translog.inspection import inspect_database, inspect_earlier, inspect_log, unreadable
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import TileError
from maidinh.infrastructure.translog.trust import KeyFileError, read_keys
from maidinh.infrastructure.translog.verification import N_, Check

if TYPE_CHECKING:
    from maidinh.infrastructure.home import Home


def audit(home: Home, province: str, connection: Any, kept: Iterable[str] = ()) -> list[Check]:
    """Every check; `connection` is of the owner, `kept` are states of the log that were kept elsewhere."""
    published = PublishedLog(home.log)
    try:
        keys = read_keys([home.public_keys])
    except KeyFileError as error:
        return [Check("keys", False, N_("The public keys cannot be read: {reason}."), {"reason": error})]
    checks, tree = inspect_log(published, keys)
    witnessed = published.witnessed()
    if tree is not None:
        try:
            checks += inspect_earlier(published, tree, [*kept, *([witnessed] if witnessed else [])], keys)
            checks += inspect_database(published, tree, keys, connection)
        except TileError as error:
            checks.append(unreadable(error))
    checks += Inspector(connection, home.public_keys, province, _secret(home)).findings()
    return checks


def _secret(home: Home) -> bytes | None:
    try:
        return (home.secrets / FILE).read_bytes()
    except OSError:
        return None
