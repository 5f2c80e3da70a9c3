"""Making results: a draft for the leader to read, and the signed document that anyone can verify.

Layer 4. Decree 30/2020/NĐ-CP on the form of documents; Law on Electronic Transactions 20/2023/QH15 on signatures. The
document, its public line, its leaf in the log and the dossier's next step exist together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.keys.pades import DigestSigner, is_stamped, sign_pdf
from maidinh.infrastructure.organisations.queries import agency as agency_of
from maidinh.infrastructure.timestamps.asking import answering_within
from maidinh.infrastructure.translog.promises import Entered, LogKeeper
from maidinh.infrastructure.typesetting import day_in_words, qr_code, typeset
from maidinh.services.dossiers.actions.progress import note
from maidinh.services.dossiers.actions.steps import (
    ReasonMissing,
    TaskClosed,
    claim_task,
    complete_task,
    require_signable,
)
from maidinh.services.dossiers.queries import dossier_for
from maidinh.services.results.forms import CONTROL, Due, Slip, form_number, forms_due, slip_of
from maidinh.services.results.gathering import form_titles, told_of
from maidinh.services.results.models import FormCounter, IssuedForm, PublishedResult, Result, Revocation
from maidinh.services.results.register import HEADINGS, Entry
from maidinh.services.results.rules import (
    WITH_STAMP,
    WITHOUT_STAMP,
    answers_in_words,
    filled,
    result_number,
    turn_of,
    verification_code,
)

TEMPLATE = Path(__file__).parent / "result.typ"
SLIP, CONTROL_SLIP, REGISTER = (Path(__file__).parent / f"{name}.typ" for name in ("slip", "control", "register"))
SAMPLE = "MẪU - SAMPLE"
NOT_SIGNED = ""
STAMP_SECONDS = 1.0  # that a signature waits for its time stamp at most


class Signer(DigestSigner, Protocol):
    """Who signs both the document (as the official) and the promise (as the platform)."""

    def sign(self, key: str, message: bytes) -> bytes:
        """The signature of a message."""


@dataclass(frozen=True)
class Installation:
    """What of the installation shows in its documents: its address and place, its log, whether it is a sample."""

    address: str
    province: str
    promise_within: int
    sample: bool
    place: str = ""
    timestamps: str = ""


class NoSuchResult(Exception):
    """The dossier has no result that is the actor's to revoke."""


class AlreadyRevoked(Exception):
    """The result was revoked before."""


class UnknownField(ValueError):
    """A correction names a field that the procedure's form has not."""


@dataclass(frozen=True)
class Making:
    """A result in the making: who signs what, for which agency, and what it replaces and corrects."""

    actor: Actor
    dossier: Any
    agency: str
    at: datetime
    signer: Signer
    installation: Installation
    replaces: Result | None = None
    corrections: Mapping[str, Any] = field(default_factory=dict)

    @property
    def turn(self) -> int:
        """Which result of the dossier this is, from one."""
        return turn_of(self.replaces.number) + 1 if self.replaces else 1

    @property
    def number(self) -> str:
        """The result's number."""
        return result_number(self.dossier.code, self.turn)

    @property
    def code(self) -> str:
        """The result's verification code."""
        return _code(self.dossier, self.turn)


def prepare_result(*, dossier: Any, installation: Installation, at: datetime, signatory: str = "") -> bytes:
    """The result of a dossier as a draft that says that it is unsigned; `signatory` is the official who is to sign."""
    return _typeset(dossier, installation, signatory, NOT_SIGNED, at)


def prepare_slip(*, dossier: Any, slip: Slip, installation: Installation, at: datetime) -> bytes:
    """A form of the one-stop shop (Circular 03/2025/TT-VPCP, Annex I) about a dossier, ready to print."""
    procedure = dossier.procedure.procedure
    track_at = f"{installation.address}/track"
    day = day_in_words(timezone.localtime(at))
    facts = asdict(slip) | {
        "dossier": dossier.code,
        "applicant": dossier.applicant_name,
        "procedure_code": procedure.code,
        "procedure_name": procedure.name.vi,
        "day": f"{installation.place}, {day[0].lower()}{day[1:]}" if installation.place else day,
        "track_at": track_at,
        "qr": qr_code(f"{track_at}?code={dossier.code}"),
        "sample": installation.sample or procedure.sample,
        "sample_text": SAMPLE,
    }
    return typeset(CONTROL_SLIP if slip.form == CONTROL else SLIP, facts, at=at)


def prepare_register(
    *, agency: str, period: str, entries: Sequence[Entry], installation: Installation, at: datetime
) -> bytes:
    """The register of dossiers (form 07) of an agency, ready to print."""
    responsible, day = agency_of(agency), day_in_words(timezone.localtime(at))
    facts = {
        "title": form_titles()["07"],
        "agency": responsible.name_vi,
        "parent": responsible.parent.name_vi if responsible.parent else "",
        "period": period,
        "day": f"{installation.place}, {day[0].lower()}{day[1:]}" if installation.place else day,
        "headings": HEADINGS,
        "rows": [entry.cells(place) for place, entry in enumerate(entries, 1)],
        "sample": installation.sample,
        "sample_text": SAMPLE,
    }
    return typeset(REGISTER, facts, at=at, foreign_letters=True)


