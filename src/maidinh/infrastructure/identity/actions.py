"""Letting people in: officials from the definitions, accounts from the identity provider.

Layer 7. A person is who the identity provider vouches for; nobody can choose another number or office afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.identity.models import Account, Official
from maidinh.infrastructure.identity.queries import actor_of_account, roles
from maidinh.infrastructure.organisations.definition import Organisations

PERSONAL_NUMBER = re.compile(r"[0-9]{12}")


class SignInRefused(Exception):
    """The identity provider vouches for nobody whom this installation can let in; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@transaction.atomic
def load_officials(*, organisations: Organisations) -> int:
    """Bring the officials' rows up to the definition; returns how many there are. Those gone lose their roles."""
    known = roles()
    for person in organisations.officials:
        for role_id in person.roles:
            apart = sorted(set(known.role(role_id).apart_from) & set(person.roles))
            if apart:
                raise ValueError(f"official {person.id} may not be both {role_id} and {', '.join(apart)}")
    for person in organisations.officials:
        Official.objects.update_or_create(
            id=person.id,
            defaults={
                "name": person.name,
                "title_vi": person.title.vi,
                "title_en": person.title.en or "",
                "agency_id": person.agency,
                "roles": list(person.roles),
                "sample": person.sample,
            },
        )
    Official.objects.exclude(pk__in=[person.id for person in organisations.officials]).update(roles=[])
    return len(organisations.officials)


@transaction.atomic
def sign_in(*, issuer: str, subject: str, claims: Mapping[str, Any], at: datetime) -> Account:
    """The account of this issuer's subject, made at the first sign-in. Raises SignInRefused."""
    if not subject:
        raise SignInRefused("no-subject")
    person, official = _whom(claims)
    name = str(claims.get("name") or "").strip()[:200] or (official.name if official else "")
    if not name:
        raise SignInRefused("no-name")
    account, _ = Account.objects.get_or_create(
        issuer=issuer,
        subject=subject,
        defaults={
            "person": person,
            "official": official,
            "name": name,
            "first_signed_in_at": at,
            "last_signed_in_at": at,
        },
    )
    if (account.person, account.official_id) != (person, official.pk if official else None):
        raise SignInRefused("another-person")
    account.name, account.last_signed_in_at = name, at
    account.save(update_fields=["name", "last_signed_in_at"])
    record_act(actor=actor_of_account(account.pk), action="identity.sign_in", subject=f"account:{account.pk}", at=at)
    return account


def _whom(claims: Mapping[str, Any]) -> tuple[str, Official | None]:
    official_id = str(claims.get("official_id") or "")
    person = str(claims.get("personal_number") or "")
    if official_id and person:
        raise SignInRefused("two-people")
    if official_id:
        official = Official.objects.filter(pk=official_id).exclude(roles=[]).first()
        if official is None:
            raise SignInRefused("unknown-official")
        return "", official
    if not PERSONAL_NUMBER.fullmatch(person):
        raise SignInRefused("no-personal-number")
    return person, None
