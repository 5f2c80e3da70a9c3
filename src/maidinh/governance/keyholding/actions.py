"""Registering, replacing and revoking keys of the exchange, each with the directory that follows from it.

Layer 4, governance. The key and its directory change in one transaction, on the road by which a contract is withdrawn,
so every gateway obeys within seconds. Each change is entered in the public log: nobody is given a key in secret.
Legal ground: Nghị định 47/2020/NĐ-CP (who connects answers for the security of their side of the connection).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.keys import actions as keeping
from maidinh.exchange.keys.actions import Following
from maidinh.exchange.keys.queries import RegisteredKey
from maidinh.exchange.keys.rules import (
    AGENCY,
    CALLER,
    MEMBER,
    N_,
    PLATFORM,
    KeyRefused,
    kind_of,
    proven_by_request,
    proven_by_statement,
)
from maidinh.governance.architecture.actions import renew_keys
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.translog.promises import LogKeeper

MANAGING = "exchange.manage-keys"
SAMPLE_CERTIFICATE = timedelta(days=730)  # of the sample authority alone; a licensed one decides by itself


class Signer(Protocol):
    """Whoever makes keys, signs with them and lets them never sign again."""

    def create(self, key: str, algorithm: str | None = None) -> str: ...

    def sign(self, key: str, message: bytes) -> bytes: ...

    def revoke(self, key: str) -> None: ...

    def certify(
        self, key: str, *, common_name: str, organisation: str, valid_from: datetime, valid_to: datetime
    ) -> str: ...

    def certify_key(
        self,
        key: str,
        public: str,
        *,
        common_name: str,
        organisation: str,
        valid_from: datetime,
        valid_to: datetime,
    ) -> str: ...


@dataclass(frozen=True)
class Proof:
    """How an agency shows that a key is its own: a certificate request, or a public key with a signed statement."""

    request: bytes = b""
    public_key: bytes = b""
    statement: str = ""


@transaction.atomic
def register_key(
    *, actor: Actor, holder: str, proof: Proof, at: datetime, signer: Signer, valid_to: datetime | None = None
) -> RegisteredKey:
    """Register a key whose private half the agency keeps; what it used before holds for the overlap. KeyRefused."""
    require(actor, MANAGING)
    directory = _directory_with(holder)
    if valid_to is not None and valid_to <= at:
        raise KeyRefused("valid_to", N_("The last day of the key is to come."))
    pem = _proven(proof, holder, directory.instance, at)
    how = Following(AGENCY, actor.id, overlap(), valid_to)
    row = keeping.keep_key(holder=holder, public_key_pem=pem, how=how, at=at)
    if settings.MAIDINH.sample and kind_of(holder) == CALLER:
        _certify(row, signer, at)
    _follow("registered", row, actor, at, signer)
    return row


@transaction.atomic
def rotate_key(*, actor: Actor, holder: str, at: datetime, signer: Signer) -> RegisteredKey:
    """Have the signer make a holder's next key; the one before holds for the overlap. Raises KeyRefused."""
    require(actor, MANAGING)
    directory = _directory_with(holder)
    # The pair is made first. Where this is undone it stays unused in the signer, and the next attempt takes it up.
    pem = signer.create(keeping.next_name(holder))
    how = Following(PLATFORM, actor.id, overlap())
    row = keeping.keep_key(holder=holder, public_key_pem=pem, how=how, at=at)
    if settings.MAIDINH.sample and kind_of(holder) == MEMBER:
        # whoever reads an exchange's evidence later finds whose key signed it, as with the first one
        named = next(each.name for each in directory.members if each.code == holder)
        until = at + SAMPLE_CERTIFICATE
        signer.certify(row.kid, common_name=row.kid, organisation=named, valid_from=at, valid_to=until)
    _follow("rotated", row, actor, at, signer)
    return row


@transaction.atomic
def revoke_key(*, actor: Actor, kid: str, reason: str, at: datetime, signer: Signer) -> RegisteredKey:
    """Let a key be recognised by no gateway and sign nothing any more, for good. Raises KeyRefused."""
    require(actor, MANAGING)
    row = keeping.end_key(kid=kid, reason=reason, by=actor.id, at=at)
    _follow("revoked", row, actor, at, signer)
    if row.custody == PLATFORM:
        transaction.on_commit(lambda: signer.revoke(kid))
    return row


def overlap() -> timedelta:
    """For how long an older key holds beside the one that follows it."""
    return timedelta(days=settings.MAIDINH.key_overlap_days)


def _directory_with(holder: str) -> Directory:
    """The directory in force, where it names this holder."""
    directory = current_directory()
    if directory is None:
        raise KeyRefused("holder", N_("No version of the architecture is in force yet; the exchange has no members."))
    known = {each.id for each in directory.subsystems} | {each.code for each in directory.members}
    if holder not in known:
        raise KeyRefused("holder", N_("The version in force declares no such system or member."))
    return directory


def _proven(proof: Proof, holder: str, instance: str, at: datetime) -> str:
    if proof.request:
        return proven_by_request(proof.request, holder)
    if not proof.public_key or not proof.statement:
        raise KeyRefused("request", N_("Give a certificate request, or a public key with its proof."))
    return proven_by_statement(proof.public_key, proof.statement, holder=holder, instance=instance, at=at)


def _certify(row: RegisteredKey, signer: Signer, at: datetime) -> None:
    """In a sample: a certificate for the port that asks for one, from the sample authority."""
    until = row.valid_to or at + SAMPLE_CERTIFICATE
    try:
        signer.certify_key(
            row.kid, row.public_key_pem, common_name=row.holder, organisation=row.holder.split("/")[2],
            valid_from=at, valid_to=until,
        )  # fmt: skip
    except SignerError as error:
        if error.code not in (
            "invalid",
            "conflict",
        ):  # a name that no file can have: it signs its calls
            raise


def _follow(change: str, row: RegisteredKey, actor: Actor, at: datetime, signer: Signer) -> None:
    """Send the directory, enter the change in the log, tell and record it."""
    directory = renew_keys(at=at, signer=signer)
    statement = {
        "kind": f"exchange-key-{change}",
        "province": settings.MAIDINH.province,
        "holder": row.holder,
        "kid": row.kid,
        "key": row.thumbprint,
        "custody": row.custody,
        "by": actor.id,
        "at": jws.timestamp(at),
        "serial": directory.serial if directory else 0,
        "reason": row.reason,
    }
    LogKeeper(signer, settings.MAIDINH.province, settings.MAIDINH.log_promise).enter(
        kind=f"exchange-key-{change}", agency=actor.agency, role="operator", content=statement, at=at
    )
    publish(name="exchange.key_changed", payload={"holder": row.holder, "kid": row.kid, "change": change}, at=at)
    details = {"kid": row.kid, "key": row.thumbprint, "reason": row.reason, "serial": statement["serial"]}
    record_act(actor=actor, action=f"exchange.key.{change}", subject=f"key of {row.holder}", at=at, details=details)
