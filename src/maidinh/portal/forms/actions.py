"""Filling in an application and handing it in: each page and each file is kept at once.

Layer 3. A draft is handed in once; its id is the idempotency key, and what it held moves into the dossier. What is
uploaded for a supplement has one row for each dossier, locked while it changes, gone when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.files.rules import file_name
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.portal.forms.models import Draft, Supplement
from maidinh.portal.forms.queries import draft_of
from maidinh.portal.forms.rules import Fault, asked_of, filled_in, still_asked, whole_faults
from maidinh.services.dossiers.actions.submission import NotNow, SubmittedPaper, submit_dossier, supplement_dossier
from maidinh.services.dossiers.queries import dossier_for
from maidinh.services.measures.actions import record_filling
from maidinh.services.papers.actions import NoLongerOffered, Reused, record_reuse
from maidinh.services.papers.queries import offer_named
from maidinh.services.procedures.definition import Paper, Procedure

FILES_LIMIT = 50  # of one application; more is a mistake or an attack
ONLINE = 2  # KenhThucHien, the code list of channels
SUPPLEMENT = 5  # TrangThai, the code list of statuses: a supplement is asked for

Holder = TypeVar("Holder", Draft, Supplement)


class StoredDocument(Protocol):
    """What the application keeps of a stored file."""

    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def media_type(self) -> str: ...


class OfferedVersion(Protocol):
    """A version of a procedure that is kept in the database."""

    hash: str

    @property
    def procedure(self) -> Procedure: ...


class AlreadySubmitted(Exception):
    """The draft became a dossier; `code` is its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TooManyFiles(Exception):
    """No application has so many files."""


class NothingToSend(ValueError):
    """A supplement is a file or an explanation."""


class NotComplete(ValueError):
    """Something is still missing or wrong: `faults` by field; `case` when case or agency was not chosen."""

    def __init__(self, faults: Mapping[str, Fault], case: bool) -> None:
        self.faults = dict(faults)
        self.case = case
        super().__init__(", ".join(faults))


@transaction.atomic
def begin_draft(*, actor: Actor, version: OfferedVersion, case: str, receiving: str, at: datetime) -> Draft:
    """Begin an application, or go on with the one begun before. Raises ValueError for a wrong case or agency."""
    require(actor, "dossier.submit")
    with connection.cursor() as cursor:  # two clicks at once begin one application
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"draft {actor.person} {version.hash}"]
        )
    known = draft_of(actor, version.hash)
    if known is not None:
        return choose_case(actor=actor, draft_id=known.pk, case=case, receiving=receiving, at=at)
    _check_case(version, case, receiving)
    draft = Draft.objects.create(
        applicant=actor.person, procedure=version, case=case, receiving=receiving, begun_at=at, saved_at=at
    )
    record_act(actor=actor, action="begin draft", subject=f"draft {draft.pk}", at=at)
    return draft


@transaction.atomic
def choose_case(*, actor: Actor, draft_id: UUID, case: str, receiving: str, at: datetime) -> Draft:
    """Choose the case and the agency that receives. Raises ValueError, AlreadySubmitted."""
    draft = _own(actor, draft_id)
    _check_case(draft.procedure, case, receiving)
    draft.case, draft.receiving, draft.saved_at = case, receiving, at
    draft.save(update_fields=["case", "receiving", "saved_at"])
    return draft


@transaction.atomic
def save_page(
    *, actor: Actor, draft_id: UUID, fields: frozenset[str], answers: Mapping[str, Any], at: datetime
) -> Draft:
    """Keep a page's answers; those of its fields that are not answered any more are forgotten."""
    draft = _own(actor, draft_id)
    kept = {name: value for name, value in draft.answers.items() if name not in fields}
    draft.answers = kept | {name: value for name, value in answers.items() if name in fields}
    draft.saved_at = at
    draft.save(update_fields=["answers", "saved_at"])
    return draft


@transaction.atomic
def attach_paper(
    *, actor: Actor, draft_id: UUID, paper: Paper, name: str, content: BinaryIO, at: datetime
) -> StoredDocument:
    """Keep one file as one of the procedure's papers; the same file again changes nothing. Raises FileRefused."""
    return _keep(_own(actor, draft_id), paper, name, content, at)


