"""Working as another database role for a while, in a process that prepares an installation.

Layer 7, infrastructure. The four processes that serve never do this: each has one role for its whole life.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

from maidinh.infrastructure.database.connections import Connections


@contextmanager
def as_role(installation: Connections, role: str) -> Iterator[None]:
    """Everything Django does inside goes through a connection of this role, which is closed afterwards."""
    previous = connections[DEFAULT_DB_ALIAS]
    wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
    wrapper.settings_dict = {**previous.settings_dict, **installation.django(role)}
    connections[DEFAULT_DB_ALIAS] = wrapper
    try:
        yield
    finally:
        wrapper.close()
        connections[DEFAULT_DB_ALIAS] = previous
