"""Beginning a draft, changing it field by field or as a whole, taking in what is in force, giving it up.

Layer 4, governance. Two people write in one draft at once: what they changed apart is kept from both; where they
changed the same field, what stands stays and the one who comes second is told both values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.governance.architecture.actions import VersionRefused
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import (
    current_version,
    declared_organisations,
    declared_version,
    kept_version,
    version_numbered,
)
from maidinh.governance.architecture.rules import DRAFT, with_agency_codes
from maidinh.governance.drafting import rules
from maidinh.governance.drafting.content import Change, Content, changes
from maidinh.governance.drafting.models import Draft, DraftChange
from maidinh.governance.drafting.queries import DRAFTING, MAKING, content_at
from maidinh.governance.drafting.rules import (
    ABANDONED,
    CONCLUDED,
    EDITABLE,
    EDITING,
    Conflict,
    Decisions,
    Edit,
    Undecided,
)
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.identity.queries import agencies_with

BATCH = 2000
OF_THE_VERSION = (*rules.FIXED, "title", "effective_from", "note")  # what says which version it is


class DraftRefused(VersionRefused):
    """This can't be done with the draft; `reasons` says why, a line each, in the reader's language."""


@dataclass(frozen=True)
class Outcome:
    """What came of an edit: the draft's revision now, what was changed, and the fields somebody must decide.

    `undecided` is what `decide_conflicts` needs for them; `unused`, the decisions about nothing.
    """

    revision: int
    changed: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    undecided: Undecided | None = None
    unused: tuple[str, ...] = ()


@transaction.atomic
def open_draft(
    *,
    actor: Actor,
    version: str,
    title: Mapping[str, Any],
    at: datetime,
    base: int | None = None,
    model: ArchitectureVersion | None = None,
) -> Draft:
    """Begin a draft: from a version that is, or was, in force, from a model, or from the definitions' own version.

    Without a base it counts as made from the version in force, which must still be in force when it is published.
    """
    require(actor, DRAFTING)
    origin = current_version() if base is None else _origin(base)
    more: dict[str, Any] = {}
    if base is not None and origin is not None:
        more = {"province": origin.province, "inherits": origin.version}
        if model is None:
            more["effective_from"] = localtime(at).date().isoformat()
    if version_numbered(version) is not None:
        words = {"version": version}
        raise DraftRefused(_("Version %(version)s is published; a changed one needs a new number.") % words)
    begun = model or (_declared(version) if base is None or origin is None else origin.model)
    content = rules.as_begun(_with_codes(begun), version=version, title=title, **more)
    if content["province"] != declared_organisations().province:
        raise DraftRefused(_("The draft is of another province: %(province)s.") % {"province": content["province"]})
    makers = sorted({*agencies_with(*MAKING), *actor.agencies})
    try:
        with transaction.atomic():
            row = Draft.objects.create(
                province=content["province"], version=content["version"], title=content["title"], base=origin,
                inherits=content.get("inherits"), content=content, author=actor.id, makers=makers,
                created_at=at, updated_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        if "drafting_one_draft_of_a_version" not in str(error):
            raise
        words = {"version": version}
        raise DraftRefused(_("There is a draft of version %(version)s already.") % words) from error
    record_act(actor=actor, action="draft.open", subject=subject(row), at=at, details={"hash": rules.hash_of(content)})
    return row


@transaction.atomic
def edit_draft(
    *, actor: Actor, draft_id: int, edits: Sequence[Edit], seen_revision: int, via: str, at: datetime
) -> Outcome:
    """Set fields of the draft as the actor saw it at `seen_revision`. Raises EditRefused or DraftRefused."""
    row = editable(actor, draft_id)
    base = _seen(row, seen_revision)
    return _write(actor, row, (seen_revision, base), rules.edited(base, _with_agency(edits)), via, at)


def add_item(
    *, actor: Actor, draft_id: int, section: str, value: Mapping[str, Any], seen_revision: int, via: str, at: datetime
) -> Outcome:
    """Put a new element, relation, principle, view … into the draft."""
    edit = Edit(section, str(value.get("id", "")), "", dict(value))
    return edit_draft(actor=actor, draft_id=draft_id, edits=[edit], seen_revision=seen_revision, via=via, at=at)


def remove_item(
    *, actor: Actor, draft_id: int, section: str, item: str, seen_revision: int, via: str, at: datetime
) -> Outcome:
    """Take an item out of the draft, to which nothing refers any more (`removal` takes out all of it)."""
    edits = [Edit(section, item, "", None)]
    return edit_draft(actor=actor, draft_id=draft_id, edits=edits, seen_revision=seen_revision, via=via, at=at)


@transaction.atomic
def replace_draft(
    *,
    actor: Actor,
    draft_id: int,
    model: ArchitectureVersion,
    seen_revision: int,
    via: str,
    at: datetime,
    decisions: Decisions | None = None,
) -> Outcome:
    """Bring a whole model in (YAML, spreadsheet, exchange file): what it changed since `seen_revision` is merged."""
    row = editable(actor, draft_id)
    base = _seen(row, seen_revision)
    ours = rules.replaced(row.content, _with_codes(model))
    return _write(actor, row, (seen_revision, base), ours, via, at, decisions)


@transaction.atomic
def decide_conflicts(
    *, actor: Actor, draft_id: int, undecided: Undecided, decisions: Decisions, at: datetime
) -> Outcome:
    """Write what was decided about the conflicts of an edit, into the draft as it stands by now.

    While a conflict of the edit is left, or a decision raised another, nothing is written.
    """
    row = editable(actor, draft_id)
    seen, stood, kept = (_seen(row, each) for each in (undecided.seen, undecided.stood, undecided.kept))
    found = undecided.together(seen, stood, decisions)
    if found.conflicts:
        left = replace(undecided, decided={**undecided.decided, **decisions})
        return Outcome(row.revision, (), found.conflicts, left, found.unused)
    return _write(actor, row, (undecided.kept, kept), found.content, undecided.via, at)


@transaction.atomic
def take_in_current(*, actor: Actor, draft_id: int, at: datetime, decisions: Decisions | None = None) -> Outcome:
    """Bring the version now in force into a draft that was made from the one before; needed before it is published.

    In its conflicts `ours` is what is in force, `theirs` the draft's. While one is left undecided nothing is written.
    """
    row = editable(actor, draft_id)
    current = current_version()
    if row.base is None or current is None or current.pk == row.base_id:
        return Outcome(row.revision)
    own = {key: value for key, value in row.content.items() if key in OF_THE_VERSION}
    base, new = ({**own, **_carried(each.content)} for each in (row.base, current))
    merged = rules.brought_together(base, new, row.content, decisions)
    if merged.conflicts:
        return Outcome(row.revision, (), merged.conflicts)
    content = rules.checked({**merged.content, **({"inherits": current.version} if row.inherits else {})})
    row.base, row.inherits = current, content.get("inherits")
    rules.held_together(content, row.content, current.content)
    if content == row.content:
        row.save(update_fields=["base"])
    return _keep(actor, row, content, (), "merge", at)


@transaction.atomic
def bring_in(
    *,
    actor: Actor,
    draft_id: int,
    base: ArchitectureVersion,
    model: ArchitectureVersion,
    via: str,
    at: datetime,
    decisions: Decisions | None = None,
) -> Outcome:
    """Merge what `model` changed of `base`, any published version, into a draft: an accepted project, for instance.

    In its conflicts `ours` is what is brought in, `theirs` the draft's. While one is left nothing is written.
    """
    row = editable(actor, draft_id)
    own = {key: value for key, value in row.content.items() if key in OF_THE_VERSION}
    before, after = ({**own, **_carried(rules.content_of(_with_codes(each)))} for each in (base, model))
    merged = rules.brought_together(before, after, row.content, decisions)
    if merged.conflicts:
        return Outcome(row.revision, (), merged.conflicts, unused=merged.unused)
    content = rules.checked(merged.content)
    rules.held_together(content, row.content)
    return replace(_keep(actor, row, content, (), via, at), unused=merged.unused)


@transaction.atomic
def abandon_draft(*, actor: Actor, draft_id: int, at: datetime, reason: str = "") -> Draft:
    """Give a draft up; it is kept and not changed any more."""
    row = editable(actor, draft_id)
    row.state, row.note, row.updated_at = ABANDONED, kept_text(reason), at
    row.save(update_fields=["state", "note", "updated_at"])
    payload = {"draft": row.pk, "version": row.version}
    publish(name="architecture.draft_abandoned", payload=payload, at=at, agency=actor.agency)
    record_act(actor=actor, action="draft.abandon", subject=subject(row), at=at, details={"reason": row.note})
    return row


def locked(draft_id: int) -> Draft:
    """The draft, locked until the transaction ends. Raises DraftRefused where the actor has none such."""
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        raise DraftRefused(_("There is no such draft."))
    return row


def editable(actor: Actor, draft_id: int) -> Draft:
    """The draft, locked, if it may still be changed."""
    require(actor, DRAFTING)
    row = locked(draft_id)
    if row.state not in EDITABLE:
        words = {"version": row.version}
        raise DraftRefused(_("The draft of version %(version)s is not edited any more.") % words)
    return row


def kept_text(text: str) -> str:
    """The text as it is kept: no spaces at its ends, no character that the database refuses."""
    return rules.UNKEPT.sub("", text).strip()


def subject(row: Draft) -> str:
    """How the audit trail names a draft."""
    return f"draft {row.pk} {row.province} {row.version}"


def _write(
    actor: Actor,
    row: Draft,
    seen: tuple[int, Content],
    ours: Content,
    via: str,
    at: datetime,
    decisions: Decisions | None = None,
) -> Outcome:
    """What became of the content that was seen, brought into the draft."""
    (revision, base), stood = seen, row.revision
    merged = rules.brought_together(base, ours, row.content, decisions)
    rules.held_together(merged.content, row.content)
    outcome = replace(_keep(actor, row, merged.content, merged.conflicts, via, at), unused=merged.unused)
    if not merged.conflicts:
        return outcome
    wanted = tuple(changes(base, ours))
    return replace(outcome, undecided=Undecided(revision, stood, outcome.revision, via, wanted, decisions or {}))


def _keep(actor: Actor, row: Draft, content: Content, conflicts: Sequence[Conflict], via: str, at: datetime) -> Outcome:
    """Write the next revision, where something differs: first the changes, then the draft."""
    found = changes(row.content, content)
    if not found:
        return Outcome(row.revision, (), tuple(conflicts))
    number = row.revision + 1
    DraftChange.objects.bulk_create(
        [
            DraftChange(
                draft=row, revision=number, section=section, item=item, path=path, before=each.before,
                after=each.after, place=each.place, by=actor.id, at=at, via=via,
            )
            for each in found
            for section, item, path in [each.where]
        ],
        batch_size=BATCH,
    )  # fmt: skip
    row.content, row.title, row.revision, row.updated_at = content, content["title"], number, at
    row.state = EDITING if row.state == CONCLUDED else row.state
    row.save(update_fields=["content", "title", "revision", "state", "base", "inherits", "updated_at"])
    details = {"revision": number, "changes": len(found), "conflicts": len(conflicts), "via": via}
    record_act(actor=actor, action="draft.edit", subject=subject(row), at=at, details=details)
    return Outcome(number, tuple(found), tuple(conflicts))


def _seen(row: Draft, revision: int) -> Content:
    try:
        return content_at(row, revision)
    except ValueError as error:
        words = {"seen": revision, "newest": row.revision}
        raise DraftRefused(
            _("The draft has no revision %(seen)s; its newest is %(newest)s. Load it again.") % words
        ) from error


def _origin(version_id: int) -> Any:
    origin = kept_version(version_id)
    if origin is None or origin.state == DRAFT:
        raise DraftRefused(_("A draft begins from a version that was published."))
    return origin


def _declared(version: str) -> ArchitectureVersion:
    try:
        return declared_version(version)[0]
    except ValueError as error:
        raise DraftRefused(str(error)) from error


def _with_codes(model: ArchitectureVersion) -> ArchitectureVersion:
    return with_agency_codes(model, declared_organisations())


def _with_agency(edits: Collection[Edit]) -> list[Edit]:
    """The edits with an owner by the agency's code, where they name it by its short id."""
    if not any(edit.section == "elements" and edit.path in ("", "owner") for edit in edits):
        return list(edits)
    codes = {agency.id: agency.code for agency in declared_organisations().agencies}
    return [Edit(edit.section, edit.item, edit.path, _coded(edit, codes)) for edit in edits]


def _coded(edit: Edit, codes: Mapping[str, str]) -> Any:
    if edit.section == "elements" and edit.path == "owner":
        return codes.get(edit.value, edit.value) if isinstance(edit.value, str) else edit.value
    if edit.section == "elements" and not edit.path and isinstance(edit.value, Mapping):
        owner = edit.value.get("owner")
        return dict(edit.value) | ({"owner": codes.get(owner, owner)} if isinstance(owner, str) else {})
    return edit.value


def _carried(content: Content) -> Content:
    """The part of a version that a draft made from it takes over: all but what says which version it is."""
    return {key: value for key, value in content.items() if key not in OF_THE_VERSION}