@transaction.atomic
def use_again(*, actor: Actor, draft_id: UUID, paper: Paper, reference: str, at: datetime) -> None:
    """Take a paper from one's own store instead of uploading it. Raises NoLongerOffered, TooManyFiles."""
    _take(_own(actor, draft_id), actor, paper, reference, at)


@transaction.atomic
def use_again_in_supplement(*, actor: Actor, code: str, paper: Paper, reference: str, at: datetime) -> None:
    """The same for a dossier that waits for a supplement. Raises NotNow, NoLongerOffered, TooManyFiles."""
    _take(_own_supplement(actor, code, at), actor, paper, reference, at)


@transaction.atomic
def remove_paper(*, actor: Actor, draft_id: UUID, paper: str, digest: str, at: datetime) -> Draft:
    """Take a file out of the application."""
    return _drop(_own(actor, draft_id), paper, digest, at)


@transaction.atomic
def discard_draft(*, actor: Actor, draft_id: UUID, at: datetime) -> None:
    """Throw an application away that was not submitted."""
    draft = _own(actor, draft_id)
    record_act(actor=actor, action="discard draft", subject=f"draft {draft.pk}", at=at)
    draft.delete()


@transaction.atomic
def submit_draft(
    *, actor: Actor, draft_id: UUID, at: datetime, log: LogKeeper, signed_in_at: datetime | None = None
) -> str:
    """Hand the application in, once however often it is asked; the dossier's code.

    How much was typed and how long it took since `signed_in_at` is kept as counts.
    Raises NotComplete, PaperMissing, NoLongerOffered.
    """
    try:
        draft = _own(actor, draft_id)
    except AlreadySubmitted as done:
        return done.code
    asked = asked_of(draft.procedure.procedure, draft.answers, draft.case)
    answers, papers = still_asked(asked, draft.answers), {paper.id for paper in asked.papers}
    faults = whole_faults(asked, answers)
    if faults or not draft.case or not draft.receiving:
        raise NotComplete(faults, case=not draft.case or not draft.receiving)
    submission = submit_dossier(
        actor=actor,
        version=draft.procedure,
        case=draft.case,
        receiving=draft.receiving,
        answers=answers,
        papers=[SubmittedPaper(r["paper"], r["digest"], r["name"]) for r in draft.papers if r["paper"] in papers],
        channel=ONLINE,
        key=str(draft.pk),
        at=at,
        log=log,
    )
    if not submission.repeated:
        filled = filled_in(asked, answers)
        record_filling(
            actor=actor,
            dossier_id=submission.dossier.pk,
            typed=filled.typed,
            picked=filled.picked,
            prefilled=filled.prefilled,
            signed_in_at=signed_in_at,
            begun_at=draft.begun_at,
            at=at,
        )
    _record_reuse(actor, submission.dossier.code, asked.papers, draft.papers, at)
    draft.dossier, draft.saved_at = submission.dossier.code, at
    draft.answers, draft.papers = {}, []  # the dossier has them now; personal data lies in one place
    draft.save(update_fields=["dossier", "saved_at", "answers", "papers"])
    return draft.dossier


@transaction.atomic
def attach_to_supplement(
    *, actor: Actor, code: str, paper: Paper, name: str, content: BinaryIO, at: datetime
) -> StoredDocument:
    """Keep one file for a dossier that waits for a supplement. Raises NotNow, FileRefused, TooManyFiles."""
    supplement = _own_supplement(actor, code, at)
    document = _keep(supplement, paper, name, content, at)
    details = {"paper": paper.id, "digest": document.digest}
    record_act(actor=actor, action="attach to supplement", subject=code, at=at, details=details)
    return document


@transaction.atomic
def remove_from_supplement(*, actor: Actor, code: str, paper: str, digest: str, at: datetime) -> None:
    """Take a file out again before it is sent. Raises NotNow."""
    _drop(_own_supplement(actor, code, at), paper, digest, at)
    details = {"paper": paper, "digest": digest}
    record_act(actor=actor, action="remove from supplement", subject=code, at=at, details=details)


