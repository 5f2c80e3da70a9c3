"""Keeping keys: a first one, one that follows another, the end of one.

Layer 6. Nothing here reaches the exchange by itself: whoever changes a key sends the directory that follows from it
(governance/keyholding).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from maidinh.exchange.keys.models import RegisteredKey
from maidinh.exchange.keys.rules import (
    LONGEST_REASON,
    N_,
    PLATFORM,
    REVOKED,
    KeyRefused,
    ends_at,
    name_of,
    refuse_a_third,
    state_of,
    thumbprint,
)


@dataclass(frozen=True)
class Following:
    """How a key comes beside another: whose custody, who registers it, how long the older one still holds."""

    custody: str
    by: str
    overlap: timedelta
    valid_to: datetime | None = None


def next_name(holder: str) -> str:
    """The name that the holder's next key will have; the lock holds until the transaction ends."""
    _lock()
    return name_of(holder, RegisteredKey.objects.filter(holder=holder).count() + 1)


def keep_key(*, holder: str, public_key_pem: str, how: Following, at: datetime) -> RegisteredKey:
    """Register a holder's next key; those before it end after the overlap. Raises KeyRefused. In a transaction."""
    kid = next_name(holder)
    before = list(RegisteredKey.objects.select_for_update().filter(holder=holder, revoked_at__isnull=True))
    refuse_a_third([each.term for each in before], at)
    print_of_it = thumbprint(public_key_pem)
    if RegisteredKey.objects.filter(thumbprint=print_of_it).exists():
        said = N_("This key was registered before. Make a new pair of keys; none is used twice or comes back.")
        raise KeyRefused("", said)
    for each in before:
        ends = ends_at(each.term, at, how.overlap)
        if ends != each.valid_to and each.valid_from <= at:
            each.valid_to = ends
            each.save(update_fields=["valid_to"])
    return RegisteredKey.objects.create(
        kid=kid,
        holder=holder,
        custody=how.custody,
        public_key_pem=public_key_pem,
        thumbprint=print_of_it,
        valid_from=at,
        valid_to=how.valid_to,
        registered_by=how.by,
        registered_at=at,
    )


def adopt_keys(*, public_keys: Mapping[str, str], at: datetime) -> list[str]:
    """Keep the first keys that the signer has made for holders (holder: PEM) who have none yet; their names."""
    _lock()
    known = set(RegisteredKey.objects.values_list("holder", flat=True))
    fresh = [
        RegisteredKey(
            kid=name_of(holder, 1), holder=holder, custody=PLATFORM, public_key_pem=pem, thumbprint=thumbprint(pem),
            valid_from=at, registered_at=at,
        )
        for holder, pem in sorted(public_keys.items()) if holder not in known
    ]  # fmt: skip
    return [each.kid for each in RegisteredKey.objects.bulk_create(fresh)]


def end_key(*, kid: str, reason: str, by: str, at: datetime) -> RegisteredKey:
    """Revoke a key for good. Raises KeyRefused. In a transaction."""
    row = RegisteredKey.objects.select_for_update().filter(kid=kid).first()
    text = reason.replace("\0", "").strip()
    if row is None:
        raise KeyRefused("kid", N_("There is no such key."))
    if state_of(row.term, at) == REVOKED:
        raise KeyRefused("kid", N_("This key is revoked already."))
    if not text:
        raise KeyRefused("reason", N_("Say why the key is revoked."))
    if len(text) > LONGEST_REASON:
        raise KeyRefused("reason", N_("Write at most 400 characters."))
    row.revoked_at, row.revoked_by, row.reason = at, by, text
    row.save(update_fields=["revoked_at", "revoked_by", "reason"])
    return row


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('keys_registeredkey'))")
