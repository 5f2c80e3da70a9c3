"""Writing the next version of a procedure, handing it in, and deciding on it as another person.

Layer 4. What is approved is what was handed in, to the letter, and only while its checks find no error and no newer
version came meanwhile. It then comes into force by the same road as `maidinh procedure apply`. The database holds the
same (see the migration). Legal ground: Decree 63/2010/NĐ-CP article 8; Decree 61/2018/NĐ-CP article 17 (the internal
process is approved by decision).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.services.authoring.definition import (
    ABANDONED,
    APPROVING,
    CODE,
    DRAFTING,
    EDITING,
    MAIN,
    PUBLISHED,
    SUBMITTED,
    VERSION,
    Files,
)
from maidinh.services.authoring.judging import Judge
from maidinh.services.authoring.models import Draft, Revision
from maidinh.services.authoring.queries import (
    hash_of,
    later_versions,
    merge_with,
    newest_kept,
    newest_of,
    verdict_on,
    writers_of,
)
from maidinh.services.authoring.rules import (
    changed_files,
    content_of,
    kept_text,
    next_version,
    refused_files,
    renewed,
    skeleton,
    version_in,
)
from maidinh.services.procedures.actions import ValidityOverlaps, VersionChanged, apply_procedure
from maidinh.services.procedures.queries import ProcedureVersion, versions_of

LONGEST = 4000


class DraftRefused(ValueError):
    """It can't be done; `reasons` says why, a line each, in the reader's language; `field` is where it was asked."""

    def __init__(self, *reasons: str, field: str = "") -> None:
        self.reasons, self.field = reasons, field
        super().__init__("; ".join(reasons))


class ChangedMeanwhile(DraftRefused):
    """Somebody else changed the draft since it was read."""


class Undecided(DraftRefused):
    """Two versions say different things somewhere, and nobody decided yet."""


@transaction.atomic
def begin_from_version(*, actor: Actor, version: ProcedureVersion, files: Mapping[str, str], at: datetime) -> Draft:
    """A draft of the next version, with the files of this one; by the agency that is responsible for it."""
    require(actor, DRAFTING)
    agency = version.procedure.responsible
    if agency not in actor.agencies:
        raise DraftRefused(_("Only the agency that is responsible for a procedure writes its next version."))
    if any(each.effective_from > version.effective_from for each in versions_of(version.code)):
        raise DraftRefused(_("A draft begins from the newest version of a procedure."))
    drafts = Draft.objects.filter(code=version.code).exclude(state=ABANDONED).values_list("version", flat=True)
    number = next_version([*(each.version for each in versions_of(version.code)), *drafts])
    begins = max(localtime(at).date(), version.effective_from + timedelta(days=1))  # two never begin on one day
    begun = dict(files) | {MAIN: renewed(files[MAIN], number, begins)}
    name = version.procedure.name.vi
    return _begun(actor, agency, version.code, number, name, begun, version, at)


@transaction.atomic
def begin_from_skeleton(*, actor: Actor, code: str, name: str, field: str, at: datetime) -> Draft:
    """A draft of a procedure that isn't done here yet: a sample process and form, for the agency to write over."""
    require(actor, DRAFTING)
    if not CODE.fullmatch(code):
        raise DraftRefused(_("Write the procedure's code as the national database has it, such as 1.012345."),
                           field="code")  # fmt: skip
    if versions_of(code):
        raise DraftRefused(_("This procedure has a version already: begin from it."), field="code")
    if not name.strip():
        raise DraftRefused(_("Write the name of the procedure."), field="name")
    if not field.strip():
        raise DraftRefused(_("Write the field that the procedure belongs to."), field="field")
    title, number = kept_text(name).strip()[:300], next_version(())
    text = skeleton(code, title, kept_text(field).strip()[:200], number, actor.agency, localtime(at).date())
    return _begun(actor, actor.agency, code, number, title, {MAIN: text}, None, at)


@transaction.atomic
def save_files(
    *, actor: Actor, draft_id: int, revision: int, files: Mapping[str, str], why: str, at: datetime
) -> Draft:
    """Write the files of a draft as one revision more. Raises DraftRefused, ChangedMeanwhile; nothing is half kept."""
    require(actor, DRAFTING)
    row = _editable(draft_id)
    if row.revision != revision:
        raise ChangedMeanwhile(
            _("Somebody saved this draft meanwhile (revision %(number)s). What you typed still stands here.")
            % {"number": row.revision}
        )
    wrong = refused_files(files)
    if wrong:
        raise DraftRefused(_these_are_none(wrong))
    changed = changed_files(row.files, files)
    if not changed:
        return row
    content = content_of(files[MAIN]) or {}
    version = version_in(files[MAIN])
    if version and not VERSION.fullmatch(version):
        raise DraftRefused(_("Write the version in letters, digits, dots and dashes, such as 2.0."), field="version")
    number = row.revision + 1
    told = kept_text(why).strip()[:LONGEST]
    Revision.objects.create(draft=row, number=number, by=actor.id, at=at, why=told, files=changed)
    row.files, row.revision, row.updated_at = dict(files), number, at
    row.version = version or row.version
    row.name = _name_in(content) or row.name
    _keep(row, "files", "revision", "updated_at", "version", "name")
    details = {"revision": number, "files": sorted(changed)}
    record_act(actor=actor, action="procedure-draft.save", subject=_subject(row), at=at, details=details)
    return row


