"""Adopting a roadmap that another person computed: public, in the log, and the one that counts from then on.

Layer 4, governance. The database holds that who wrote it does not adopt it, and that just this was computed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects.faults import N_, Fault
from maidinh.governance.roadmap.models import Adoption, ScenarioRevision
from maidinh.governance.roadmap.queries import makers_of, newest_adoption
from maidinh.governance.roadmap.rules import ADOPTING, COMPUTED, LONGEST_TEXT, SOLVED, refusal, refuse
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.scope import signing_as
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.translog.promise import Signs
from maidinh.infrastructure.translog.promises import LogKeeper


@transaction.atomic
def adopt_roadmap(
    *, actor: Actor, revision_id: int, roadmap_hash: str, decision: str, text: str, at: datetime, signer: Signs
) -> Adoption:
    """Adopt what was computed, as it was read (`roadmap_hash`), by a decision with its number and reason."""
    require(actor, ADOPTING)
    row = ScenarioRevision.objects.select_related("scenario").filter(pk=revision_id).first()
    if row is None or row.scenario.province != settings.MAIDINH.province:
        raise refusal("", N_("There is no such scenario."))
    if row.state != COMPUTED or row.roadmap is None:
        raise refusal("", N_("Nothing was computed of this revision yet."))
    if row.roadmap["status"] not in SOLVED:
        raise refusal("", N_("The demands of this revision do not hold together. There is nothing to adopt."))
    if row.roadmap_hash != roadmap_hash:
        raise refusal("", N_("This is not the roadmap that you read."), N_("Load the page again."))
    if actor.id in makers_of(row):
        raise refusal("", N_("You took part in making this roadmap. Somebody else must adopt it."))
    number, why = kept(decision), kept(text)
    refuse(_faults(number, why))
    before = newest_adoption()
    if before is not None and before.revision_id == row.pk:
        raise refusal("", N_("This roadmap is adopted already."))
    keeper = LogKeeper(signer, row.scenario.province, settings.MAIDINH.log_promise)
    with signing_as(actor.id):
        entered = keeper.enter(
            kind="roadmap-adoption", agency=actor.agency, role="approver", content=_statement(row, number, why), at=at
        )
        made = Adoption.objects.create(
            province=row.scenario.province, revision=row, portfolio_hash=row.portfolio_hash, roadmap_hash=roadmap_hash,
            decision=number, text=why, adopted_by=actor.id, agency=actor.agency, at=at, entry=entered.entry,
            receipt=entered.receipt,
        )  # fmt: skip
    publish(name="roadmap.adopted", payload={"scenario": row.scenario_id, "revision": row.number}, at=at)
    record_act(actor=actor, action="roadmap.adopt", subject=f"roadmap {made.province} {row.scenario_id}", at=at,
               details={"revision": row.number, "hash": roadmap_hash, "decision": number})  # fmt: skip
    return made


def _statement(row: ScenarioRevision, decision: str, text: str) -> dict[str, Any]:
    return {
        "province": row.scenario.province,
        "scenario": row.scenario.name,
        "revision": row.number,
        "portfolio_sha256": row.portfolio_hash,
        "roadmap_sha256": row.roadmap_hash,
        "decision": decision,
        "text": text,
    }


def _faults(decision: str, text: str) -> list[Fault]:
    found = []
    longest = Adoption._meta.get_field("decision").max_length or 0
    if not decision:
        found.append(Fault("decision", N_("Enter the number of the decision.")))
    elif len(decision) > longest:
        found.append(Fault("decision", N_("The number is too long.")))
    if not text:
        found.append(Fault("text", N_("Say why you adopt it. It is published with the roadmap.")))
    elif len(text) > LONGEST_TEXT:
        says = N_("The text is too long: write %(most)s letters or fewer.")
        found.append(Fault("text", says, {"most": str(LONGEST_TEXT)}))
    return found
