"""A project of the province, and the people who prepare, appraise, approve it and take it into the architecture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from maidinh.governance.architecture.actions import approve_version, publish_version
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.consultation import conclude, open_consultation
from maidinh.governance.drafting.actions.submission import submit_draft
from maidinh.governance.projects.actions.carrying import (
    accept_project,
    begin_building,
    merge_project,
    report_completion,
)
from maidinh.governance.projects.actions.preparing import open_project, revise_project
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.governance.projects.appraised import approve, ask_supplement, hand_in, pass_it

NEW = "soil-watch"


def proposal(code: str = "soil-watch-2026", *, owner: str = "H38.5", **more: Any) -> Proposal:
    """A project that adds a system, changes another, and says little else."""
    value = {
        "id": NEW,
        "kind": "information-system",
        "name": {"vi": "Quan trắc đất"},
        "owner": owner,
        "layer": 3,
        "zone": "tslcd",
    }
    content = {
        "id": code, "title": {"vi": "Quan trắc đất"}, "summary": {"vi": "Theo dõi chất lượng đất"}, "owner": owner,
        "kind": "investment", "began_on": date(2026, 10, 1), "architecture": current_version().version, "total": 0,
        "sample": True,
        "changes": [
            {"action": "add", "section": "elements", "item": NEW, "value": value},
            {"action": "change", "section": "elements", "item": "flood-warning", "set": {"zone": "wan"}},
        ],
    }  # fmt: skip
    return Proposal.model_validate(content | more)


class Carrying:
    """Everything that people do with projects, each in the name of their own agency."""

    def __init__(self, official: Callable[..., Actor], at: datetime) -> None:
        self.at = at
        self.officer = official("project.propose")
        self.second = replace(self.officer, id="tests.second-officer")
        self.stranger = replace(self.officer, id="tests.stranger", agencies=("H38.8",))
        self.appraiser = official("project.appraise")
        self.approver = official("project.approve")
        self.architect = official("architecture.draft")
        self.publisher = official("architecture.publish")

    def do(self, action: Callable[..., Any], actor: Actor, **what: Any) -> Any:
        """Carry an action out as somebody."""
        with acting(agencies=actor.agencies, person=actor.id):
            return action(actor=actor, **({"at": self.at} | what))

    def open(self, code: str = "soil-watch-2026", **more: Any) -> Project:
        """A project that its owner begins."""
        return self.do(open_project, self.officer, project=proposal(code, **more))

    def revise(self, row: Project, *, seen: int, actor: Actor | None = None, via: str = "form", **more: Any) -> Project:
        """Change fields of it."""
        found = proposal(row.code, **more)
        return self.do(
            revise_project, actor or self.officer, project_id=row.pk, project=found, seen_revision=seen, via=via
        )

    def handed_in(self, row: Project | None = None) -> Project:
        """A project that is being appraised."""
        return hand_in(row or self.open(), self.officer, self.appraiser.agency, self.at)

    def returned(self, row: Project | None = None) -> Project:
        """A project of which a supplement is asked."""
        return ask_supplement(self.handed_in(row), self.appraiser, self.at)

    def appraised(self, row: Project | None = None, conditions: Any = ()) -> Project:
        """A project that passed."""
        return pass_it(self.handed_in(row), self.appraiser, self.at, conditions)

    def approved(self, row: Project | None = None, conditions: Any = ()) -> Project:
        """A project that was appraised and approved."""
        return approve(self.appraised(row, conditions), self.approver, self.at)

    def completed(self, row: Project | None = None, conditions: Any = ()) -> Project:
        """A project that was built and reported complete."""
        row = self.do(begin_building, self.officer, project_id=self.approved(row, conditions).pk)
        return self.do(
            report_completion, self.officer, project_id=row.pk, completed_on=self.at.date(), summary="Đã xong"
        )

    def accepted(self, row: Project | None = None) -> Project:
        """A project that was accepted."""
        return self.do(
            accept_project, self.approver, project_id=self.completed(row).pk, record="Biên bản số 1 ngày 1/11/2026"
        )

    def merge(self, row: Project, draft: int | None = None, **more: Any) -> Any:
        """Take it into a draft, by default into a new one."""
        what = {"version": "1.1", "title": {"vi": "Phiên bản 1.1"}} | more
        return self.do(merge_project, self.architect, project_id=row.pk, draft_id=draft, **what)

    def published(self, draft: int) -> Any:
        """The version that is made of a draft, in force."""
        due = (self.at + timedelta(days=9)).date()
        asked = self.do(open_consultation, self.architect, draft_id=draft, agencies=["H38.6"], due_on=due)
        self.do(conclude, self.architect, consultation_id=asked.pk, conclusion="Thống nhất")
        made = self.do(submit_draft, self.architect, draft_id=draft).made_id
        self.do(approve_version, self.publisher, version_id=made, decision="01/QĐ", decided_on=self.at.date())
        return self.do(publish_version, self.publisher, version_id=made, signer=settings.SIGNER)

    def fresh(self, row: Project) -> Project:
        """The project as it stands now, as its owner sees it."""
        with acting(agencies=self.officer.agencies):
            return Project.objects.select_related("base", "baseline", "carried_in").get(pk=row.pk)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law as of the day on which projects begin here, whatever the definitions hold."""
    monkeypatch.setattr("maidinh.governance.projects.actions.preparing.pack_on", lambda day: f"law-of-{day.year}")


@pytest.fixture
def carrying(db: None, official: Callable[..., Actor], at: datetime) -> Carrying:
    return Carrying(official, at)
