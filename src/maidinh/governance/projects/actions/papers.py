"""Keeping a file for one of a project's papers, which the project's form then names by its digest.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP article 50 clause 4 (the dossier). A file is kept before
the form is saved, so that what else is wrong in the form loses no file.
"""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from maidinh.governance.projects.actions.moving import N_, refusal, subject
from maidinh.governance.projects.actions.preparing import owned
from maidinh.governance.projects.models import PaperFile
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.files.rules import file_name

MOST_FILES = 500  # of one project with all its revisions; more is a mistake or an attack


@transaction.atomic
def keep_paper(*, actor: Actor, project_id: int, name: str, content: BinaryIO, at: datetime) -> PaperFile:
    """Keep a file with a project that its owner writes; the same file again changes nothing.

    Raises ProjectRefused, FileRefused before anything is written.
    """
    row = owned(actor, project_id)
    if row.paper_files.count() >= MOST_FILES:
        raise refusal("papers", N_("The project holds %(most)s files already and takes no more."),
                      N_("Write where the paper is kept instead."), most=str(MOST_FILES))  # fmt: skip
    document = store_document(content=content, at=at)
    kept, new = PaperFile.objects.get_or_create(
        project=row, document=document, name=file_name(name), defaults={"by": actor.id, "at": at}
    )
    if new:
        details = {"digest": document.digest}
        record_act(actor=actor, action="project.paper", subject=subject(row), at=at, details=details)
    return kept