@transaction.atomic
def merge_newest(
    *, actor: Actor, draft_id: int, root: Path, decisions: Mapping[str, str], why: str, at: datetime
) -> Draft:
    """Take the newest version of the procedure into the draft, which then is one of its next version.

    Merged is what stands by now, whoever wrote it; a decision about a value that changed since doesn't count. Raises
    Undecided where a question is open: then nothing is written.
    """
    require(actor, DRAFTING)
    row = _editable(draft_id)
    seen, newest = newest_kept(row.code), newest_of(row.code)
    if newest is None or not later_versions(row):
        raise DraftRefused(_("There is no newer version to take in, or somebody did so already."))
    if content_of(row.files[MAIN]) is None:
        raise DraftRefused(_("The file can't be read. Mend it as text, then take the newer version in."))
    merged = merge_with(row, newest, root, decisions)
    if merged.open:
        raise Undecided(_("Decide what is to stand in each place that both changed."))
    if wrong := refused_files(merged.files):
        raise DraftRefused(_these_are_none(wrong))
    changed, number = changed_files(row.files, merged.files), row.revision + 1
    told = kept_text(why).strip()[:LONGEST] or _("Version %(version)s was taken in.") % {"version": newest.version}
    Revision.objects.create(draft=row, number=number, by=actor.id, at=at, why=told, files=changed)
    row.files, row.revision, row.updated_at, row.seen, row.base = merged.files, number, at, seen, newest
    row.version = version_in(merged.files[MAIN]) or row.version
    row.name = _name_in(content_of(merged.files[MAIN]) or {}) or row.name
    _keep(row, "files", "revision", "updated_at", "seen", "base", "version", "name")
    details = {"revision": number, "files": sorted(changed), "version": newest.version,
               "decided": len(merged.conflicts)}  # fmt: skip
    record_act(actor=actor, action="procedure-draft.merge", subject=_subject(row), at=at, details=details)
    return row


@transaction.atomic
def submit_draft(*, actor: Actor, draft_id: int, at: datetime, judge: Judge) -> Draft:
    """Hand the draft in for another person's decision; its checks find no error, and it fits what it is a draft of."""
    require(actor, DRAFTING)
    row = _editable(draft_id)
    row.hash = _handed_in(row, judge)
    row.state, row.submitted_by, row.submitted_at, row.updated_at, row.note = SUBMITTED, actor.id, at, at, ""
    row.save(update_fields=["hash", "state", "submitted_by", "submitted_at", "updated_at", "note"])
    _tell("procedure.submitted", row, at)
    details = {"revision": row.revision, "hash": row.hash, "writers": sorted(writers_of(row))}
    record_act(actor=actor, action="procedure-draft.submit", subject=_subject(row), at=at, details=details)
    return row


@transaction.atomic
def send_back(*, actor: Actor, draft_id: int, reason: str, at: datetime) -> Draft:
    """Give what was handed in back to its writers, and say what is asked of them."""
    require(actor, APPROVING)
    row = _to_decide(actor, draft_id)
    text = kept_text(reason).strip()[:LONGEST]
    if not text:
        raise DraftRefused(_("Say why the draft is sent back."), field="reason")
    row.state, row.note, row.updated_at, row.hash = EDITING, text, at, ""
    row.save(update_fields=["state", "note", "updated_at", "hash"])
    _tell("procedure.sent_back", row, at)
    record_act(actor=actor, action="procedure-draft.send-back", subject=_subject(row), at=at, details={"reason": text})
    return row


@transaction.atomic
def approve_draft(
    *, actor: Actor, draft_id: int, decision: str, decided_on: date | None, at: datetime, judge: Judge
) -> ProcedureVersion:
    """Bring the version into force that others wrote, by a decision; it is offered from its own first day on."""
    require(actor, APPROVING)
    row = _to_decide(actor, draft_id)
    number = kept_text(decision).strip()[:120]
    if not number:
        raise DraftRefused(_("Write the number of the decision."), field="decision")
    if decided_on is None:
        raise DraftRefused(_("Enter the day of the decision, with day, month and four-digit year."), field="decided_on")
    if decided_on > localtime(at).date():
        raise DraftRefused(_("The day of the decision is not in the future."), field="decided_on")
    if _handed_in(row, judge) != row.hash:
        raise DraftRefused(_("The draft is not what was handed in. Send it back, and have it handed in again."))
    procedure = verdict_on(row.files, judge).procedure
    if procedure is None:
        raise DraftRefused(_("The draft can't be read as a procedure."))
    row.state, row.decided_by, row.decided_at, row.updated_at = PUBLISHED, actor.id, at, at
    row.decision, row.decided_on = number, decided_on
    row.save(update_fields=["state", "decided_by", "decided_at", "updated_at", "decision", "decided_on"])
    try:
        version = apply_procedure(procedure=procedure, at=at)
    except (VersionChanged, ValidityOverlaps) as error:
        raise DraftRefused(_refusal(error)) from None
    _tell("procedure.published", row, at)
    details = {"hash": row.hash, "decision": number, "decided_on": decided_on.isoformat()}
    record_act(actor=actor, action="procedure-draft.approve", subject=_subject(row), at=at, details=details)
    return version


