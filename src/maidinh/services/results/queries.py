"""Reading results: the parties read the document, everyone may verify it.

Layer 4. What the public is told holds nothing of the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.keys.pades import Validation, check_pdf
from maidinh.services.dossiers.queries import dossier_for
from maidinh.services.fees.queries import paid_when, unpaid
from maidinh.services.results.forms import CONTROL, FOR_APPLICANTS, RECEIPT, Slip, form_number, forms_due, slip_of
from maidinh.services.results.gathering import told_of
from maidinh.services.results.models import IssuedForm, PublishedResult, Result, Revocation, Stamping
from maidinh.services.results.rules import read_code


def result_for(actor: Actor, code: str) -> Result | None:
    """The newest signed result of a dossier that is the actor's to see, revoked or not; None when there is none.

    An applicant gets it when nothing is left to pay.
    """
    dossier = dossier_for(actor, code)
    if dossier is None or (actor.kind == "citizen" and unpaid(dossier.pk)):
        return None
    return Result.objects.filter(dossier=dossier).order_by("-id").first()


@dataclass(frozen=True)
class Issued:
    """A result that holds, and the code of the kind of paper that it is."""

    kind: str
    result: Result


def results_of_kinds(actor: Actor, kinds: set[str]) -> list[Issued]:
    """The actor's own results whose code is one of these, that hold and on which nothing is left to pay."""
    require(actor, "dossier.read-own")
    lines = PublishedResult.objects.filter(code__in=kinds, revoked_at__isnull=True)
    own = Result.objects.filter(dossier__applicant=actor.person, number__in=lines.values("number"))
    codes = dict(lines.filter(number__in=own.values("number")).values_list("number", "code"))
    return [
        Issued(codes[each.number], each)
        for each in own.select_related("document").order_by("-signed_at")
        if not unpaid(each.dossier_id)
    ]


@dataclass(frozen=True)
class Held:
    """A result that somebody had: since when they could have it, and when it was revoked."""

    person: str
    kind: str
    media_type: str
    since: datetime
    until: datetime | None


def results_of_people(people: Iterable[str], kinds: set[str]) -> list[Held]:
    """The results of these kinds that these people ever had, revoked or not, for the worker.

    One with a fee to pay is theirs since it was paid.
    """
    rows = Result.objects.filter(dossier__applicant__in=list(people)).values_list(
        "number", "dossier", "dossier__applicant", "document__media_type", "signed_at"
    )
    signed = list(rows)
    lines = PublishedResult.objects.filter(number__in=[number for number, *_ in signed], code__in=kinds)
    known = {number: (code, until) for number, code, until in lines.values_list("number", "code", "revoked_at")}
    paid = paid_when([dossier for number, dossier, *_ in signed if number in known])
    found = []
    for number, dossier, person, form, signed_at in signed:
        since = paid.get(dossier, signed_at)
        if number in known and since is not None:
            found.append(Held(person, known[number][0], form, max(since, signed_at), known[number][1]))
    return found


def document_of(result: Result) -> bytes:
    """The signed document itself; with its time stamp, where that came later."""
    stamping = stamping_of(result)
    with open_document(stamping.document_id if stamping else result.document_id) as stream:
        return stream.read()


def stamping_of(result: Result) -> Stamping | None:
    """The time stamp that the result got after it was signed; None where it has none or had it from the start."""
    return Stamping.objects.filter(result=result).first()


def revocation_of(result: Result) -> Revocation | None:
    """How the result was revoked; None while it holds."""
    return Revocation.objects.filter(result=result).first()


def public_line(result: Result) -> PublishedResult:
    """What the public may know of this result."""
    return PublishedResult.objects.get(number=result.number)


def published_by_code(typed: str) -> PublishedResult | None:
    """The public line under a verification code, however it was typed; None when there is none."""
    code = read_code(typed)
    return None if code is None else PublishedResult.objects.filter(verification_code=code).first()


def published_by_digest(digest: str) -> PublishedResult | None:
    """The public line of the document with this SHA-256; None when this installation issued no such document."""
    either = Q(digest=digest) | Q(stamped_digest=digest) & ~Q(stamped_digest="")
    return PublishedResult.objects.filter(either).first()


def validate_pdf(content: bytes, *, at: datetime) -> Validation:
    """What a document's signature is worth here: trusted are the authorities among the installation's public keys."""
    authorities = sorted(settings.MAIDINH.home.public_keys.glob("authority@*.crt"))
    return check_pdf(content, trusted=[path.read_text("ascii") for path in authorities], at=at)


def forms_of(dossier: Any) -> list[IssuedForm]:
    """The forms about a dossier that have their number, in the order in which they were issued."""
    return list(IssuedForm.objects.filter(dossier=dossier).order_by("issued_at", "form", "id"))


def forms_for_applicant(dossier: Any) -> list[IssuedForm]:
    """Those that the applicant gets."""
    return [form for form in forms_of(dossier) if form.form in FOR_APPLICANTS]


def slip_as_issued(form: IssuedForm) -> Slip:
    """What an issued form says. The control slip goes on with the dossier; everything else stays as it was."""
    kept = Slip.from_json(form.content)
    if form.form != CONTROL:
        return kept
    told = told_of(form.dossier)
    due = next(each for each in forms_due(told) if (each.form, each.occasion) == (form.form, form.occasion))
    return replace(slip_of(told, due), number=kept.number)


def receipt_numbers(dossiers: list[int]) -> dict[int, str]:
    """The number of form 01 of each of these dossiers that has one."""
    found = IssuedForm.objects.filter(dossier__in=dossiers, form=RECEIPT).values_list("dossier", "number", "year")
    return {dossier: form_number(number, year, RECEIPT) for dossier, number, year in found}


def with_result(dossiers: list[int]) -> set[int]:
    """Which of these dossiers have a signed result that holds, for the worker."""
    holding = Result.objects.filter(dossier__in=dossiers, revocation__isnull=True)
    return set(holding.values_list("dossier", flat=True))
