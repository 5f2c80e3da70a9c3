"""Making results: a draft for the leader to read, and the signed document that anyone can verify.

Layer 4. Decree 30/2020/NĐ-CP on the form of documents; Law on Electronic Transactions 20/2023/QH15 on signatures. The
document, its public line, its leaf in the log and the dossier's next step exist together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.keys.pades import DigestSigner, sign_pdf
from maidinh.infrastructure.organisations.queries import agency as agency_of
from maidinh.infrastructure.translog.promises import Entered, LogKeeper
from maidinh.infrastructure.typesetting import day_in_words, qr_code, typeset
from maidinh.services.dossiers.actions.steps import TaskClosed, claim_task, complete_task, require_signable
from maidinh.services.results.forms import CONTROL, Due, Slip, form_number, forms_due, slip_of
from maidinh.services.results.gathering import form_titles, told_of
from maidinh.services.results.models import FormCounter, IssuedForm, PublishedResult, Result
from maidinh.services.results.register import HEADINGS, Entry
from maidinh.services.results.rules import answers_in_words, filled, result_number, verification_code

TEMPLATE = Path(__file__).parent / "result.typ"
SLIP, CONTROL_SLIP, REGISTER = (Path(__file__).parent / f"{name}.typ" for name in ("slip", "control", "register"))
SAMPLE = "MẪU - SAMPLE"
NOT_SIGNED = ""


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
    *, actor: Actor, task_id: int, outcome: str, at: datetime, signer: Signer, installation: Installation
) -> Result:
    """Sign the result and close the signature step; the same again by the same official gives the same result.

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
    dossier = task.dossier
    number = result_number(dossier.code)
    draft = _typeset(dossier, installation, actor.id, f"{timezone.localtime(at):%H:%M %d/%m/%Y}", at)
    signed = sign_pdf(draft, signer=signer, key=f"person:{actor.id}", name=actor.name, reason=number, at=at)
    digest = hashlib.sha256(signed).hexdigest()
    log = LogKeeper(signer, installation.province, installation.promise_within)
    complete_task(actor=actor, task_id=task_id, outcome=outcome, at=at, result_digest=digest, log=log)
    document = store_document(content=BytesIO(signed), at=at, formats=("pdf",))
    entered = _enter(number, digest, task.agency, actor, at, signer, installation)
    result = Result.objects.create(
        dossier=dossier,
        number=number,
        agency=task.agency,
        document=document,
        signed_by=actor.id,
        signed_at=at,
        receipt=entered.receipt,
        entry=entered.entry,
    )
    PublishedResult.objects.create(
        verification_code=_code(dossier),
        number=number,
        digest=digest,
        code=dossier.procedure.procedure.result.code,
        agency=task.agency,
        signed_at=at,
        entry=entered.entry,
    )
    record_act(actor=actor, action="issue result", subject=dossier.code, at=at, details={"number": number})
    publish(
        name="result.issued",
        payload={"dossier": dossier.pk, "code": dossier.code, "result": number},
        at=at,
        agency=task.agency,
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


def _code(dossier: Any) -> str:
    return verification_code(
        dossier=dossier.code, procedure=dossier.procedure.hash, answers=dossier.answers, salt=dossier.receipt["salt"]
    )


def _typeset(dossier: Any, installation: Installation, signatory: str, signed_at: str, at: datetime) -> bytes:
    procedure = dossier.procedure.procedure
    responsible = agency_of(dossier.responsible)
    person = official(signatory) if signatory else None
    code = _code(dossier)
    verify_at = f"{installation.address}/verify/{code}"
    facts = {
        "title": procedure.result.title.vi,
        "agency": responsible.name_vi,
        "parent": responsible.parent.name_vi if responsible.parent else "",
        "number": result_number(dossier.code),
        "day": day_in_words(timezone.localtime(at)),
        "procedure_code": procedure.code,
        "procedure_name": procedure.name.vi,
        "body": filled(procedure.result.body.vi, answers_in_words(procedure, dossier.answers, "vi")),
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
