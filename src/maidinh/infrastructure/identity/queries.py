"""Who acts: the actor behind an account, with the roles they hold now.

Layer 7. Roles and permissions come from the definitions; an official's roles are read at every request.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.conf import settings

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.identity.models import Account, Official
from maidinh.infrastructure.identity.reading import read_roles

ANONYMOUS = "anonymous"
CITIZEN = "citizen"


@cache
def roles() -> Roles:
    """The roles of the platform as the definitions state them; read once."""
    return read_roles(definitions_root(settings.MAIDINH.definitions) / "national")


@cache
def anonymous() -> Actor:
    """Whoever has not signed in."""
    return _actor_with([ANONYMOUS], kind="anonymous", id="anonymous")


def actor_of_account(account_id: int) -> Actor:
    """The actor behind an account; the anonymous one when the account is gone."""
    account = Account.objects.select_related("official").filter(pk=account_id).first()
    if account is None:
        return anonymous()
    if account.official is not None:
        return actor_of_official(account.official)
    return _actor_with([CITIZEN], kind="citizen", id=f"account:{account.pk}", name=account.name, person=account.person)


def actor_of_official(official: Official) -> Actor:
    """The actor that an official is, for the agency they work for."""
    return _actor_with(
        official.roles, kind="official", id=official.pk, name=official.name, agencies=(official.agency_id,)
    )


def official(official_id: str) -> Official | None:
    """The official with this id; None when there is none."""
    return Official.objects.filter(pk=official_id).first()


def officials_by_id(ids: Iterable[str]) -> dict[str, Official]:
    """Those of these officials that there are, in one query."""
    return Official.objects.in_bulk(sorted({each for each in ids if each}))


def in_service(official_id: str, agency: str, role: str) -> bool:
    """Whether this official works for the agency in this role now."""
    return Official.objects.filter(pk=official_id, agency_id=agency, roles__contains=[role]).exists()


def officials_of(agency: str, role: str = "") -> list[Official]:
    """Who works for the agency now, in this role where one is named; by name."""
    working = Official.objects.filter(agency_id=agency).exclude(roles=[])
    return list((working.filter(roles__contains=[role]) if role else working).order_by("name", "pk"))


def agencies_with(*permissions: str) -> list[str]:
    """The agencies whose officials hold one of these permissions."""
    holding = [role.id for role in roles().roles if set(role.permissions) & set(permissions)]
    found = Official.objects.filter(roles__overlap=holding).values_list("agency_id", flat=True)
    return sorted(set(found))


def _actor_with(role_ids: list[str], **who: object) -> Actor:
    known = roles()
    return Actor(roles=frozenset(role_ids), permissions=known.permissions_of(role_ids), **who)  # type: ignore[arg-type]
