"""A draft of the province's own version, and the people who make it, are asked about it, and decide on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.consultation import (
    answer_opinion,
    conclude,
    give_opinion,
    open_consultation,
)
from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
from maidinh.governance.drafting.actions.submission import submit_draft
from maidinh.governance.drafting.models import Consultation, Draft
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting

TITLE = {"vi": "Kiến trúc phiên bản 1.1", "en": "Architecture 1.1"}
ASKED, OTHER, UNASKED = "H38.101", "H38.6", "H38.5.1"


class Making:
    """Everything that people do with drafts, each in the name of their own agency."""

    def __init__(self, official: Callable[..., Actor], at: datetime) -> None:
        self.at = at
        self.architect = official("architecture.draft")
        self.second = replace(self.architect, id="tests.second-architect")
        self.approver = official("architecture.publish")
        self.asked = official("architecture.opine", agency=ASKED)
        self.other = official("architecture.opine", agency=OTHER)
        self.unasked = official("architecture.opine", agency=UNASKED)

    def do(self, action: Callable[..., Any], actor: Actor, **what: Any) -> Any:
        """Carry an action out as somebody."""
        with acting(agencies=actor.agencies, person=actor.person):
            return action(actor=actor, **({"at": self.at} | what))

    def draft(self, version: str = "1.1", **more: Any) -> Draft:
        """A draft made from the version in force."""
        what = {"version": version, "title": {"vi": f"Phiên bản {version}"}, "base": current_version().pk}
        return self.do(open_draft, self.architect, **(what | more))

    def edit(self, draft: Draft, *edits: Edit, seen: int, actor: Actor | None = None, via: str = "form") -> Any:
        """Edit fields of a draft."""
        return self.do(
            edit_draft, actor or self.architect, draft_id=draft.pk, edits=list(edits), seen_revision=seen, via=via
        )

    def fresh(self, draft: Draft) -> Draft:
        """The draft as it stands now."""
        with acting(agencies=self.architect.agencies):
            return Draft.objects.select_related("made", "base").get(pk=draft.pk)

    def round(self, draft: Draft, *agencies: str) -> Consultation:
        """A round of opinions that is open for ten days."""
        due = (self.at + timedelta(days=10)).date()
        return self.do(
            open_consultation, self.architect, draft_id=draft.pk, agencies=agencies or (ASKED, OTHER), due_on=due
        )

    def opinion(self, consultation: Consultation, actor: Actor | None = None, **more: Any) -> Any:
        """An opinion of an agency."""
        what = {"stance": "change", "text": "Nên ghi rõ cơ quan chủ quản"} | more
        return self.do(give_opinion, actor or self.asked, consultation_id=consultation.pk, **what)

    def answer(self, opinion: Any, **more: Any) -> Any:
        """The architect's answer to an opinion."""
        return self.do(
            answer_opinion, self.architect, opinion_id=opinion.pk, **({"answer": "taken", "text": ""} | more)
        )

    def conclude(self, consultation: Consultation) -> Consultation:
        """The conclusion of a round."""
        return self.do(conclude, self.architect, consultation_id=consultation.pk, conclusion="Các cơ quan thống nhất")

    def submitted(self, version: str = "1.1", *edits: Edit) -> Draft:
        """A draft that went the whole way up to its approval."""
        draft = self.draft(version)
        self.edit(draft, *(edits or [rename("one")]), seen=0)
        self.conclude(self.round(draft))
        self.do(submit_draft, self.architect, draft_id=draft.pk)
        return self.fresh(draft)


def rename(name: str, item: str | None = None) -> Edit:
    """The edit that gives an element another English name."""
    return Edit("elements", item or current_version().content["elements"][0]["id"], "name.en", name)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def making(official: Callable[..., Actor], at: datetime) -> Making:
    return Making(official, at)


@pytest.fixture
def signer() -> Any:
    return settings.SIGNER
