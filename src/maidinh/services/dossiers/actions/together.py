"""The same for several steps at once: only what can be undone, each on its own, with a line that says what came of it.

Layer 4, part of the dossiers' actions. One that is refused leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.services.dossiers.actions.assignment import NotInService, assign_task, hand_over_task, release_task
from maidinh.services.dossiers.actions.steps import NotYours, TaskClosed, TaskTaken, claim_task
from maidinh.services.dossiers.models import Task

Deed = Literal["claim", "hand_over", "assign", "release"]
REFUSED = (TaskTaken, TaskClosed, NotYours, NotInService, NotAllowed)


@dataclass(frozen=True)
class Line:
    """What came of one step: the dossier's code, and why it was refused where it was."""

    task_id: int
    code: str
    refusal: Exception | None = None


def do_together(*, actor: Actor, deed: Deed, task_ids: Iterable[int], to: str = "", at: datetime) -> list[Line]:
    """Do the same with each step, in a transaction of its own."""
    return [_one(actor, deed, task_id, to, at) for task_id in dict.fromkeys(task_ids)]


def _one(actor: Actor, deed: Deed, task_id: int, to: str, at: datetime) -> Line:
    code = Task.objects.filter(pk=task_id).values_list("dossier__code", flat=True).first() or ""
    try:
        with transaction.atomic():
            match deed:
                case "claim":
                    claim_task(actor=actor, task_id=task_id, at=at)
                case "hand_over":
                    hand_over_task(actor=actor, task_id=task_id, to=to, at=at)
                case "assign":
                    assign_task(actor=actor, task_id=task_id, to=to, at=at)
                case "release":
                    release_task(actor=actor, task_id=task_id, at=at)
    except REFUSED as refusal:
        return Line(task_id, code, refusal)
    return Line(task_id, code)
