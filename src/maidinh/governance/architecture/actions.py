"""Drafting, approving and publishing an architecture version, and sending what it declares down to the exchange.

Layer 4, governance. Whoever wrote in a version neither approves nor publishes it, and versions stand in one line: the
actions refuse anything else, and so does the database.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.exchange import jws
from maidinh.exchange.contracts import actions as contracts
from maidinh.exchange.contracts.queries import Answer, signatures
from maidinh.exchange.directory.actions import Signer, publish_directory
from maidinh.exchange.directory.definition import Directory, architecture_key
from maidinh.exchange.directory.queries import current_directory, current_serial
from maidinh.exchange.interfaces.fitting import breaks, misfits, with_kept_documents
from maidinh.exchange.keys.queries import keys_of_holders
from maidinh.governance.architecture import rules
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.models import Version, Withdrawal
from maidinh.governance.architecture.queries import contract_in_force, declared_version, deployment, withdrawn_contracts
from maidinh.governance.architecture.rules import (
    ASKED,
    CONFIRMED,
    DRAFT,
    ENDED,
    PUBLISHED,
    REFUSED,
    SUPERSEDED,
    TAKEN_BACK,
    Fault,
)
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.scope import signing_as
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import LogKeeper

DECISION_LENGTH = 120
LISTED = 5  # changes of one interface that are told at once
KIND = "maidinh-architecture+jws"
DRAFTING, APPROVING, PUBLISHING = "architecture.draft", "architecture.approve", "architecture.publish"
WITHDRAWING, CONFIRMING = "connection.withdraw", "connection.confirm-withdrawal"


class VersionRefused(ValueError):
    """The version can't be drafted or published as it is; `reasons` says why, a line each, in the reader's language."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class WithdrawalRefused(ValueError):
    """It can't be asked for or decided; `faults` says why, each by its field, in the reader's language."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.says for fault in faults))


class SamePerson(VersionRefused):
    """Whoever wrote in a version neither approves nor publishes it."""


def load_version(*, actor: Actor, version: str, at: datetime) -> Version:
    """Take a version of this province from the definitions as a draft. Raises DefinitionError or VersionRefused."""
    require(actor, DRAFTING)
    try:
        model, organisations = declared_version(version)
    except ValueError as error:
        raise VersionRefused(str(error)) from error
    return draft_version(actor=actor, version=model, organisations=organisations, at=at)


@transaction.atomic
def draft_version(
    *,
    actor: Actor,
    version: ArchitectureVersion,
    organisations: Organisations,
    at: datetime,
    authors: Collection[str] = (),
    base: int | None = None,
    needs_approval: bool = False,
    content: dict[str, Any] | None = None,
) -> Version:
    """Keep a resolved version as a draft; an unpublished one of the same number is replaced, the same again is kept.

    `authors` wrote in it beside the actor, `base` is the version it was made from; `content` is the model's JSON where
    that must be kept to the letter. One that waits for approval is replaced by nothing: it must be withdrawn first.
    """
    require(actor, DRAFTING)
    model = rules.with_agency_codes(version, organisations)
    found = rules.problems(model, [agency.code for agency in organisations.agencies])
    if model.province != organisations.province:
        found.append(f"the version is of {model.province}, the organisations are of {organisations.province}")
    if found:
        raise VersionRefused(*found)
    content = content or model.model_dump(mode="json", by_alias=True, exclude_none=True)
    digest = content_hash(content)
    known = Version.objects.select_for_update().filter(province=model.province, version=model.version).first()
    if known is not None and known.hash == digest and not needs_approval:
        return known
    words = {"version": model.version}
    if known is not None and known.state != DRAFT:
        raise VersionRefused(_("Version %(version)s is published; a changed one needs a new number.") % words)
    if known is not None and known.needs_approval:
        raise VersionRefused(_("Version %(version)s waits for approval; it must be sent back before.") % words)
    if known is not None:
        known.delete()
    with signing_as(actor.id):
        row = Version.objects.create(
            province=model.province,
            version=model.version,
            instance=rules.instance_of(organisations.code),
            hash=digest,
            content=content,
            effective_from=model.effective_from,
            author=actor.id,
            authors=sorted({*authors} - {actor.id}),
            base_id=base,
            needs_approval=needs_approval,
            submitted_at=at,
        )
    record_act(actor=actor, action="architecture.load", subject=_subject(row), at=at, details={"hash": digest})
    return row


@transaction.atomic
def approve_version(*, actor: Actor, version_id: int, decision: str, decided_on: date, at: datetime) -> Version:
    """Set the decision that approves a draft of other people; from here on it stands with the version."""
    require(actor, APPROVING)
    row = _locked(version_id)
    words = {"version": row.version}
    if row.state != DRAFT:
        raise VersionRefused(_("Version %(version)s is no draft any more.") % words)
    if row.approved_at is not None:
        raise VersionRefused(_("Version %(version)s is approved already; its decision is not changed.") % words)
    if actor.id in row.writers:
        raise SamePerson(_("You wrote in version %(version)s. Somebody else must approve it.") % words)
    number = decision.replace("\0", "").strip()
    if not 0 < len(number) <= DECISION_LENGTH:
        raise VersionRefused(_("Give the number of the decision."))
    if (outdated := _refusal_of_base(row)) is not None:
        raise VersionRefused(outdated)
    if decided_on > localtime(at).date():
        raise VersionRefused(_("The day of the decision is not to come."))
    row.decision, row.decided_on = number, decided_on
    row.approved_by, row.approved_at = actor.id, at
    with signing_as(actor.id):
        row.save(update_fields=["decision", "decided_on", "approved_by", "approved_at"])
    payload = {"province": row.province, "version": row.version}
    publish(name="architecture.approved", payload=payload, at=at, agency=actor.agency)
    details = {"hash": row.hash, "decision": row.decision, "decided_on": decided_on.isoformat()}
    record_act(actor=actor, action="architecture.approve", subject=_subject(row), at=at, details=details)
    return row


@transaction.atomic
def withdraw_version(*, actor: Actor, version_id: int, at: datetime) -> None:
    """Take a draft away again that nothing was decided on, or whose base is no more in force: its number is free."""
    require(actor, DRAFTING if actor.may(DRAFTING) else APPROVING)
    row = _locked(version_id)
    words = {"version": row.version}
    if row.state != DRAFT:
        raise VersionRefused(_("Version %(version)s is no draft any more.") % words)
    if row.approved_at is not None and _refusal_of_base(row) is None:
        raise VersionRefused(_("Version %(version)s is approved already; its decision is not changed.") % words)
    record_act(
        actor=actor,
        action="architecture.withdraw",
        subject=_subject(row),
        at=at,
        details={"hash": row.hash, "decision": row.decision},
    )
    row.delete()


@transaction.atomic
def publish_version(*, actor: Actor, version_id: int, at: datetime, signer: Signer) -> Version:
    """Put a draft of another person into force: signed, logged, and obeyed by the exchange from here on."""
    require(actor, PUBLISHING)
    row = _locked(version_id)
    current = Version.objects.filter(province=row.province, state=PUBLISHED).first()
    _refuse_unready(row, current, actor, localtime(at))
    directory = _directory(row, deployment(row, at), at)
    _refuse_interfaces(directory)
    statement = _statement(row, actor, directory, at)
    entered = LogKeeper(signer, row.province, settings.MAIDINH.log_promise).enter(
        kind="architecture-published", agency=actor.agency, role="approver", content=statement, at=at
    )
    if current is not None:
        current.state, current.superseded_at = SUPERSEDED, at
        current.save(update_fields=["state", "superseded_at"])
    row.state, row.published_by, row.published_at = PUBLISHED, actor.id, at
    row.entry, row.receipt, row.serial = entered.entry, entered.receipt, directory.serial
    row.jws = _signed(statement, architecture_key(row.province), signer)
    with signing_as(actor.id):
        row.save()
    publish_directory(directory=directory, signer=signer, at=at)
    publish(name="architecture.published", payload={"province": row.province, "version": row.version}, at=at)
    record_act(actor=actor, action="architecture.publish", subject=_subject(row), at=at, details=statement)
    return row


@transaction.atomic
def renew_directory(*, at: datetime, signer: Signer) -> Directory | None:
    """Send the directory of the version in force again: before it expires, or when keys or addresses have changed."""
    row = Version.objects.select_for_update().filter(state=PUBLISHED).first()
    if row is None:
        return None
    here = deployment(row, at)
    standing = current_directory()
    directory = with_kept_documents(standing, _directory(row, here, at))
    if standing is not None and _same(standing, directory) and standing.expires_at - at > here.lifetime / 2:
        return standing
    publish_directory(directory=directory, signer=signer, at=at)
    return directory


@transaction.atomic
def sign_contract(
    *, actor: Actor, proposal_id: int, side: str, digest: str, at: datetime, signer: contracts.Signer, token: str = ""
) -> Answer:
    """Sign a contract for one side; where the version in force declares it and every side signed, it holds at once."""
    answer = contracts.sign(
        actor=actor, proposal_id=proposal_id, side=side, digest=digest, at=at, signer=signer, token=token
    )
    renew_directory(at=at, signer=signer)
    return answer


@transaction.atomic
def renew_keys(*, at: datetime, signer: Signer) -> Directory | None:
    """Send the directory in force with the keys that are registered now, and with nothing else changed."""
    row = Version.objects.select_for_update().filter(state=PUBLISHED).first()
    standing = current_directory()
    if row is None or standing is None or standing.architecture_hash != row.hash or standing.expires_at <= at:
        return renew_directory(at=at, signer=signer)
    directory = rules.with_keys(standing, keys_of_holders(at), current_serial() + 1, at)
    publish_directory(directory=directory, signer=signer, at=at)
    return directory


@transaction.atomic
def ask_withdrawal(
    *, actor: Actor, contract: str, reason: str, legal_ground: str, at: datetime, ends: int | None = None
) -> Withdrawal:
    """Ask that a contract in force is stopped, or (`ends`) that it stands again; another person decides."""
    require(actor, WITHDRAWING)
    stopped = None if ends is None else _withdrawal(ends)
    named = contract if stopped is None else stopped.contract
    version = Version.objects.filter(state=PUBLISHED).first()
    why, ground = rules.kept_text(reason), rules.kept_text(legal_ground)
    found = rules.withdrawal_faults(why, ground)
    if found:
        raise WithdrawalRefused(*(Fault(each.field, _(each.says) % {"count": each.count}) for each in found))
    if version is None or (stopped is None and contract_in_force(version, named) is None):
        raise WithdrawalRefused(Fault("", _("There is no such contract in the version in force.")))
    if stopped is not None and (stopped.state != CONFIRMED or stopped.ends_id is not None):
        raise WithdrawalRefused(Fault("", _("This contract is not withdrawn.")))
    try:
        with transaction.atomic(), signing_as(actor.id):
            row = Withdrawal.objects.create(
                province=version.province,
                contract=named,
                version=version,
                ends=stopped,
                reason=why,
                legal_ground=ground,
                asked_by=actor.id,
                asked_agency=actor.agency,
                asked_at=at,
            )
    except IntegrityError:
        if not Withdrawal.objects.filter(contract=named, ends=stopped, state__in=(ASKED, CONFIRMED)).exists():
            raise  # no second one, but somebody who asks in another's name
        said = _("This is asked for already, or done. Look at the contract's page.")
        raise WithdrawalRefused(Fault("", said)) from None
    payload = {"contract": row.contract, "ends": row.ends_id}
    publish(name="connection.withdrawal_asked", payload=payload, at=at, agency=actor.agency)
    details = {"reason": why, "legal_ground": ground, "ends": row.ends_id}
    record_act(actor=actor, action="connection.ask", subject=f"contract {row.contract}", at=at, details=details)
    return row


@transaction.atomic
def decide_withdrawal(
    *, actor: Actor, withdrawal_id: int, confirmed: bool, decision: str, at: datetime, signer: Signer
) -> Withdrawal:
    """Confirm or refuse what another person asked; what is confirmed the exchange obeys from this moment on."""
    require(actor, CONFIRMING)
    # Every version is locked, as for publishing: no other directory overtakes the one that follows from this.
    list(Version.objects.select_for_update().order_by("pk").values_list("pk"))
    version = Version.objects.filter(state=PUBLISHED).first()
    row, text = _withdrawal(withdrawal_id), rules.kept_text(decision)
    if row.state != ASKED or version is None:
        raise WithdrawalRefused(Fault("", _("This is decided already.")))
    if row.asked_by == actor.id:
        raise WithdrawalRefused(Fault("", _("You asked for this. Somebody else must decide.")))
    if not confirmed and not text:
        raise WithdrawalRefused(Fault("decision", _("Say why you refuse.")))
    if len(text) > rules.LONGEST_REASON:
        words = {"count": rules.LONGEST_REASON}
        raise WithdrawalRefused(Fault("decision", _("Write %(count)s characters or fewer.") % words))
    row.state = CONFIRMED if confirmed else REFUSED
    row.decided_by, row.decided_at, row.decision = actor.id, at, text
    if confirmed:
        _confirm(row, version, actor, at, signer)
    else:
        with signing_as(actor.id):
            row.save()
        payload = {"contract": row.contract, "ends": row.ends_id}
        publish(name="connection.withdrawal_refused", payload=payload, at=at, agency=row.asked_agency)
    details = {"decision": text, "serial": row.serial, "ends": row.ends_id}
    done = f"connection.{row.state}"
    record_act(actor=actor, action=done, subject=f"contract {row.contract}", at=at, details=details)
    return row


@transaction.atomic
def take_back_withdrawal(*, actor: Actor, withdrawal_id: int, at: datetime) -> Withdrawal:
    """Take back what one asked for while nobody has decided."""
    require(actor, WITHDRAWING)
    row = _withdrawal(withdrawal_id)
    if row.state != ASKED:
        raise WithdrawalRefused(Fault("", _("This is decided already.")))
    if row.asked_by != actor.id:
        raise WithdrawalRefused(Fault("", _("Only who asked takes it back.")))
    row.state, row.decided_by, row.decided_at = TAKEN_BACK, actor.id, at
    with signing_as(actor.id):
        row.save()
    record_act(actor=actor, action="connection.take-back", subject=f"contract {row.contract}", at=at, details={})
    return row


def _withdrawal(withdrawal_id: int) -> Withdrawal:
    row = Withdrawal.objects.select_for_update().filter(pk=withdrawal_id).first()
    if row is None:
        raise WithdrawalRefused(Fault("", _("There is no such withdrawal.")))
    return row


def _confirm(row: Withdrawal, version: Version, actor: Actor, at: datetime, signer: Signer) -> None:
    """Enter it in the log, let it stand, and send the directory that follows from it: in this order, at once."""
    kind = "connection-withdrawn" if row.ends_id is None else "connection-restored"
    statement = {
        "kind": kind,
        "province": row.province,
        "contract": row.contract,
        "version": version.version,
        "reason": row.reason,
        "legal_ground": row.legal_ground,
        "decision": row.decision,
        "asked_by": row.asked_by,
        "decided_by": actor.id,
        "decided_at": jws.timestamp(at),
        "serial": current_serial() + 1,
    }
    entered = LogKeeper(signer, row.province, settings.MAIDINH.log_promise).enter(
        kind=kind, agency=actor.agency, role="approver", content=statement, at=at
    )
    row.entry, row.receipt, row.serial = entered.entry, entered.receipt, current_serial() + 1
    with signing_as(actor.id):
        row.save()
    if row.ends is not None:
        row.ends.state = ENDED
        row.ends.save(update_fields=["state"])
    publish_directory(directory=_directory(version, deployment(version, at), at), signer=signer, at=at)
    name = "connection.withdrawn" if row.ends_id is None else "connection.restored"
    publish(name=name, payload={"contract": row.contract, "serial": row.serial}, at=at)


def _locked(version_id: int) -> Version:
    """The version, with every version of its province locked: of two who publish at once, one comes second."""
    asked = Version.objects.filter(pk=version_id).first()
    if asked is not None:
        # The row is read again only after the lock is had: whoever waited sees what the other did.
        list(Version.objects.select_for_update().filter(province=asked.province).order_by("pk").values_list("pk"))
        asked = Version.objects.filter(pk=version_id).first()
    if asked is None:
        raise VersionRefused(_("There is no such version."))
    return asked


def _refuse_unready(row: Version, current: Version | None, actor: Actor, local: datetime) -> None:
    words = {"version": row.version, "day": row.effective_from.strftime("%d/%m/%Y")}
    if row.state != DRAFT:
        raise VersionRefused(_("Version %(version)s is no draft any more.") % words)
    if actor.id in row.writers:
        raise SamePerson(_("You drafted version %(version)s. Somebody else must publish it.") % words)
    if row.needs_approval and row.approved_at is None:
        raise VersionRefused(_("Version %(version)s is not approved yet.") % words)
    if (outdated := _refusal_of_base(row)) is not None:
        raise VersionRefused(outdated)
    if row.effective_from > local.date():
        raise VersionRefused(_("Version %(version)s takes effect on %(day)s and not before.") % words)
    if current is not None and current.effective_from > row.effective_from:
        raise VersionRefused(_("The version in force took effect after version %(version)s.") % words)


def _refusal_of_base(row: Version) -> str | None:
    """Why a version is outdated: it was made from another than the one in force; None where it is not."""
    current = Version.objects.filter(province=row.province, state=PUBLISHED).first()
    if row.base_id is None or (current is not None and current.pk == row.base_id):
        return None
    words = {"version": row.version, "current": current.version if current else ""}
    return _("Version %(version)s was not made from %(current)s, which is in force. Take that in first.") % words


def _directory(row: Version, here: rules.Deployment, at: datetime) -> Directory:
    return rules.build_directory(
        row.model,
        instance=row.instance,
        agencies=agency_names("vi"),
        deployment=here,
        serial=current_serial() + 1,
        content_hash=row.hash,
        at=at,
        agreements=signatures(),
        withdrawn=withdrawn_contracts(row.province),
    )


def _refuse_interfaces(directory: Directory) -> None:
    """Refuse what the exchange would refuse call by call, and a break that the interface's version doesn't announce."""
    found = [_(each.says).format(of=each.of, what=each.what) for each in misfits(directory)]
    for broken in breaks(current_directory(), directory):
        words = {"service": broken.service, "old": broken.versions[0], "new": broken.versions[1]}
        changes = "; ".join(f"{each.place}: {_(each.says)}" for each in broken.changes[:LISTED])
        told = (
            _("The interface of %(service)s breaks those who use it. Its version goes from %(old)s to %(new)s.") % words
        )
        found.append(f"{told} {_('Mend it, or raise the first number of its version.')} {changes}")
    if found:
        raise VersionRefused(*found)


def _statement(row: Version, actor: Actor, directory: Directory, at: datetime) -> dict[str, Any]:
    """What is signed and committed to the log: which content, who drafted it, who put it into force."""
    return {
        "kind": "architecture-published",
        "province": row.province,
        "version": row.version,
        "hash": row.hash,
        "effective_from": row.effective_from.isoformat(),
        "decision": row.decided[0],
        "author": row.author,
        "authors": sorted(row.writers),
        "approved_by": row.approved_by or "",
        "published_by": actor.id,
        "published_at": jws.timestamp(at),
        "serial": directory.serial,
        "sample": row.model.sample,
    }


def _signed(statement: dict[str, Any], key: str, signer: Signer) -> str:
    signed = jws.signing_input(jws.header(key, KIND), jws.canonical_json(statement))
    return jws.compact(signed, signer.sign(key, signed))


def _same(standing: Directory, new: Directory) -> bool:
    """Whether two directories allow the same; when they were issued doesn't matter."""
    issue = {"__all__": {"keys": {"__all__": {"valid_from"}}}}
    apart: dict[str, Any] = {
        "serial": True, "issued_at": True, "expires_at": True, "subsystems": issue, "members": issue,
    }  # fmt: skip
    return standing.model_dump(exclude=apart) == new.model_dump(exclude=apart)


def _subject(row: Version) -> str:
    return f"architecture {row.province} {row.version}"
