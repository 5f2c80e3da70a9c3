"""Keeping a document: its bytes on disk under their digest, and the row that says so.

Layer 7. A row that others see never speaks of bytes that are not safely there; bytes without a row are harmless. Who
stores and who forgets the same content hold its row, so that neither passes the other unseen.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from maidinh.infrastructure.files.models import Document
from maidinh.infrastructure.files.queries import place_of
from maidinh.infrastructure.files.rules import Limits, media_type_of


def upload_limits() -> Limits:
    """The limits of this installation."""
    return Limits(size=settings.MAIDINH.upload_limit, ratio=settings.MAIDINH.archive_ratio_limit)


def store_document(*, content: BinaryIO, at: datetime, formats: tuple[str, ...] = ("pdf", "jpeg", "png")) -> Document:
    """Keep what can be read here, once however often it comes. Raises FileRefused before anything is written."""
    limits = upload_limits()
    data = content.read(limits.size + 1)
    return store_made(content=data, media_type=media_type_of(data, limits=limits, formats=formats), at=at)


@transaction.atomic
def store_made(*, content: bytes, media_type: str, at: datetime) -> Document:
    """Keep what the system made itself, of whatever type and size."""
    digest = hashlib.sha256(content).hexdigest()
    place = place_of(digest)
    document, made = Document.objects.get_or_create(
        digest=digest, defaults={"size": len(content), "media_type": media_type, "stored_at": at}
    )
    if not made:
        Document.objects.filter(pk=digest).update(came_at=at)  # waits for whoever forgets these bytes
    if not _kept(place, digest):
        _write_durably(place, content)
    return document


@transaction.atomic
def forget_bytes(digest: str, *, since: datetime) -> bool:
    """Remove the bytes of a document that nobody holds any more, unless the same content came again since; whether
    they were removed. Its row stays, which says how long they were."""
    row = Document.objects.select_for_update().get(pk=digest)
    if row.came_at is not None and row.came_at > since:
        return False
    place_of(digest).unlink(missing_ok=True)
    return True


def _kept(place: Path, digest: str) -> bool:
    # A machine that lost power may have kept the name and not the bytes; storing again mends that.
    try:
        return hashlib.sha256(place.read_bytes()).hexdigest() == digest
    except FileNotFoundError:
        return False


def _write_durably(place: Path, content: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".arriving-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o400)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for folder in (place.parent, place.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
