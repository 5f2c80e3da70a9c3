"""Proposing a contract's text, signing it for a side, declining it, taking it back.

Layer 6. Who acts does so for their own agency. A signature is made by the agency's key: by the platform's signer where
that keeps the key, else outside and given here. Each enters a leaf in the log in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from maidinh.exchange import jws
from maidinh.exchange.contracts import rules
from maidinh.exchange.contracts.models import Answer, Proposal
from maidinh.exchange.contracts.queries import PROPOSING, SIGNING, Standing, proposal_for, proposals_over, standing
from maidinh.exchange.contracts.rules import DECLINED, SIGNED, TAKEN_BACK, WAITING, Fault
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.agreements import Side
from maidinh.exchange.directory.definition import Agreement, Contract, Key, Member
from maidinh.exchange.directory.queries import current_directory
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.scope import acting, signing_as
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.translog.promises import LogKeeper

SAMPLE_SIGNER = "sample"
LOG_KIND, LOG_ROLE = "contract-signed", "agency"
PLATFORM, AGENCY = "platform", "agency"


class Signer(Protocol):
    """Whoever can sign with a named key, and says its public half."""

    def sign(self, key: str, message: bytes) -> bytes: ...

    def public(self, key: str) -> str: ...


class ContractRefused(ValueError):
    """It can't be proposed or answered so; `faults` says why, each by its field, in the reader's language."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.says for fault in faults))


@transaction.atomic
def propose(*, actor: Actor, contract: Contract, at: datetime) -> Proposal:
    """Keep a text for its agencies to sign. The actor's agency is one of them."""
    require(actor, PROPOSING)
    bare = contract.model_copy(update={"agreements": ()})
    if actor.agency not in agreements.parties(bare).values():
        raise ContractRefused(Fault("", _("Your agency is no side of this contract. One of its sides proposes it.")))
    digest = agreements.digest(bare)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"contracts {digest}"])
    known = proposals_over([digest]).get(digest)
    if known is not None and (known.state == WAITING or _holds(known)):
        raise ContractRefused(Fault("", _("Exactly this text is proposed already.")))
    with signing_as(actor.id):
        row = _kept(bare, digest, by=actor.id, agency=actor.agency, at=at)
    publish(name="contract.proposed", payload={"contract": row.contract, "proposal": row.pk}, at=at)
    details = {"digest": digest, "proposal": row.pk}
    record_act(actor=actor, action="contract.propose", subject=f"contract {row.contract}", at=at, details=details)
    return row


@transaction.atomic
def sign(
    *, actor: Actor, proposal_id: int, side: str, digest: str, at: datetime, signer: Signer, token: str = ""
) -> Answer:
    """Sign a proposed text for one side of it: the text with this digest, which the actor has read.

    `token` is the signature that an agency made with a key of its own; without it the platform's signer makes one.
    """
    require(actor, SIGNING)
    found = _open(actor, proposal_id)
    chosen = _side(found, side, actor)
    if digest != found.row.digest:
        raise ContractRefused(Fault("", _("This is another text than the one you read. Read it again.")))
    member = _member(actor.agency)
    key = _key(member, actor.agency, at, signer)
    if token:
        agreement, held = _given(found.contract, chosen, member, token.strip(), at), AGENCY
    elif key.custody == AGENCY:
        said = _("Your agency keeps its key itself. Sign the text with it and give the signature here.")
        raise ContractRefused(Fault("token", said))
    else:
        agreement, held = _made(found.contract, chosen, key, at, signer), PLATFORM
    with signing_as(actor.id):
        answer = _answered(found.row, agreement, by=actor.id, custody=held, at=at, signer=signer)
    payload = {"contract": found.row.contract, "proposal": found.row.pk, "side": chosen}
    publish(name="contract.signed", payload=payload, at=at)
    details = {"digest": digest, "proposal": found.row.pk, "side": chosen, "custody": held}
    record_act(actor=actor, action="contract.sign", subject=f"contract {found.row.contract}", at=at, details=details)
    return answer


@transaction.atomic
def decline(*, actor: Actor, proposal_id: int, side: str, reason: str, at: datetime) -> Answer:
    """Decline a proposed text for one side, with the reason: it can be signed no more."""
    require(actor, SIGNING)
    found = _open(actor, proposal_id)
    chosen, why = _side(found, side, actor), reason.replace("\0", "").strip()
    if not why:
        raise ContractRefused(Fault("reason", _("Say why your agency declines it, so that the other can mend it.")))
    if len(why) > rules.LONGEST_REASON:
        words = {"count": rules.LONGEST_REASON}
        raise ContractRefused(Fault("reason", _("Write %(count)s characters or fewer.") % words))
    return _ended(actor, found, DECLINED, chosen, why, at)


@transaction.atomic
def take_back(*, actor: Actor, proposal_id: int, at: datetime) -> Answer:
    """Take back what one's agency proposed, while not every side has signed."""
    require(actor, PROPOSING)
    found = _open(actor, proposal_id)
    if found.row.proposed_agency != actor.agency:
        raise ContractRefused(Fault("", _("Only the agency that proposed it takes it back.")))
    return _ended(actor, found, TAKEN_BACK, "", "", at)


def agree_samples(*, contracts: Iterable[Contract], at: datetime, signer: Signer) -> list[str]:
    """In a sample: every side signs these texts, by nobody's decision; the signature says so. Returns what it signed.

    Texts that are proposed already, by whomever, are left as they are.
    """
    wanted = {agreements.digest(each): each for each in contracts}
    done = []
    for digest, each in sorted(wanted.items()):
        known = proposals_over([digest])
        if digest in known:
            continue
        sides = agreements.parties(each)
        with acting(agencies=set(sides.values()), official=SAMPLE_SIGNER):
            row = _kept(each, digest, by=SAMPLE_SIGNER, agency=sides["consumer"], at=at)
            for side, code in sides.items():
                key = _key(_member(code), code, at, signer)
                agreement = _made(each, side, key, at, signer, sample=True)
                _answered(row, agreement, by=SAMPLE_SIGNER, custody=PLATFORM, at=at, signer=signer, sample=True)
        done.append(each.id)
    return done


