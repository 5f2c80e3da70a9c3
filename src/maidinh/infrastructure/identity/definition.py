"""The roles and what each may do, as `national/roles.yaml` states them.

Layer 7. A role that isn't in the file can't be given; a permission that isn't in the file can't be asked for.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, Text

RoleGroup = Literal["public", "official", "architecture", "operations"]


class Permission(Form):
    """Something that a role may do."""

    id: str = Field(pattern=r"^[a-z]+\.[a-z-]+$")
    name: Text


class Role(Form):
    """A role (vai trò): where its holder starts, and what the holder may do.

    `layer` is the layer of the architecture whose work the role does; `home` is the path of its first page.
    `apart_from` names roles that the same person must not hold (four eyes).
    """

    id: str = Field(pattern=r"^[a-z][a-z-]*$")
    name: Text
    description: Text
    group: RoleGroup
    layer: int = Field(ge=1, le=7)
    home: str = Field(pattern=r"^/")
    permissions: list[str] = []
    apart_from: list[str] = []


class Roles(Form):
    """All roles and permissions of the platform."""

    permissions: list[Permission] = Field(min_length=1)
    roles: list[Role] = Field(min_length=1)

    @model_validator(mode="after")
    def _references_hold(self) -> Roles:
        permissions = [permission.id for permission in self.permissions]
        roles = [role.id for role in self.roles]
        for ids, kind in ((permissions, "permission"), (roles, "role")):
            twice = sorted({i for i in ids if ids.count(i) > 1})
            if twice:
                raise ValueError(f"this {kind} stands more than once: {', '.join(twice)}")
        for role in self.roles:
            unknown = sorted(set(role.permissions) - set(permissions)) + sorted(set(role.apart_from) - set(roles))
            if unknown:
                raise ValueError(f"role {role.id} names what isn't in this file: {', '.join(unknown)}")
        return self

    def role(self, role_id: str) -> Role:
        """The role with this id. KeyError when there is none."""
        for role in self.roles:
            if role.id == role_id:
                return role
        raise KeyError(role_id)

    def permissions_of(self, role_ids: list[str]) -> frozenset[str]:
        """Everything that a holder of these roles may do. Unknown roles give nothing."""
        held = set(role_ids)
        return frozenset(permission for role in self.roles if role.id in held for permission in role.permissions)
