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
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.procedures.queries import current_version
from tests.services.results.stages import PDF, answers_for

LAND_SPLIT, LEGAL_AID = "1.012783", "2.000829"
KIND, PAPER = "land-certificate", "certificate"


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
