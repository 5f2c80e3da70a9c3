"""Reading the published directory.

Layer 6. The directory is public: it says who may be connected to whom and why, and holds public keys only.
"""

from __future__ import annotations

from collections.abc import Iterable

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Directory
from maidinh.exchange.directory.models import PublishedDirectory


def current_directory() -> Directory | None:
    """The directory with the highest serial, or None where none was published yet."""
    row = PublishedDirectory.objects.order_by("-serial").values_list("jws", flat=True).first()
    return None if row is None else directory_from(row)


def current_serial() -> int:
    """The highest serial, 0 where none was published yet: the next directory takes the next number."""
    return PublishedDirectory.objects.order_by("-serial").values_list("serial", flat=True).first() or 0


def directories_of(serials: Iterable[int]) -> dict[int, Directory]:
    """The directories with these serials: by them old evidence says what was agreed at its time."""
    found = PublishedDirectory.objects.filter(serial__in=set(serials)).values_list("serial", "jws")
    return {serial: directory_from(token) for serial, token in found}


def directory_from(token: str) -> Directory:
    """The directory inside its signed form; the signature is the gateway's affair."""
    return Directory.model_validate_json(jws.parse(token, KIND).payload)
