"""Who an account is: roles as they stand now, and only people whom the provider vouches for."""

from __future__ import annotations

import pytest
from django.conf import settings

from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.identity.actions import SignInRefused, load_officials, sign_in
from maidinh.infrastructure.identity.models import Account, Official
from maidinh.infrastructure.identity.queries import actor_of_account, anonymous, official


def test_a_visitor_may_read_and_do_nothing_else():
    assert anonymous().may("catalogue.read") and not anonymous().signed_in
    assert not any(each.startswith("dossier.") for each in anonymous().permissions)


def test_a_citizen_is_known_by_number_and_named_by_account(db, at):
    claims = {"name": "Lý Thị Mẫu", "personal_number": "000123456789"}
    account = sign_in(issuer="i", subject="s", claims=claims, at=at)
    actor = actor_of_account(account.pk)
    assert (actor.kind, actor.person, actor.id) == ("citizen", "000123456789", f"account:{account.pk}")
    assert actor.may("dossier.submit") and not actor.may("dossier.accept") and actor.agencies == ()
    assert sign_in(issuer="i", subject="s", claims=claims, at=at).pk == account.pk
    assert sign_in(issuer="other", subject="s", claims=claims, at=at).pk != account.pk


def test_an_account_that_is_gone_is_a_visitor(db):
    assert actor_of_account(987654321) == anonymous()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"name": "X"}, "no-personal-number"),
        ({"name": "X", "personal_number": "12345678901"}, "no-personal-number"),
        ({"name": "X", "personal_number": "１２３４５６７８９０１２"}, "no-personal-number"),
        ({"name": " ", "personal_number": "000123456789"}, "no-name"),
        ({"name": "X", "official_id": "nobody"}, "unknown-official"),
        ({"name": "X", "official_id": "a", "personal_number": "000123456789"}, "two-people"),
    ],
)
def test_nobody_else_is_let_in(db, at, claims, reason):
    with pytest.raises(SignInRefused) as refusal:
        sign_in(issuer="i", subject="s", claims=claims, at=at)
    assert refusal.value.reason == reason and not Account.objects.exists()


def test_a_role_taken_away_is_gone_at_the_next_request(own_database, province, at):
    person = province.organisations.officials[0]
    claims = {"name": person.name, "official_id": person.id}
    account = sign_in(issuer="i", subject="s", claims=claims, at=at)
    assert actor_of_account(account.pk).agencies == (person.agency,) and actor_of_account(account.pk).roles
    fewer = province.organisations.model_copy(update={"officials": province.organisations.officials[1:]})
    with as_role(settings.CONNECTIONS, "owner"):
        load_officials(organisations=fewer)
    assert actor_of_account(account.pk).roles == frozenset()
    with pytest.raises(SignInRefused, match="unknown-official"):
        sign_in(issuer="i", subject="s", claims=claims, at=at)


def test_nobody_holds_roles_that_must_be_apart(own_database, province):
    person = province.organisations.officials[0].model_copy(update={"roles": ["architect", "architecture-approver"]})
    wrong = province.organisations.model_copy(update={"officials": [person]})
    with as_role(settings.CONNECTIONS, "owner"), pytest.raises(ValueError, match="may not be both"):
        load_officials(organisations=wrong)
    assert official(person.id) is not None and Official.objects.exclude(roles=[]).count() > 1
