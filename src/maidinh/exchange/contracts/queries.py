"""Reading proposals and what was signed.

Layer 6. What is agreed is public, as the directory is; a proposal that waits is for the agencies that are to sign it,
and for who reads the record of exchanges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from maidinh.exchange.contracts.models import Answer, Proposal
from maidinh.exchange.contracts.rules import AGREED, DECLINED, SIGNED, TAKEN_BACK, WAITING, state_of
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.agreements import Side
from maidinh.exchange.directory.definition import Agreement, Contract
from maidinh.infrastructure.actor import Actor

PROPOSING, SIGNING, READING_ALL = "contract.propose", "contract.sign", "exchange.read"

__all__ = ["PROPOSING", "READING_ALL", "SIGNING", "Answer", "Proposal", "Standing"]


@dataclass(frozen=True)
class Standing:
    """A proposal with what was answered so far."""

    row: Proposal
    contract: Contract
    state: str
    answers: dict[str, Answer]

    @property
    def parties(self) -> dict[Side, str]:
        """The agency on each side."""
        return agreements.parties(self.contract)

    def open_sides(self, agency: str) -> list[Side]:
        """The sides of this agency that have not answered yet, while the proposal waits."""
        if self.state != WAITING:
            return []
        return [side for side, code in self.parties.items() if code == agency and side not in self.answers]


def standing(row: Proposal) -> Standing:
    """A proposal with its answers, as the database has them now."""
    given = list(row.answers.all())
    answers = {each.side: each for each in given if each.side}
    back = any(each.verdict == TAKEN_BACK for each in given)
    verdicts = {side: each.verdict for side, each in answers.items()}
    return Standing(row, row.terms, state_of(row.terms, verdicts, taken_back=back), answers)


def proposals_for(actor: Actor) -> list[Standing]:
    """The proposals that this actor may see, the newest first."""
    found = [standing(each) for each in _rows()]
    return [each for each in found if _visible(each, actor)]


def proposal_for(actor: Actor, proposal_id: int) -> Standing | None:
    """One of them; None where there is none for this actor."""
    row = _rows().filter(pk=proposal_id).first()
    found = None if row is None else standing(row)
    return found if found is not None and _visible(found, actor) else None


def to_sign(actor: Actor) -> list[Standing]:
    """What waits for a signature of this actor's agency, the longest waiting first."""
    if not actor.may(SIGNING) or not actor.agency:
        return []
    mine = Q(consumer_agency=actor.agency) | Q(provider_agency=actor.agency) | Q(delegator_agency=actor.agency)
    found = [standing(each) for each in _rows().filter(mine).order_by("proposed_at", "pk")]
    return [each for each in found if each.open_sides(actor.agency)]


def waiting_count(actor: Actor, at: datetime) -> int:
    """How many contracts wait for this actor's signature: a figure of their home."""
    del at
    return len(to_sign(actor))


def signatures() -> dict[str, tuple[Agreement, ...]]:
    """Every signature that stands, by its text's digest; what was declined or taken back is left out."""
    stopped = Answer.objects.filter(verdict__in=(DECLINED, TAKEN_BACK)).values("proposal_id")
    rows = Answer.objects.filter(verdict=SIGNED).exclude(proposal_id__in=stopped).select_related("proposal")
    found: dict[str, list[Agreement]] = {}
    for each in rows.order_by("answered_at", "pk"):
        found.setdefault(each.proposal.digest, []).append(agreements.agreement_from(each.jws))
    return {digest: tuple(signed) for digest, signed in found.items()}


def proposals_over(digests: Iterable[str]) -> dict[str, Standing]:
    """The newest proposal of each of these texts that was neither declined nor taken back."""
    found: dict[str, Standing] = {}
    for row in _rows().filter(digest__in=list(digests)).order_by("proposed_at", "pk"):
        here = standing(row)
        if here.state in (WAITING, AGREED):
            found[row.digest] = here
    return found


def _rows() -> QuerySet[Proposal]:
    answers = Prefetch("answers", queryset=Answer.objects.order_by("answered_at", "pk"))
    return Proposal.objects.prefetch_related(answers).order_by("-proposed_at", "-pk")


def _visible(found: Standing, actor: Actor) -> bool:
    if found.state == AGREED or actor.may(READING_ALL):
        return True
    agencies = {*found.parties.values(), found.row.proposed_agency}
    return (actor.may(PROPOSING) or actor.may(SIGNING)) and actor.agency in agencies
