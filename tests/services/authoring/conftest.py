"""A procedure's next version in the making: who writes it, who decides, in the agency that is responsible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils import translation

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.services.authoring.actions import approve_draft, begin_from_version, save_files, submit_draft
from maidinh.services.authoring.definition import MAIN
from maidinh.services.authoring.models import Draft
from maidinh.services.authoring.queries import files_of
from maidinh.services.authoring.rewriting import rewritten
from maidinh.services.procedures.queries import current_version

CODE, AGENCY = "1.013225", "H38.101"  # construction permits; the commune that is responsible
DECISION = "12/QĐ-UBND"


class Desk:
    """Everything that people do with drafts, each in the name of their own agency."""

    def __init__(self, official: Callable[..., Actor], at: datetime) -> None:
        self.at = at
        self.writer = official("procedure.draft", agency=AGENCY)
        self.second = replace(self.writer, id="tests.second-writer")
        self.leader = official("procedure.approve", agency=AGENCY)
        self.elsewhere = official("procedure.approve", agency="H38.5.1")

    def do(self, action: Callable[..., Any], actor: Actor, **what: Any) -> Any:
        """Carry an action out as somebody."""
        with acting(agencies=actor.agencies, official=actor.id):
            return action(actor=actor, **({"at": self.at} | what))

    def begun(self) -> Draft:
        """A draft of the next version."""
        version = current_version(CODE, self.at.date())
        assert version is not None
        root = province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)
        files = files_of(version, root)
        found: Draft = self.do(begin_from_version, self.writer, version=version, files=files)
        return found

    def changed(self, draft: Draft, change: Callable[[dict[str, Any]], None], actor: Actor | None = None) -> Draft:
        """One revision more, in which the content of the main file is changed."""
        content = yaml.safe_load(draft.files[MAIN])
        change(content)
        files = draft.files | {MAIN: rewritten(draft.files[MAIN], content)}
        found: Draft = self.do(
            save_files, actor or self.writer, draft_id=draft.pk, revision=draft.revision, files=files, why=""
        )
        return found

    def handed_in(self) -> Draft:
        """A draft that waits for a decision."""
        draft = self.changed(self.begun(), later_name)
        found: Draft = self.do(submit_draft, self.writer, draft_id=draft.pk, judge=settings.JUDGE)
        return found

    def approve(self, draft: Draft, actor: Actor | None = None, **more: Any) -> Any:
        """Decide for it."""
        what = {"decision": DECISION, "decided_on": self.at.date() - timedelta(days=1), "judge": settings.JUDGE}
        return self.do(approve_draft, actor or self.leader, draft_id=draft.pk, **(what | more))


def later_name(content: dict[str, Any]) -> None:
    """A change that nothing is wrong with."""
    content["name"]["vi"] = "Cấp giấy phép xây dựng (bản mới)"


def first_day(day: date) -> Callable[[dict[str, Any]], None]:
    """The version begins on another day."""

    def change(content: dict[str, Any]) -> None:
        content["effective_from"] = day

    return change


@pytest.fixture
def desk(db: None, official: Any, at: Any) -> Iterator[Desk]:
    with translation.override("en"):
        yield Desk(official, at)
