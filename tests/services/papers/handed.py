"""Dossiers whose procedure says of what kind a paper is, and the officials who receive them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity import queries as identity
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.portal.forms.actions import begin_draft, submit_draft, use_again
from maidinh.portal.forms.models import Draft
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.papers.actions import Particulars, keep_paper
from maidinh.services.papers.models import KeptPaper
from maidinh.services.procedures.queries import current_version
from tests.services.results.stages import PDF, answers_for

LAND_SPLIT, LEGAL_AID = "1.012783", "2.000829"
KIND, PAPER = "land-certificate", "certificate"
NOTHING = Particulars()


def handed_in(
    citizen: Actor, signer: Any, at: datetime, *, key: str = "one", code: str = LAND_SPLIT, mark: str = ""
) -> Any:
    """A dossier with every paper: for a new land certificate, with the old one, unless another is asked for.

    `mark` makes the papers' content its own, where it will be destroyed.
    """
    version = current_version(code)
    with acting(person=citizen.person):
        digest = store_document(content=BytesIO(PDF + f"%{mark}\n".encode() if mark else PDF), at=at).digest
        papers = [SubmittedPaper(each.id, digest, f"{each.id}.pdf") for each in version.procedure.papers]
        return submit_dossier(
            actor=citizen,
            version=version,
            case=version.procedure.cases[0].id,
            receiving=version.procedure.receiving[0],
            answers=answers_for(version, citizen),
            papers=papers,
            channel=2,
            key=key,
            at=at,
            log=LogKeeper(signer, "lao-cai", 60),
        ).dossier


def receiver_of(province: Any, agency: str) -> Actor:
    """An official of the agency who receives dossiers."""
    return identity.actor_of_official(identity.official(province.official_with("dossier.accept", agency).id))


def digest_of(dossier: Any, citizen: Actor) -> str:
    with acting(person=citizen.person):
        return str(dossier.papers.get(paper=PAPER).document_id)


def verified(dossier: Any, citizen: Actor, province: Any, at: datetime, says: Particulars = NOTHING) -> KeptPaper:
    official, digest = receiver_of(province, dossier.receiving), digest_of(dossier, citizen)
    with acting(agencies=official.agencies):
        return keep_paper(actor=official, code=dossier.code, paper=PAPER, digest=digest, says=says, at=at)


def begun(citizen: Actor, at: datetime, code: str = LAND_SPLIT) -> Any:
    version = current_version(code)
    where = {"case": version.procedure.cases[0].id, "receiving": version.procedure.receiving[0]}
    with acting(person=citizen.person):
        return begin_draft(actor=citizen, version=version, at=at, **where)


def take(draft: Any, citizen: Actor, kept: KeptPaper, at: datetime) -> None:
    asked = next(each for each in draft.procedure.procedure.papers if each.id == PAPER)
    with acting(person=citizen.person):
        use_again(actor=citizen, draft_id=draft.pk, paper=asked, reference=f"kept:{kept.pk}", at=at)


def hand_in(draft: Any, citizen: Actor, signer: Any, at: datetime, paper: str = PAPER) -> str:
    """The application handed in, with its answers and the one paper that comes from elsewhere."""
    with acting(person=citizen.person):
        row = Draft.objects.get(pk=draft.pk)
        row.answers = answers_for(draft.procedure, citizen) | {"phone": "0912345678"}
        digest = next(each["digest"] for each in row.papers)
        uploaded = {"digest": digest, "name": "x.pdf", "size": 1, "media_type": "application/pdf"}
        others = [each.id for each in draft.procedure.procedure.papers if each.id != paper]
        row.papers = [*row.papers, *({"paper": each, **uploaded} for each in others)]
        row.save()
        return submit_draft(actor=citizen, draft_id=draft.pk, at=at, log=LogKeeper(signer, "lao-cai", 60))
