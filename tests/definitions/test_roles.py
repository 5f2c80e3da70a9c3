"""The roles: what the form refuses, and that duties which must be apart are apart."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.identity.reading import read_roles

ROLES = read_roles(CHECKOUT / "national")
TEXT = {"vi": "Vai trò", "en": "Role"}


def role(role_id: str, **more: object) -> dict[str, object]:
    return {"id": role_id, "name": TEXT, "description": TEXT, "group": "public", "layer": 1, "home": "/", **more}


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ([role("a", permissions=["paper.burn"])], "paper.burn"),
        ([role("a", apart_from=["ghost"])], "ghost"),
        ([role("a"), role("a")], "more than once: a"),
        ([role("A")], "pattern"),
    ],
)
def test_roles_that_refer_to_nothing_are_refused(roles: list[dict[str, object]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Roles.model_validate({"permissions": [{"id": "paper.read", "name": TEXT}], "roles": roles})


def test_permissions_add_up_and_unknown_roles_give_nothing() -> None:
    one, other = ROLES.permissions_of(["specialist"]), ROLES.permissions_of(["one-stop-official"])
    assert ROLES.permissions_of(["specialist", "one-stop-official"]) == one | other
    assert ROLES.permissions_of(["ghost"]) == frozenset()
    with pytest.raises(KeyError):
        ROLES.role("ghost")


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("dossier.accept", {"one-stop-official"}),
        ("dossier.return", {"one-stop-official"}),
        ("fee.record", {"one-stop-official"}),
        ("dossier.sign", {"leader"}),
        ("dossier.submit", {"citizen", "business"}),
        ("architecture.draft", {"architect"}),
        ("architecture.opine", {"specialist", "leader"}),
        ("architecture.approve", {"architecture-approver"}),
        ("architecture.publish", {"architecture-approver"}),
    ],
)
def test_each_duty_lies_with_whom_it_should(permission: str, roles: set[str]) -> None:
    assert {each.id for each in ROLES.roles if permission in each.permissions} == roles


def test_the_administrator_reads_no_dossier() -> None:
    assert not [each for each in ROLES.role("administrator").permissions if each.startswith("dossier.")]


def test_every_permission_is_somebody_s() -> None:
    given = {permission for each in ROLES.roles for permission in each.permissions}
    assert given == {permission.id for permission in ROLES.permissions}
