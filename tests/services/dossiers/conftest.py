"""A dossier to work with: submitted by a citizen with every paper the procedure asks for."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import typst

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.procedures.queries import current_version

LICENCE, JOINT, SAME_DAY = "1.013225", "1.012784", "2.000908"
PDF = typst.compile(b"A sample paper")


@pytest.fixture
def submit(db: None, citizen: Any, signer: Any, at: Any) -> Callable[..., Any]:
    def make(
        procedure: str = LICENCE, key: str = "k1", actor: Any = citizen, papers: bool = True, **changed: Any
    ) -> Any:
        version = current_version(procedure)
        handed = [
            SubmittedPaper(paper.id, store_document(content=io.BytesIO(PDF), at=at).digest, f"{paper.id}.pdf")
            for paper in version.procedure.papers
            if papers
        ]
        with acting(person=actor.person):
            return submit_dossier(
                actor=actor,
                version=version,
                case=version.procedure.cases[0].id,
                receiving=version.procedure.receiving[0],
                answers={"full_name": actor.name},
                papers=handed,
                channel=2,
                key=key,
                at=changed.pop("at", at),
                log=LogKeeper(signer, "lao-cai", 60),
                **changed,
            )

    return make
