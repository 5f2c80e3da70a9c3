"""Who acts, as identity hands it out. Layer 7."""

from __future__ import annotations

from maidinh.infrastructure.actor import Actor, ActorKind, NotAllowed, require

__all__ = ["Actor", "ActorKind", "NotAllowed", "require"]