def issue_due_forms(*, dossier: Any, at: datetime) -> list[IssuedForm]:
    """Give every form that is due its number and keep what it says; one that has its number keeps both.

    Called within the scope of an agency of the dossier, or by the worker.
    """
    known = {(form.form, form.occasion) for form in IssuedForm.objects.filter(dossier=dossier)}
    told = told_of(dossier)
    return [
        _issue_form(dossier, due, slip_of(told, due), at)
        for due in forms_due(told)
        if (due.form, due.occasion) not in known
    ]


@transaction.atomic
def _issue_form(dossier: Any, due: Due, slip: Slip, at: datetime) -> IssuedForm:
    year = timezone.localtime(due.at).year
    FormCounter.objects.get_or_create(agency=due.agency, form=due.form, year=year, defaults={"last": 0})
    # Whoever comes second waits here, so that the number is given after looking whether the form has one already.
    counter = FormCounter.objects.select_for_update().get(agency=due.agency, form=due.form, year=year)
    made = IssuedForm.objects.filter(dossier=dossier, form=due.form, occasion=due.occasion).first()
    if made is not None:
        return made
    counter.last += 1
    counter.save(update_fields=["last"])
    numbered = replace(slip, number=form_number(counter.last, year, due.form))
    return IssuedForm.objects.create(
        dossier=dossier,
        form=due.form,
        occasion=due.occasion,
        agency=due.agency,
        year=year,
        number=counter.last,
        issued_at=due.at,
        content=asdict(numbered),
    )


@transaction.atomic
def issue_result(
    *,
    actor: Actor,
    task_id: int,
    outcome: str,
    at: datetime,
    signer: Signer,
    installation: Installation,
    findings: str = "",
) -> Result:
    """Sign the result and close the signature step; the same again by the same official gives the same result.

    `findings` is what the signatory noted of it, for their own agency.

    Raises what claim_task, require_signable and complete_task raise, before anything is signed, and SignerError;
    nothing is kept then.
    """
    require(actor, "dossier.sign")
    try:
        task = claim_task(actor=actor, task_id=task_id, at=at)
    except TaskClosed:
        made = Result.objects.filter(dossier__tasks__id=task_id, dossier__tasks__outcome=outcome, signed_by=actor.id)
        if (known := made.first()) is None:
            raise
        return known
    require_signable(actor=actor, task=task, outcome=outcome, at=at)
    making = Making(actor, task.dossier, task.agency, at, signer, installation)
    signed = _signed(making)
    log = LogKeeper(signer, installation.province, installation.promise_within)
    digest = hashlib.sha256(signed).hexdigest()
    complete_task(
        actor=actor, task_id=task_id, outcome=outcome, findings=findings, at=at, result_digest=digest, log=log
    )
    return _kept(making, signed)


@transaction.atomic
def revoke_result(*, actor: Actor, code: str, reason: str, at: datetime, log: LogKeeper) -> Revocation:
    """Revoke the result of a dossier: whoever verifies it is told at once. The reason is public.

    Raises NoSuchResult, ReasonMissing; AlreadyRevoked where somebody was first.
    """
    require(actor, "dossier.sign")
    if not reason.strip():
        raise ReasonMissing("a revocation needs a reason")
    result = _to_revoke(actor, code)
    line = PublishedResult.objects.get(number=result.number)
    content = {
        "kind": "result-revoked",
        "number": result.number,
        "digest": line.digest,
        "agency": result.agency,
        "revoked_by": actor.id,
        "revoked_at": at.astimezone(UTC).isoformat(),
    }
    entered = log.enter(kind="result-revoked", agency=result.agency, role="leader", content=content, at=at)
    revocation = Revocation.objects.create(
        result=result,
        agency=result.agency,
        reason=reason.strip(),
        by=actor.id,
        at=at,
        receipt=entered.receipt,
        entry=entered.entry,
    )
    line.revoked_at, line.revocation_reason = at, revocation.reason
    line.save(update_fields=["revoked_at", "revocation_reason"])
    note(result.dossier, "result_revoked", actor, at, reason=revocation.reason)
    record_act(actor=actor, action="revoke result", subject=code, at=at, details={"number": result.number})
    publish(
        name="result.revoked",
        payload={"dossier": result.dossier_id, "code": code, "result": result.number},
        at=at,
        agency=result.agency,
    )
    return revocation


