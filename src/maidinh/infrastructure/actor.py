"""Who acts: the actor of a request, and whether a permission is theirs.

Layer 7. Pure. Roles and permissions are definitions (national/roles.yaml); nothing here names one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ActorKind = Literal["anonymous", "citizen", "official", "system"]


@dataclass(frozen=True)
class Actor:
    """Whoever makes a request: what they are, whom they act for, what they may do."""

    kind: ActorKind
    id: str = ""
    name: str = ""
    person: str | None = None
    agencies: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = field(default_factory=frozenset)

    @property
    def signed_in(self) -> bool:
        """Whether we know who this is."""
        return self.kind in ("citizen", "official")

    @property
    def agency(self) -> str:
        """The agency an official acts for; empty for everyone else."""
        return self.agencies[0] if self.agencies else ""

    def may(self, permission: str) -> bool:
        """Whether the actor has this permission."""
        return permission in self.permissions


class NotAllowed(Exception):
    """The actor may not do this; `permission` names what is missing."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"needs the permission {permission}")


def require(actor: Actor, permission: str) -> None:
    """Raise NotAllowed unless the actor has the permission."""
    if not actor.may(permission):
        raise NotAllowed(permission)
