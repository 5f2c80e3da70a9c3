"""What a citizen does on the national portal with a dossier of ours is done here by the same actions as on our page.

Layer 4, part of the national portal's actions. Decree 61/2018/NĐ-CP articles 17 to 20 (kept by 118/2025).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.files.rules import FileRefused, file_name
from maidinh.infrastructure.identity.queries import roles
from maidinh.services.dossiers.actions.submission import (
    NotNow,
    SubmittedPaper,
    request_withdrawal,
    supplement_dossier,
)
from maidinh.services.dossiers.queries import dossier_numbered
from maidinh.services.nationalportal.adapters.portal import NationalPortal, PortalRefused
from maidinh.services.nationalportal.definition import ToldAct

MOST_PAPERS = 50
ROLE = "citizen"
ACTOR = "national-portal"  # who the history says brought it; the account is the portal's, not ours


class Declined(Exception):
    """What the portal asks for is not done; the text says why, and goes back to the portal."""


def fetch_papers(act: ToldAct, *, portal: NationalPortal, issue: str, at: datetime) -> list[SubmittedPaper]:
    """Fetch and keep the files of a supplement, each the one that was named. Raises Declined, PortalUnavailable."""
    if len(act.papers) > MOST_PAPERS:
        raise Declined("too many papers")
    kept = []
    for paper in act.papers:
        try:
            content = portal.file(paper.file, issue=issue, at=at)
        except PortalRefused as error:
            raise Declined(f"{paper.name}: {error.reason}") from error
        if hashlib.sha256(content).hexdigest() != paper.digest.lower():
            raise Declined(f"{paper.name}: the file is not the one whose hash was told")
        try:
            document = store_document(content=BytesIO(content), at=at)
        except FileRefused as error:
            raise Declined(f"{paper.name}: {error.reason}") from error
        kept.append(SubmittedPaper(paper.paper, document.digest, file_name(paper.name)))
    return kept


def apply_act(*, kind: str, act: ToldAct, papers: Sequence[SubmittedPaper], dossier_id: int, at: datetime) -> None:
    """Withdraw or supplement in the applicant's name. Raises Declined where it isn't theirs or can't be done now."""
    dossier = dossier_numbered(dossier_id)
    if act.person != dossier.applicant:
        raise Declined("the dossier is another person's")
    actor = Actor(
        kind="citizen",
        id=ACTOR,
        name=dossier.applicant_name,
        person=dossier.applicant,
        roles=frozenset({ROLE}),
        permissions=roles().permissions_of([ROLE]),
    )
    try:
        with acting(person=dossier.applicant):
            if kind == "RutHoSo":
                request_withdrawal(actor=actor, code=dossier.code, reason=act.reason, at=at)
            else:
                supplement_dossier(actor=actor, code=dossier.code, papers=papers, explanation=act.reason, at=at)
    except NotNow as error:
        raise Declined(str(error)) from error
    except ValueError as error:  # a paper that the procedure doesn't ask for
        raise Declined(str(error)) from error
