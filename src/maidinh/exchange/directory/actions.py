"""Publishing a directory: the one way by which what the exchange allows can change.

Layer 6. Called when an architecture version is published; the signer holds the architecture's key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import connection, transaction

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Directory, architecture_key
from maidinh.exchange.directory.models import PublishedDirectory
from maidinh.exchange.directory.queries import current_serial

CHANNEL = "directory_published"


class Signer(Protocol):
    """Whoever can sign with a named key."""

    def sign(self, key: str, message: bytes) -> bytes: ...


class DirectoryRefused(ValueError):
    """The directory cannot follow the one that is in force."""


def publish_directory(*, directory: Directory, signer: Signer, at: datetime) -> str:
    """Sign the directory, keep it, and wake the gateways; returns the signed form."""
    key = architecture_key(directory.province)
    signed = jws.signing_input(jws.header(key, KIND), directory.canonical())
    token = jws.compact(signed, signer.sign(key, signed))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [CHANNEL])
        newest = current_serial()
        if directory.serial <= newest:
            raise DirectoryRefused(f"serial {directory.serial} does not follow {newest}")
        PublishedDirectory.objects.create(
            serial=directory.serial,
            hash=directory.hash(),
            jws=token,
            architecture_version=directory.architecture_version,
            issued_at=directory.issued_at,
            expires_at=directory.expires_at,
            published_at=at,
        )
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(directory.serial)])
    return token
