"""Tells the database who acts, for one transaction; row-level security reads it and nothing else.

Layer 7, infrastructure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

SETTINGS = ("maidinh.agencies", "maidinh.person", "maidinh.tracking", "maidinh.official")
TELL = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
OFFICIAL = "SELECT set_config('maidinh.official', %s, true)"
ASK = "SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS)


@contextmanager
def acting(
    *,
    agencies: Iterable[str] = (),
    person: str | None = None,
    tracking: str | None = None,
    official: str | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[None]:
    """One transaction in which the rows of these agencies, this person or this tracking code exist, and no others.

    `official` is who acts, by id: what takes two people, the database holds against it. All are told every time, so
    that nothing is left from whoever acted before. Inside another scope it replaces that one until it ends.
    """
    told = [agency_list(agencies), person or "", tracking or "", official or ""]
    connection = connections[using]
    nested = connection.in_atomic_block
    with transaction.atomic(using=using):
        before = _run(using, ASK, []) if nested else None
        _run(using, TELL, told)
        yield
        if before is not None and not connection.needs_rollback:
            # A savepoint that is kept keeps the settings too; one that is rolled back restores them itself.
            _run(using, TELL, list(before))


@contextmanager
def signing_as(official: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Inside a transaction: this official acts, where the scope around it has not named one already."""
    named = _run(using, "SELECT coalesce(current_setting('maidinh.official', true), '')", [])[0]
    if not named:
        _run(using, OFFICIAL, [official])
    yield
    if not named and not connections[using].needs_rollback:
        _run(using, OFFICIAL, [""])


def agency_list(agencies: Iterable[str]) -> str:
    """The codes as one setting; a code that would read as two is refused."""
    if isinstance(agencies, str):
        raise TypeError("agencies are a collection of codes, not one code")
    codes = sorted(set(agencies))
    for code in codes:
        if not code or "," in code or "\0" in code or code != code.strip():
            raise ValueError(f"{code!r} is no code of an agency")
    return ",".join(codes)


def _run(using: str, statement: str, values: list[str]) -> tuple[str, ...]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        values_now: tuple[str, ...] = cursor.fetchone()
    return values_now
