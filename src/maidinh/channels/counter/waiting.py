"""How much waits for an official: the figures of their home and of the worklist.

Layer 2. A step's kind stands in its procedure's definition, which never changes under its hash and is read once.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from maidinh.infrastructure.actor import Actor
from maidinh.services.dossiers.queries import worklist_for
from maidinh.services.dossiers.rules import step_of
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import version_by_hash

SIGNATURE = "signature"


@lru_cache(maxsize=512)
def procedure_of(digest: str) -> Procedure:
    """The definition of a procedure version, by its content hash."""
    return version_by_hash(digest).procedure


def steps_for(actor: Actor, at: datetime | None = None) -> QuerySet:
    """What waits for the official, by urgency; `due` is the end of the step or, where it has none, of the dossier.

    At a moment: with what colleagues have delegated.
    """
    due = Coalesce("due_at", "dossier__due_at", "dossier__promised_at")
    return worklist_for(actor, at).annotate(due=due).order_by("due", "id")


def waiting(actor: Actor, at: datetime) -> int:
    """How many steps wait for the official."""
    return worklist_for(actor, at).count()


def late(actor: Actor, at: datetime) -> int:
    """How many of them are past their time."""
    return steps_for(actor, at).filter(due__lt=at).count()


def to_sign(actor: Actor, at: datetime) -> int:
    """How many results wait for the leader's signature."""
    return signatures_for(actor).count()


def signatures_for(actor: Actor) -> QuerySet:
    """The signature steps among what waits for the official."""
    steps = worklist_for(actor).order_by().values_list("dossier__procedure__hash", "step").distinct()
    wanted = Q(pk__in=[])
    for digest, step in steps:
        if step_of(procedure_of(digest), step).kind == SIGNATURE:
            wanted |= Q(dossier__procedure__hash=digest, step=step)
    return steps_for(actor).filter(wanted)
