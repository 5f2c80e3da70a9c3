"""Watching the exchange for connections that nobody declared. Layer 4, governance; the worker calls it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.conformity.queries import connections
from maidinh.governance.conformity.rules import Connection
from maidinh.infrastructure.commands.actions import begin_command, finish_command
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.events.actions import publish

SCOPE = "conformity.undeclared"


def watch_connections(*, at: datetime) -> list[Connection]:
    """Tell of each undeclared connection once for each version of the architecture; returns those told of now."""
    version = current_version()
    if version is None or version.published_at is None:
        return []
    seen = connections(version.model, instance=version.instance, since=version.published_at, at=at)
    return [each for each in seen if each.verdict == "undeclared" and _tell(each, version.hash, at)]


@transaction.atomic
def _tell(connection: Connection, version: str, at: datetime) -> bool:
    request = {"version": version, "client": connection.source, "service": connection.target}
    command = begin_command(scope=SCOPE, key=content_hash(request), request=request, at=at)
    if command.outcome:
        return False
    payload = {"client": connection.source, "service": connection.target, "reason": "undeclared"}
    publish(name="connection.undeclared", payload=payload, at=at)
    finish_command(command=command, outcome="told")
    return True
