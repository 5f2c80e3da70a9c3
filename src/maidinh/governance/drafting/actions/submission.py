"""Handing a concluded draft in for approval as a version, and sending one back.

Layer 4, governance. What is handed in is the draft that the conclusion is about, word for word; everyone who wrote in
it is named with it and can neither approve nor publish it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from maidinh.governance.architecture.actions import APPROVING, SamePerson, draft_version, withdraw_version
from maidinh.governance.architecture.queries import declared_organisations
from maidinh.governance.drafting.actions.editing import DraftRefused, editable, kept_text, locked, subject
from maidinh.governance.drafting.models import Draft
from maidinh.governance.drafting.queries import problems_of, unanswered, writers_of
from maidinh.governance.drafting.rules import CONCLUDED, EDITING, SUBMITTED, hash_of
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish


@transaction.atomic
def submit_draft(*, actor: Actor, draft_id: int, at: datetime) -> Draft:
    """Hand the draft in as a version that waits for approval. Raises DraftRefused with all that stands against it."""
    row = editable(actor, draft_id)
    if row.state != CONCLUDED:
        raise DraftRefused(_("The draft needs a conclusion on the opinions of the agencies, as it stands now."))
    waiting = unanswered(row).count()
    if waiting:
        raise DraftRefused(_("These opinions have no answer yet: %(count)s.") % {"count": waiting})
    found = problems_of(row)
    if found:
        raise DraftRefused(*found)
    version = draft_version(
        actor=actor, version=row.model, organisations=declared_organisations(), at=at, authors=list(writers_of(row)),
        base=row.base_id, needs_approval=True, content=row.content,
    )  # fmt: skip
    row.made, row.state, row.updated_at, row.note = version, SUBMITTED, at, ""
    row.save(update_fields=["made", "state", "updated_at", "note"])
    _tell("architecture.submitted", row, at)
    details = {"revision": row.revision, "hash": hash_of(row.content), "writers": [*version.writers]}
    record_act(actor=actor, action="draft.submit", subject=subject(row), at=at, details=details)
    return row


@transaction.atomic
def send_back(*, actor: Actor, draft_id: int, reason: str, at: datetime) -> Draft:
    """Make a draft again of what was handed in, before it is approved, and say what is asked of its makers."""
    require(actor, APPROVING)
    row = locked(draft_id)
    if row.state != SUBMITTED or row.made_id is None:
        raise DraftRefused(_("The draft was not handed in."))
    if actor.id in writers_of(row):
        raise SamePerson(
            _("You wrote in version %(version)s. Somebody else must send it back.") % {"version": row.version}
        )
    text = kept_text(reason)
    if not text:
        raise DraftRefused(_("Say why the draft is sent back."))
    version_id = row.made_id
    row.made, row.state, row.note, row.updated_at = None, EDITING, text, at
    row.save(update_fields=["made", "state", "note", "updated_at"])
    withdraw_version(actor=actor, version_id=version_id, at=at)
    _tell("architecture.sent_back", row, at)
    record_act(actor=actor, action="draft.send-back", subject=subject(row), at=at, details={"reason": row.note})
    return row


def _tell(name: str, row: Draft, at: datetime) -> None:
    """Tell the agencies of those who draft and approve; nobody else learns of a version before it is in force."""
    for agency in row.makers:
        publish(name=name, payload={"province": row.province, "version": row.version}, at=at, agency=agency)