def _kept(contract: Contract, digest: str, *, by: str, agency: str, at: datetime) -> Proposal:
    sides = agreements.parties(contract)
    return Proposal.objects.create(
        contract=contract.id,
        digest=digest,
        text=agreements.text(contract).decode("utf-8"),
        consumer_agency=sides["consumer"],
        provider_agency=sides["provider"],
        delegator_agency=sides.get("delegator", ""),
        proposed_by=by,
        proposed_agency=agency,
        proposed_at=at,
    )


def _answered(
    row: Proposal, agreement: Agreement, *, by: str, custody: str, at: datetime, signer: Signer, sample: bool = False
) -> Answer:
    content = {
        "kind": LOG_KIND,
        "province": settings.MAIDINH.province,
        "contract": row.contract,
        "text": row.digest,
        "side": agreement.side,
        "agency": agreement.agency,
        "jws": agreement.jws,
        "signed_by": by,
        "custody": custody,
        "sample": sample,
    }
    keeper = LogKeeper(signer, settings.MAIDINH.province, settings.MAIDINH.log_promise)
    entered = keeper.enter(kind=LOG_KIND, agency=agreement.agency, role=LOG_ROLE, content=content, at=at)
    try:
        with transaction.atomic():
            return Answer.objects.create(
                proposal=row,
                side=agreement.side,
                agency=agreement.agency,
                verdict=SIGNED,
                jws=agreement.jws,
                custody=custody,
                answered_by=by,
                answered_at=at,
                sample=sample,
                entry=entered.entry,
                receipt=entered.receipt,
            )
    except IntegrityError:
        raise ContractRefused(Fault("", _("Your agency has answered already."))) from None


def _ended(actor: Actor, found: Standing, verdict: str, side: str, reason: str, at: datetime) -> Answer:
    try:
        with transaction.atomic(), signing_as(actor.id):
            answer = Answer.objects.create(
                proposal=found.row,
                side=side,
                agency=actor.agency,
                verdict=verdict,
                reason=reason,
                answered_by=actor.id,
                answered_at=at,
            )
    except IntegrityError:
        raise ContractRefused(Fault("", _("Your agency has answered already."))) from None
    payload = {"contract": found.row.contract, "proposal": found.row.pk}
    publish(name=f"contract.{verdict.replace('-', '_')}", payload=payload, at=at)
    subject = f"contract {found.row.contract}"
    record_act(actor=actor, action=f"contract.{verdict}", subject=subject, at=at, details={"reason": reason})
    return answer


def _open(actor: Actor, proposal_id: int) -> Standing:
    """The proposal, its answers locked: of two who answer at once, one comes second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"contracts answer {proposal_id}"])
    found = proposal_for(actor, proposal_id)
    if found is None:
        raise ContractRefused(Fault("", _("There is no such contract.")))
    if found.state != WAITING:
        raise ContractRefused(Fault("", _("This contract does not wait for a signature any more.")))
    return standing(found.row)


def _holds(found: Standing) -> bool:
    """Whether what was signed still holds: a key that was revoked since takes its signatures with it."""
    directory = current_directory()
    given = tuple(agreements.agreement_from(each.jws) for each in found.answers.values() if each.jws)
    signed = found.contract.model_copy(update={"agreements": given})
    return directory is None or not agreements.lacking(signed, directory.members)


def _side(found: Standing, side: str, actor: Actor) -> Side:
    for each in found.open_sides(actor.agency):
        if each == side:
            return each
    raise ContractRefused(Fault("", _("Your agency is not asked to answer for this side.")))


def _member(code: str) -> Member | None:
    directory = current_directory()
    return None if directory is None else next((each for each in directory.members if each.code == code), None)


def _key(member: Member | None, code: str, at: datetime, signer: Signer) -> Key:
    """The agency's newest key that may be used: as the directory has it, else the one that the signer keeps."""
    valid = [each for each in member.keys if each.valid(at)] if member is not None else []
    if valid:
        return max(valid, key=lambda each: each.valid_from)
    kid = f"member:{code}"
    try:
        return Key(kid=kid, public_key_pem=signer.public(kid), valid_from=at)
    except SignerError:
        said = _("Your agency has no key on the exchange yet. Ask the operator of the exchange for one.")
        raise ContractRefused(Fault("", said)) from None


def _made(contract: Contract, side: Side, key: Key, at: datetime, signer: Signer, *, sample: bool = False) -> Agreement:
    signed = agreements.to_sign(agreements.claims(contract, side, at, sample=sample), key.kid)
    return agreements.agreement_from(jws.compact(signed, signer.sign(key.kid, signed)))


def _given(contract: Contract, side: Side, member: Member | None, token: str, at: datetime) -> Agreement:
    try:
        agreement = agreements.agreement_from(token)
    except jws.InvalidToken:
        said = _("This is no signature on a contract: three parts with dots between them, as a compact JWS has.")
        raise ContractRefused(Fault("token", said)) from None
    if agreement.signed_at > at:
        raise ContractRefused(Fault("token", _("The signature names a moment that is still to come.")))
    if member is None or not agreements.holds(agreement, contract, side, member):
        said = _("The signature does not hold: it must be over this text, for this side, by a key of your agency.")
        raise ContractRefused(Fault("token", said))
    return agreement
