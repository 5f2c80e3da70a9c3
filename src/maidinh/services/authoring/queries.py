"""Drafts of procedures as they are read: whose they are, who wrote in them, what stands beside them. Layer 4."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.db.models import Max, QuerySet
from django.utils.timezone import localdate

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.services.authoring.definition import ABANDONED, APPROVING, PUBLISHED, SUBMITTED, Files
from maidinh.services.authoring.judging import Judge, Verdict
from maidinh.services.authoring.merging import Merged, merge_files
from maidinh.services.authoring.models import Draft, Revision
from maidinh.services.authoring.reading import files_of_version
from maidinh.services.authoring.rules import MAIN, next_version, text_of
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import ProcedureVersion, version_by_hash, versions_of


def drafts_of(actor: Actor) -> QuerySet[Draft]:
    """The drafts of the actor's agencies, the last changed first."""
    return Draft.objects.filter(agency__in=list(actor.agencies)).select_related("base").order_by("-updated_at", "-pk")


def draft_of(actor: Actor, draft_id: int) -> Draft | None:
    """One of them; None when there is none such."""
    return drafts_of(actor).filter(pk=draft_id).first()


def drafts_to_decide(actor: Actor) -> QuerySet[Draft]:
    """What waits for this person: handed in, and written by others only."""
    if not actor.may(APPROVING):
        return Draft.objects.none()
    return drafts_of(actor).filter(state=SUBMITTED).exclude(revisions__by=actor.id)


def writers_of(draft: Draft) -> set[str]:
    """Everyone who wrote in the draft."""
    return {draft.author, *draft.revisions.values_list("by", flat=True)}


def revisions_of(draft: Draft) -> list[Revision]:
    """Its changes, the last first."""
    return list(draft.revisions.order_by("-number"))


def newest_kept(code: str) -> int:
    """The row of the version of this procedure that was kept last; 0 where there is none."""
    return ProcedureVersion.objects.filter(code=code).aggregate(last=Max("id"))["last"] or 0


def later_versions(draft: Draft) -> list[ProcedureVersion]:
    """The versions of the procedure that were kept since the draft began."""
    return list(ProcedureVersion.objects.filter(code=draft.code, id__gt=draft.seen).order_by("id"))


def made_of(draft: Draft) -> ProcedureVersion | None:
    """The version that the draft became; None where it became none."""
    if draft.state != PUBLISHED:
        return None
    return ProcedureVersion.objects.filter(code=draft.code, version=draft.version, hash=draft.hash).first()


def newest_versions() -> list[ProcedureVersion]:
    """Of each procedure the version that begins last: where a draft of its next version begins."""
    found = ProcedureVersion.objects.order_by("code", "-effective_from", "-id").distinct("code")
    return sorted(found, key=lambda each: each.search)


def newest_of(code: str) -> ProcedureVersion | None:
    """The version of a procedure that begins last; None where there is none."""
    return ProcedureVersion.objects.filter(code=code).order_by("-effective_from", "-id").first()


def files_of(version: ProcedureVersion, province_root: Path) -> Files:
    """The files of a version: of the draft it came from, else of the definitions, else written from its content."""
    return _files_kept(version, province_root) or {MAIN: text_of(version.procedure)}


def merge_with(
    draft: Draft, newest: ProcedureVersion, province_root: Path, decisions: Mapping[str, str] | None = None
) -> Merged:
    """The draft with what the newest version changed since the one that it began from."""
    theirs = _files_kept(newest, province_root)
    base = _files_kept(draft.base, province_root) if draft.base else {}
    if theirs is None or base is None:  # then both alike from their content: how a file is laid out is no change
        theirs = {MAIN: text_of(newest.procedure)}
        base = {MAIN: text_of(draft.base.procedure)} if draft.base else {}
    kept = [each.version for each in versions_of(draft.code)]
    version = next_version([*kept, *_drafted(draft.code)]) if draft.version in kept else draft.version
    return merge_files(base, theirs, draft.files, version, decisions or {})


def _files_kept(version: ProcedureVersion, province_root: Path) -> Files | None:
    """The files in which a version was written; None where there are none left."""
    draft = Draft.objects.filter(state=PUBLISHED, code=version.code, hash=version.hash).order_by("-pk").first()
    return dict(draft.files) if draft is not None else files_of_version(province_root, version.procedure)


def _drafted(code: str) -> list[str]:
    """The numbers that drafts of the procedure have."""
    return list(Draft.objects.filter(code=code).exclude(state=ABANDONED).values_list("version", flat=True))


def verdict_on(files: Files, judge: Judge) -> Verdict:
    """What is found in these files, held against every version that the installation keeps."""
    kept = [_procedure(digest) for digest in ProcedureVersion.objects.values_list("hash", flat=True)]
    return judge.verdict(files=files, kept=kept)


def hash_of(procedure: Procedure) -> str:
    """The identity of a version's content, as `procedure apply` keeps it."""
    return content_hash(procedure.model_dump(mode="json", by_alias=True))


def offered_before(draft: Draft) -> str:
    """Which version is offered today; "" where none is."""
    today = localdate()
    found = [each for each in versions_of(draft.code) if each.effective_from <= today]
    return found[-1].version if found else ""


@lru_cache(maxsize=256)
def _procedure(digest: str) -> Procedure:
    """A kept version, read once: it never changes."""
    return version_by_hash(digest).procedure
