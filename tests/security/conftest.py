"""The same world as the matrix of who may do what: somebody in every role, something in every state."""

from __future__ import annotations

from tests.architecture.conftest import world

__all__ = ["world"]
