"""Computing what was asked for: the worker solves the portfolio and fills in what came of it, once.

Layer 4, governance. Runs in the worker, never in a request: it takes seconds to a minute. What breaks off is told.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from maidinh.governance.projects.content import hash_of
from maidinh.governance.roadmap.definition import Roadmap
from maidinh.governance.roadmap.models import ScenarioRevision
from maidinh.governance.roadmap.queries import waiting_revisions
from maidinh.governance.roadmap.rules import COMPUTED, FAILED, SOLVED, WAITING
from maidinh.infrastructure.events.actions import publish

_log = structlog.get_logger(__name__)


def compute(revision_id: int, at: datetime) -> ScenarioRevision | None:
    """Solve a revision that waits and keep what came of it; None where it does not wait (any more)."""
    row = ScenarioRevision.objects.filter(pk=revision_id, state=WAITING).first()
    if row is None:
        return None
    from maidinh.governance.roadmap.marginal import marginal  # the solver is in no process but the worker
    from maidinh.governance.roadmap.solving import solve

    found, failure = None, ""
    try:
        portfolio = row.portfolio_form
        found = solve(portfolio)
        if found.status in SOLVED and not found.marginal:
            found = found.model_copy(update={"marginal": marginal(portfolio, found)})
    except Exception as error:  # whatever it is, the planner is told, and the next one is computed
        failure = f"{type(error).__name__}: {error}"[:2000]
        _log.exception("roadmap not computed", scenario=row.scenario_id, revision=row.number)
    return _keep(row.pk, found, failure, at)


@transaction.atomic
def _keep(revision_id: int, found: Roadmap | None, failure: str, at: datetime) -> ScenarioRevision | None:
    row = ScenarioRevision.objects.select_for_update().filter(pk=revision_id, state=WAITING).first()
    if row is None:
        return None
    row.computed_at, row.failure = at, failure
    if found is None:
        row.state = FAILED
    else:
        content = found.model_dump(mode="json")
        row.state, row.roadmap, row.roadmap_hash = COMPUTED, content, hash_of(content)
        row.computed_from = row.portfolio_hash
    row.save(update_fields=["state", "computed_at", "computed_from", "roadmap", "roadmap_hash", "failure"])
    payload = {"scenario": row.scenario_id, "revision": row.number, "state": row.state}
    publish(name="roadmap.computed", payload=payload, at=at)
    return row


def compute_waiting(*, at: datetime) -> int:
    """Compute everything that waits; how many there were."""
    waiting = waiting_revisions()
    for each in waiting:
        compute(each, at)
    return len(waiting)