@transaction.atomic
def abandon_draft(*, actor: Actor, draft_id: int, at: datetime) -> Draft:
    """Give a draft up: it is kept, and not edited any more."""
    require(actor, DRAFTING)
    row = _editable(draft_id)
    row.state, row.updated_at = ABANDONED, at
    row.save(update_fields=["state", "updated_at"])
    _tell("procedure.draft_abandoned", row, at)
    record_act(actor=actor, action="procedure-draft.abandon", subject=_subject(row), at=at)
    return row


def _begun(
    actor: Actor, agency: str, code: str, version: str, name: str, files: Files, base: ProcedureVersion | None,
    at: datetime,
) -> Draft:  # fmt: skip
    try:
        with transaction.atomic():
            row = Draft.objects.create(
                code=code, version=version, name=name, agency=agency, base=base, seen=newest_kept(code), files=files,
                author=actor.id, created_at=at, updated_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise DraftRefused(_("Another draft has this version already.")) from None
    details = {"version": version, "base": base.version if base else ""}
    _tell("procedure.draft_begun", row, at)
    record_act(actor=actor, action="procedure-draft.begin", subject=_subject(row), at=at, details=details)
    return row


def _keep(row: Draft, *fields: str) -> None:
    """Write a revision's draft; refused where another draft has its version by now."""
    try:
        with transaction.atomic():
            row.save(update_fields=list(fields))
    except IntegrityError:
        raise DraftRefused(_("Another draft has this version already."), field="version") from None


def _these_are_none(names: list[str]) -> str:
    return _("These are no files of a procedure, or too long: %(names)s.") % {"names": ", ".join(names)}


def _handed_in(row: Draft, judge: Judge) -> str:
    """The identity of the version in the draft; refused where it isn't sound or is overtaken."""
    later = later_versions(row)
    if later:
        raise DraftRefused(
            _("Version %(version)s came into the installation since this draft began. Take it into the draft first.")
            % {"version": later[-1].version}
        )
    verdict = verdict_on(row.files, judge)
    wrong = sum(each.wrong for each in verdict.told)
    if verdict.procedure is None or wrong:
        raise DraftRefused(_("Mend what the checks find first: %(count)s faults.") % {"count": max(wrong, 1)})
    procedure = verdict.procedure
    if (procedure.code, procedure.version, procedure.responsible) != (row.code, row.version, row.agency):
        raise DraftRefused(
            _("The file must say code %(code)s, version %(version)s and responsible %(agency)s, as the draft does.")
            % {"code": row.code, "version": row.version, "agency": row.agency}
        )
    if any(each.version == row.version for each in versions_of(row.code)):
        raise DraftRefused(_("Version %(version)s is kept already: give the draft another version.")
                           % {"version": row.version})  # fmt: skip
    return hash_of(procedure)


def _to_decide(actor: Actor, draft_id: int) -> Draft:
    row = _locked(draft_id)
    if row.state != SUBMITTED:
        raise DraftRefused(_("The draft was not handed in, or is decided already."))
    if actor.id in {*writers_of(row), row.submitted_by}:
        raise DraftRefused(_("You wrote in this draft. Somebody else must decide."))
    return row


def _editable(draft_id: int) -> Draft:
    row = _locked(draft_id)
    if row.state != EDITING:
        raise DraftRefused(_("This draft was handed in or has ended, and is not edited."))
    return row


def _locked(draft_id: int) -> Draft:
    row = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id).first()
    if row is None:
        raise DraftRefused(_("There is no such draft."))
    return row


def _refusal(error: VersionChanged | ValidityOverlaps) -> str:
    if isinstance(error, ValidityOverlaps):
        return _("Version %(version)s would be in force on the same day: change the first day.") % {
            "version": error.other
        }
    return _("A version of this number is kept with another content: give the draft another version.")


def _name_in(content: Mapping[str, Any]) -> str:
    name = content.get("name")
    text = name.get("vi") if isinstance(name, dict) else ""
    return text.strip()[:300] if isinstance(text, str) else ""


def _subject(row: Draft) -> str:
    return f"procedure {row.code} version {row.version}"


def _tell(name: str, row: Draft, at: datetime) -> None:
    publish(name=name, payload={"procedure": row.code, "version": row.version}, at=at, agency=row.agency)
