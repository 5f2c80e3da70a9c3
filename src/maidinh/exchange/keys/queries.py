"""Reading which public keys the exchange's members and systems have.

Layer 6. Public keys are public; who registered and revoked them is shown to who looks after them.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from maidinh.exchange.directory.definition import Key
from maidinh.exchange.keys.models import RegisteredKey
from maidinh.exchange.keys.rules import ENDED, MEMBER, REVOKED, kind_of, state_of

__all__ = ["RegisteredKey"]


def registered_keys(holder: str | None = None) -> QuerySet[RegisteredKey]:
    """Every key, or a holder's: by holder, the newest first."""
    found = RegisteredKey.objects.order_by("holder", "-valid_from", "-pk")
    return found if holder is None else found.filter(holder=holder)


def registered_key(kid: str) -> RegisteredKey | None:
    """The key of this name; None where there is none."""
    return RegisteredKey.objects.filter(kid=kid).first()


def revoked_names() -> frozenset[str]:
    """The names of the keys that were revoked: what they sign from then on is nobody's."""
    return frozenset(RegisteredKey.objects.filter(revoked_at__isnull=False).values_list("kid", flat=True))


def keys_of_holders(at: datetime) -> dict[str, tuple[Key, ...]]:
    """What a directory says of each holder's keys, the newest first; one that is left with none stands there too.

    A system's key that has ended is left out. A member's stays, for what it signed in its time still holds.
    """
    found: dict[str, list[Key]] = {}
    for row in registered_keys():
        kept, state = found.setdefault(row.holder, []), state_of(row.term, at)
        if state == REVOKED or (state == ENDED and kind_of(row.holder) != MEMBER):
            continue
        kept.append(
            Key(
                kid=row.kid,
                public_key_pem=row.public_key_pem,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                custody=row.custody,
            )
        )
    return {holder: tuple(keys) for holder, keys in found.items()}
