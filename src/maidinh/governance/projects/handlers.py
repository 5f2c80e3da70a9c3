"""What becomes of projects when a version is published or a draft is given up. Layer 4; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.governance.projects.actions.merging import carry_published, give_back
from maidinh.infrastructure.events.actions import receive


@receive("architecture.published")
def carry_projects(payload: dict[str, Any], at: datetime) -> None:
    """The projects that the version really carries are in force; once, however often the event arrives."""
    carry_published(version=payload["version"], at=at)


@receive("architecture.draft_abandoned")
def release_projects(payload: dict[str, Any], at: datetime) -> None:
    """The projects that the draft had taken in wait for another one."""
    give_back(draft_id=payload["draft"], at=at)