@transaction.atomic
def replace_result(
    *,
    actor: Actor,
    code: str,
    corrections: Mapping[str, Any],
    reason: str,
    at: datetime,
    signer: Signer,
    installation: Installation,
) -> Result:
    """Revoke the result of a dossier and sign another in its place, with some of the answers corrected.

    Raises what revoke_result raises, UnknownField and SignerError; nothing is kept then.
    """
    log = LogKeeper(signer, installation.province, installation.promise_within)
    old = revoke_result(actor=actor, code=code, reason=reason, at=at, log=log).result
    known = {field.id for page in old.dossier.procedure.procedure.pages for field in page.fields}
    if unknown := set(corrections) - known:
        raise UnknownField(", ".join(sorted(unknown)))
    changed = {**old.corrections, **corrections}
    making = Making(actor, old.dossier, old.agency, at, signer, installation, old, changed)
    new = _kept(making, _signed(making))
    PublishedResult.objects.filter(number=old.number).update(replaced_by=new.number)
    return new


def _to_revoke(actor: Actor, code: str) -> Result:
    """The result in force, once nobody else is revoking it."""
    dossier = dossier_for(actor, code)
    found = Result.objects.filter(dossier=dossier).select_related("dossier__procedure").order_by("-id").first()
    if dossier is None or found is None or found.agency not in actor.agencies:
        raise NoSuchResult(code)
    with connection.cursor() as cursor:  # rows of results are never updated, so there is none to lock
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"revoke {found.number}"])
    if Revocation.objects.filter(result=found).exists():
        raise AlreadyRevoked(found.number)
    return found


def _signed(making: Making) -> bytes:
    moment = f"{timezone.localtime(making.at):%H:%M %d/%m/%Y}"
    draft = _typeset(making.dossier, making.installation, making.actor.id, moment, making.at, making)
    authority = making.installation.timestamps
    return sign_pdf(
        draft,
        signer=making.signer,
        key=f"person:{making.actor.id}",
        name=making.actor.name,
        reason=making.number,
        at=making.at,
        stamp=answering_within(authority, STAMP_SECONDS) if authority else None,
    )


def _kept(making: Making, signed: bytes) -> Result:
    """The signed document with its public line and its leaf."""
    actor, dossier, at, number = making.actor, making.dossier, making.at, making.number
    digest = hashlib.sha256(signed).hexdigest()
    document = store_document(content=BytesIO(signed), at=at, formats=("pdf",))
    entered = _enter(number, digest, making.agency, actor, at, making.signer, making.installation)
    result = Result.objects.create(
        dossier=dossier,
        number=number,
        agency=making.agency,
        document=document,
        signed_by=actor.id,
        signed_at=at,
        receipt=entered.receipt,
        entry=entered.entry,
        replaces=making.replaces,
        corrections=dict(making.corrections),
        level=WITH_STAMP if is_stamped(signed) else WITHOUT_STAMP,
    )
    PublishedResult.objects.create(
        verification_code=making.code,
        number=number,
        digest=digest,
        code=dossier.procedure.procedure.result.code,
        agency=making.agency,
        signed_at=at,
        entry=entered.entry,
    )
    record_act(actor=actor, action="issue result", subject=dossier.code, at=at, details={"number": number})
    publish(
        name="result.issued",
        payload={"dossier": dossier.pk, "code": dossier.code, "result": number},
        at=at,
        agency=making.agency,
    )
    return result


def _enter(
    number: str, digest: str, agency: str, actor: Actor, at: datetime, signer: Signer, installation: Installation
) -> Entered:
    return LogKeeper(signer, installation.province, installation.promise_within).enter(
        kind="result-issued",
        agency=agency,
        role="leader",
        content={
            "kind": "result-issued",
            "number": number,
            "digest": digest,
            "agency": agency,
            "signed_by": actor.id,
            "signed_at": at.astimezone(UTC).isoformat(),
        },
        at=at,
    )


def _code(dossier: Any, turn: int = 1) -> str:
    return verification_code(
        dossier=dossier.code,
        procedure=dossier.procedure.hash,
        answers=dossier.answers,
        salt=dossier.receipt["salt"],
        turn=turn,
    )


def _typeset(
    dossier: Any,
    installation: Installation,
    signatory: str,
    signed_at: str,
    at: datetime,
    making: Making | None = None,
) -> bytes:
    procedure = dossier.procedure.procedure
    responsible = agency_of(dossier.responsible)
    person = official(signatory) if signatory else None
    number, code = (making.number, making.code) if making else (result_number(dossier.code), _code(dossier))
    answers = {**dossier.answers, **(making.corrections if making else {})}
    verify_at = f"{installation.address}/verify/{code}"
    facts = {
        "title": procedure.result.title.vi,
        "agency": responsible.name_vi,
        "parent": responsible.parent.name_vi if responsible.parent else "",
        "number": number,
        "replaces": making.replaces.number if making and making.replaces else "",
        "day": day_in_words(timezone.localtime(at)),
        "procedure_code": procedure.code,
        "procedure_name": procedure.name.vi,
        "body": filled(procedure.result.body.vi, answers_in_words(procedure, answers, "vi")),
        "dossier": dossier.code,
        "code": code,
        "verify_at": verify_at,
        "qr": qr_code(verify_at),
        "signer_title": person.title_vi if person else "",
        "signer_name": person.name if person else "",
        "signed_at": signed_at,
        "sample": installation.sample or procedure.sample,
        "sample_text": SAMPLE,
    }
    return typeset(TEMPLATE, facts, at=at)
