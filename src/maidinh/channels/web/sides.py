"""The architectures that can be held against each other: versions, and drafts for who may see them. Layer 2.

In an address a version stands as its number, a draft as `draft-12`, a draft as it once stood as `draft-12-r3`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.web import comparison
from maidinh.channels.web.context import language
from maidinh.channels.web.editions import edition_for
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version, versions_for
from maidinh.governance.architecture.rules import DRAFT
from maidinh.governance.comparison.difference import Difference, difference
from maidinh.governance.drafting.queries import Draft, content_at, draft_for, drafts_for
from maidinh.governance.drafting.rules import LIVING
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

A_DRAFT = re.compile(r"draft-(\d{1,9})(?:-r(\d{1,9}))?")


@dataclass(frozen=True)
class Side:
    """One architecture of two: how an address names it, what it is called, and itself."""

    key: str
    title: str
    model: ArchitectureVersion
    version: str = ""

    @property
    def query(self) -> str:
        """What leads to a component of it; nothing for a draft, which has no such page."""
        return f"?{urlencode({'version': self.version})}" if self.version else ""


@dataclass(frozen=True)
class Compared:
    """Two sides, what differs, and its rows in the reader's language."""

    old: Side
    new: Side
    difference: Difference
    rows: list[comparison.Row]


def side_for(actor: Actor, key: str) -> Side | None:
    """The architecture that an address names, if the actor may see it."""
    row = versions_for(actor).filter(version=key[:40]).first() if key and "\0" not in key else None
    if row is not None:
        return of_version(row, actor)
    match = A_DRAFT.fullmatch(key)
    draft = draft_for(actor, int(match[1])) if match else None
    if match is None or draft is None:
        return None
    return of_draft_at(draft, int(match[2])) if match[2] else of_draft(draft)


def of_version(row: Any, actor: Actor | None = None) -> Side:
    """A version that was handed in or published; as the actor may see it, if one is named."""
    model = row.model if actor is None else edition_for(actor, row).model
    return Side(row.version, _("version %(version)s") % {"version": row.version}, model, row.version)


def of_draft(draft: Draft) -> Side:
    """A draft as it stands."""
    title = _("draft of version %(version)s") % {"version": draft.version}
    return Side(draft_key(draft), title, draft.model)


def of_draft_at(draft: Draft, revision: int) -> Side | None:
    """A draft as it stood at a revision; None where there never was that one."""
    if revision > draft.revision:
        return None
    words = {"version": draft.version, "revision": revision}
    model = ArchitectureVersion.model_validate(content_at(draft, revision))
    return Side(draft_key(draft, revision), _("draft of version %(version)s, revision %(revision)s") % words, model)


def draft_key(draft: Draft, revision: int | None = None) -> str:
    """How an address names a draft."""
    return f"draft-{draft.pk}" if revision is None else f"draft-{draft.pk}-r{revision}"


def base_of(row: Any, model: ArchitectureVersion, actor: Actor | None = None) -> Side:
    """What a draft or a version was made from; an empty architecture where there was none before."""
    if row.base is not None:
        return of_version(row.base, actor)
    return Side("", _("nothing: the first version"), emptied(model))


def emptied(model: ArchitectureVersion) -> ArchitectureVersion:
    """The architecture with nothing in it."""
    nothing: dict[str, Any] = {name: [] for name in ("elements", "relations", "principles", "views", "folders")}
    return model.model_copy(update={**nothing, "property_definitions": []})


def choices(actor: Actor, *named: Side | None) -> list[tuple[str, str]]:
    """What there is to choose from: versions, the newest first, then drafts in the making."""
    found = {}
    for row in versions_for(actor).only("version", "state"):
        text = _("version %(version)s, handed in") if row.state == DRAFT else _("version %(version)s")
        found[row.version] = text % {"version": row.version}
    for draft in drafts_for(actor).filter(state__in=LIVING):
        found[draft_key(draft)] = _("draft of version %(version)s") % {"version": draft.version}
    found |= {side.key: side.title for side in named if side is not None and side.key and side.key not in found}
    return list(found.items())


def usual(actor: Actor) -> tuple[str, str]:
    """What is compared when nobody says what: the version in force with the one before it."""
    current = current_version()
    if current is None:
        return "", ""
    before = versions_for(actor).exclude(state=DRAFT).exclude(pk=current.pk)
    earlier = before.filter(effective_from__lte=current.effective_from).order_by("-effective_from", "-published_at")
    first = earlier.values_list("version", flat=True).first()
    return first or "", current.version


def compared(old: Side, new: Side) -> Compared:
    """What differs between two sides, in the reader's language. Raises Incomparable."""
    found = difference(old.model, new.model)
    words = comparison.Wording(old.model, new.model, language=language(), agencies=agency_names(language()))
    return Compared(old, new, found, words.rows(found))


def address(old: str, new: str) -> str:
    """Where the difference of two sides is shown."""
    return f"{reverse('architecture-difference')}?{urlencode({'from': old, 'to': new})}"
