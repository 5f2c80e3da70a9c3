"""The people and projects of tests/governance/projects, for supervision."""

from __future__ import annotations

from tests.governance.projects.conftest import carrying, english, pack

__all__ = ["carrying", "english", "pack"]