@transaction.atomic
def send_supplement(*, actor: Actor, code: str, explanation: str, at: datetime) -> None:
    """Hand in what was uploaded, with an explanation. Raises NotNow once it is sent, NothingToSend, NoLongerOffered."""
    supplement = _own_supplement(actor, code, at)
    if not supplement.papers and not explanation:
        raise NothingToSend(code)
    papers = [SubmittedPaper(row["paper"], row["digest"], row["name"]) for row in supplement.papers]
    dossier = supplement_dossier(actor=actor, code=code, papers=papers, explanation=explanation, at=at)
    _record_reuse(actor, code, dossier.procedure.procedure.papers, supplement.papers, at)
    supplement.delete()  # the dossier has them now


def paper_row(paper: str, name: str, document: StoredDocument) -> dict[str, Any]:
    """What is kept of an uploaded file."""
    return {
        "paper": paper,
        "digest": document.digest,
        "name": file_name(name),
        "size": document.size,
        "media_type": document.media_type,
    }


def _own(actor: Actor, draft_id: UUID) -> Draft:
    require(actor, "dossier.submit")
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("procedure")
        .get(pk=draft_id, applicant=actor.person)
    )
    if draft.dossier:
        raise AlreadySubmitted(draft.dossier)
    return draft


def _own_supplement(actor: Actor, code: str, at: datetime) -> Supplement:
    """The row of this dossier, under lock; two uploads at once wait for each other."""
    require(actor, "dossier.submit")
    if actor.person is None:
        raise NotNow("only a person supplements a dossier")
    supplement, _ = Supplement.objects.select_for_update().get_or_create(
        applicant=actor.person, dossier=code, defaults={"saved_at": at}
    )
    dossier = dossier_for(actor, code)  # after the lock: whoever was first may have sent it
    if dossier is None or dossier.status != SUPPLEMENT:
        raise NotNow("no supplement was asked for")
    return supplement


def _keep(holder: Draft | Supplement, paper: Paper, name: str, content: BinaryIO, at: datetime) -> StoredDocument:
    """Keep a file with a locked row; the same file again changes nothing."""
    if len(holder.papers) >= FILES_LIMIT:
        raise TooManyFiles(holder.pk)
    document = store_document(content=content, at=at, formats=tuple(paper.formats))
    if not any((row["paper"], row["digest"]) == (paper.id, document.digest) for row in holder.papers):
        holder.papers = [*holder.papers, paper_row(paper.id, name, document)]
        holder.saved_at = at
        holder.save(update_fields=["papers", "saved_at"])
    return document


def _take(holder: Draft | Supplement, actor: Actor, paper: Paper, reference: str, at: datetime) -> None:
    """Add what is in the store to a locked row."""
    if len(holder.papers) >= FILES_LIMIT:
        raise TooManyFiles(holder.pk)
    offer = offer_named(actor, reference, paper, localtime(at).date())
    if offer is None:
        raise NoLongerOffered(paper.id)
    if not any((row["paper"], row["digest"]) == (paper.id, offer.digest) for row in holder.papers):
        holder.papers = [*holder.papers, paper_row(paper.id, offer.name, offer) | {"reused": offer.reference}]
        holder.saved_at = at
        holder.save(update_fields=["papers", "saved_at"])


def _record_reuse(actor: Actor, code: str, asked: Sequence[Paper], rows: list[dict[str, Any]], at: datetime) -> None:
    """Which of the papers that were handed in came from the store."""
    known = {paper.id: paper for paper in asked}
    reused = [Reused(known[row["paper"]], row["reused"]) for row in rows if "reused" in row and row["paper"] in known]
    if reused:
        record_reuse(actor=actor, code=code, reused=reused, at=at)


def _drop(holder: Holder, paper: str, digest: str, at: datetime) -> Holder:
    holder.papers = [row for row in holder.papers if (row["paper"], row["digest"]) != (paper, digest)]
    holder.saved_at = at
    holder.save(update_fields=["papers", "saved_at"])
    return holder


def _check_case(version: OfferedVersion, case: str, receiving: str) -> None:
    if case not in {each.id for each in version.procedure.cases}:
        raise ValueError("case")
    if receiving not in version.procedure.receiving:
        raise ValueError("receiving")
