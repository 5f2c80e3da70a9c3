"""Opening a scenario, revising it, pinning a demand by hand, asking for its computation.

Layer 4, governance. Every change is a new revision, and a revision is refused whole where anything in it is wrong: each
fault is told at its row. What was asked for runs in the worker.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import transaction

from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects.content import hash_of
from maidinh.governance.projects.faults import N_, Fault
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.models import Scenario, ScenarioRevision
from maidinh.governance.roadmap.queries import newest_revision, scenario_for, wrong_in
from maidinh.governance.roadmap.rules import (
    COMPUTED,
    DRAFT,
    FAILED,
    LONGEST_NAME,
    LONGEST_TEXT,
    PLANNING,
    WAITING,
    RoadmapRefused,
    refusal,
    refuse,
)
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.scope import signing_as
from maidinh.infrastructure.events.actions import publish


class ScenarioChanged(RoadmapRefused):
    """Somebody else revised the scenario since it was read."""


@transaction.atomic
def open_scenario(
    *,
    actor: Actor,
    name: str,
    portfolio: Portfolio,
    at: datetime,
    copied_from: ScenarioRevision | None = None,
    checked: bool = True,
) -> Scenario:
    """Begin a scenario. `checked`: nothing is taken in that has a fault; what is composed here is completed later."""
    require(actor, PLANNING)
    title = kept(name)
    refuse(_faults_of_name(title))
    if checked:
        refuse(wrong_in(portfolio))
    with signing_as(actor.id):
        row = Scenario.objects.create(
            province=settings.MAIDINH.province, name=title, opened_by=actor.id, agency=actor.agency,
            copied_from=copied_from, sample=portfolio.sample, at=at,
        )  # fmt: skip
        made = _write(actor, row, 1, portfolio, "", at)
    record_act(actor=actor, action="roadmap.open", subject=_subject(row), at=at,
               details={"name": title, "hash": made.portfolio_hash})  # fmt: skip
    return row


@transaction.atomic
def revise_scenario(
    *, actor: Actor, scenario_id: int, portfolio: Portfolio, seen_revision: int, at: datetime, note: str = "",
    checked: bool = False,
) -> ScenarioRevision:  # fmt: skip
    """Write a new revision. Nothing where it says the same; ScenarioChanged where another one was written meanwhile.

    A portfolio that is being put together may have faults still (`checked`): it is not computed before they are mended.
    """
    require(actor, PLANNING)
    row, newest = _locked(actor, scenario_id)
    if newest.number != seen_revision:
        raise ScenarioChanged(
            Fault("", N_("Somebody changed the scenario since you opened it."), {}, N_("Load the page again."))
        )
    if checked:
        refuse(wrong_in(portfolio))
    text = kept(note)
    if len(text) > LONGEST_TEXT:
        raise refusal("note", N_("The text is too long: write %(most)s letters or fewer."), most=str(LONGEST_TEXT))
    content = content_of(portfolio)
    if hash_of(content) == newest.portfolio_hash:
        return newest
    with signing_as(actor.id):
        made = _write(actor, row, newest.number + 1, portfolio, text, at)
    record_act(actor=actor, action="roadmap.revise", subject=_subject(row), at=at,
               details={"revision": made.number, "hash": made.portfolio_hash})  # fmt: skip
    return made


def pin_demand(
    *, actor: Actor, scenario_id: int, demand: str, pinned: int | Literal["out"] | None, seen_revision: int,
    at: datetime,
) -> ScenarioRevision:  # fmt: skip
    """Say by hand in which year a demand starts, that it stays out, or (None) that the computation decides."""
    require(actor, PLANNING)
    scenario = scenario_for(actor, scenario_id)
    if scenario is None:
        raise refusal("", N_("There is no such scenario."))
    portfolio = newest_revision(scenario).portfolio_form
    if demand not in {each.id for each in portfolio.demands}:
        raise refusal("demand", N_("There is no such project in the scenario."))
    if isinstance(pinned, int) and pinned not in portfolio.years:
        raise refusal("pinned", N_("%(year)s is not one of the years of the scenario."), year=str(pinned))
    demands = [each.model_copy(update={"pinned": pinned}) if each.id == demand else each for each in portfolio.demands]
    return revise_scenario(
        actor=actor, scenario_id=scenario_id, portfolio=portfolio.model_copy(update={"demands": demands}),
        seen_revision=seen_revision, at=at,
    )  # fmt: skip


@transaction.atomic
def ask_to_compute(*, actor: Actor, scenario_id: int, at: datetime) -> ScenarioRevision:
    """Ask that the newest revision is computed, if nothing in it is wrong."""
    require(actor, PLANNING)
    row, newest = _locked(actor, scenario_id)
    if newest.state in (WAITING, COMPUTED):
        return newest
    if newest.state not in (DRAFT, FAILED):
        raise refusal("", N_("This revision can't be computed."))
    refuse(wrong_in(newest.portfolio_form))
    newest.state, newest.asked_by, newest.asked_at = WAITING, actor.id, at
    with signing_as(actor.id):
        newest.save(update_fields=["state", "asked_by", "asked_at"])
    publish(name="roadmap.computation_asked", payload={"scenario": row.pk, "revision": newest.number}, at=at)
    record_act(actor=actor, action="roadmap.compute", subject=_subject(row), at=at,
               details={"revision": newest.number, "hash": newest.portfolio_hash})  # fmt: skip
    return newest


def content_of(portfolio: Portfolio) -> dict[str, Any]:
    """A portfolio as it is kept and hashed."""
    found: dict[str, Any] = portfolio.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return found


def _write(actor: Actor, row: Scenario, number: int, portfolio: Portfolio, note: str, at: datetime) -> ScenarioRevision:
    content = content_of(portfolio)
    return ScenarioRevision.objects.create(
        scenario=row, number=number, portfolio=content, portfolio_hash=hash_of(content), made_by=actor.id,
        agency=actor.agency, at=at, note=note,
    )  # fmt: skip


def _locked(actor: Actor, scenario_id: int) -> tuple[Scenario, ScenarioRevision]:
    row = scenario_for(actor, scenario_id)
    if row is None:
        raise refusal("", N_("There is no such scenario."))
    first = row.revisions.select_for_update().order_by("number").first()  # who holds the first one writes the next
    if first is None:
        raise refusal("", N_("There is no such scenario."))
    return row, newest_revision(row)


def _faults_of_name(name: str) -> Iterable[Fault]:
    if not name:
        yield Fault("name", N_("Give the scenario a name."))
    elif len(name) > LONGEST_NAME:
        yield Fault("name", N_("The name is too long: write %(most)s letters or fewer."), {"most": str(LONGEST_NAME)})


def _subject(row: Scenario) -> str:
    return f"roadmap {row.province} {row.pk}"
