"""Reading documents by their digest. Layer 7; who may read one is decided where its name stands."""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from maidinh.infrastructure.files.models import Document

DIGEST = re.compile(r"[0-9a-f]{64}")


class DocumentDamaged(Exception):
    """The bytes on disk are not those that were stored, or are gone."""


def document(digest: str) -> Document | None:
    """The document with this digest; None when there is none."""
    return Document.objects.filter(pk=digest).first()


def documents(digests: list[str]) -> dict[str, Document]:
    """The documents with these digests, by digest."""
    return Document.objects.in_bulk(digests)


def open_document(digest: str) -> BinaryIO:
    """The document to read, checked against its digest. Raises DocumentDamaged."""
    try:
        content = place_of(digest).read_bytes()
    except FileNotFoundError:
        raise DocumentDamaged(f"{digest} is not on disk") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise DocumentDamaged(f"{digest} has other bytes on disk")
    return BytesIO(content)


def place_of(digest: str) -> Path:
    """Where the bytes lie."""
    if not DIGEST.fullmatch(digest):
        raise ValueError("a digest is 64 hexadecimal characters")
    return settings.MAIDINH.home.files / digest[:2] / digest
