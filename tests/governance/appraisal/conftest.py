"""A project that fits, the people who appraise and decide on it, and everything that they do, each for their agency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from maidinh.governance.appraisal.actions.asking import Defect, answer_supplement, ask_supplement
from maidinh.governance.appraisal.actions.deciding import approve_project, give_verdict
from maidinh.governance.appraisal.actions.exceptions import ask_exception, decide_exception
from maidinh.governance.appraisal.actions.opening import hand_in
from maidinh.governance.appraisal.models import Appraisal, Approval, ProjectException, Verdict
from maidinh.governance.appraisal.queries import packs
from maidinh.governance.appraisal.rules import FAIL, PASS, PASS_WITH_CONDITIONS
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from tests.governance.projects.conftest import Carrying
from tests.governance.projects.conftest import proposal as begun

PACK = "2026-nd224"
STATED = ("policy", "digital-plan", "standards", "ipv6")
CONDITION = {"id": "c1", "text": "Nâng cấp độ an toàn trước khi vận hành", "until": "2027-06-30"}
RECORD = {
    "unmet": "Chưa có cấp độ an toàn", "cause": "Chưa có quyết định phê duyệt cấp độ",
    "alternatives": "Đã xét dùng nền tảng chung", "effects": "Không ảnh hưởng kết nối",
    "controls": "Giám sát hằng ngày", "agency": "H38.5", "remedy": "Trình phê duyệt cấp độ trong quý I",
}  # fmt: skip


@dataclass(frozen=True)
class Here:
    """The installation of the tests."""

    address: str = "https://maidinh.example"
    province: str = "lao-cai"
    promise_within: int = 60
    sample: bool = True


def fitting(code: str = "soil-watch-2026", **more: Any) -> Proposal:
    """A project of which the checks find nothing amiss: a small change, all papers, everything explained."""
    papers = [{"kind": each.id, "number": "01/2026", "dated": "2026-10-05"} for each in packs()[PACK].papers]
    statements = [{"requirement": each, "says": {"vi": "Phù hợp"}} for each in STATED]
    change = {"action": "change", "section": "elements", "item": "flood-warning", "set": {"name.en": "Flood watch"}}
    what = {"changes": [change], "papers": papers, "statements": statements}
    return begun(code, **(what | more))


class Appraising(Carrying):
    """Everything that people do with a project up to its approval."""

    def __init__(self, official: Callable[..., Actor], at: datetime) -> None:
        super().__init__(official, at)
        self.third = replace(self.appraiser, id="tests.second-appraiser")
        self.other_approver = replace(self.approver, id="tests.second-approver")
        self.opining = official("project.opine", agency="H38.6")

    def open(self, code: str = "soil-watch-2026", **more: Any) -> Project:
        from maidinh.governance.projects.actions.preparing import open_project

        return self.do(open_project, self.officer, project=fitting(code, **more))

    def mend(self, row: Project, **more: Any) -> Project:
        """The next revision, by its owner."""
        from maidinh.governance.projects.actions.preparing import revise_project

        row = self.fresh(row)
        what = {"title": {"vi": f"Quan trắc đất, bản {row.revision + 1}"}} | more
        return self.do(
            revise_project, self.officer, project_id=row.pk, project=fitting(row.code, **what),
            seen_revision=row.revision, via="form",
        )  # fmt: skip

    def begin(self, row: Project | None = None, **more: Any) -> Appraisal:
        """An appraisal that runs."""
        return self.do(hand_in, self.officer, project_id=(row or self.open(**more)).pk)

    def supplement(self, row: Appraisal, *defects: Defect, reason: str = "", actor: Actor | None = None) -> Any:
        """A request to mend."""
        asked = defects or (Defect("costs", "Thiếu dự toán vận hành", "Điều 50"),)
        return self.do(
            ask_supplement, actor or self.appraiser, appraisal_id=row.pk, defects=list(asked), reason=reason
        )

    def answer(self, row: Project, **more: Any) -> Appraisal:
        """The answer of the owner to a request."""
        return self.do(answer_supplement, self.officer, project_id=self.mend(row, **more).pk)

    def verdict(self, row: Appraisal | None = None, result: str = PASS, *, actor: Actor | None = None,
                **more: Any) -> Verdict:  # fmt: skip
        """The verdict on an appraisal, on a new one by default."""
        row = row or self.begin()
        judged = [
            {"requirement": each["requirement"], "result": "met", "why": "Đã xem hồ sơ"}
            for each in row.assessment["results"]
            if each["result"] == "undetermined"
        ]
        what = {
            "result": result, "results": judged, "reasons": "Dự án phù hợp với kiến trúc",
            "conditions": [CONDITION] if result == PASS_WITH_CONDITIONS else [],
            "signer": settings.SIGNER, "installation": Here(),
        }  # fmt: skip
        return self.do(give_verdict, actor or self.appraiser, appraisal_id=row.pk, **(what | more))

    def failed(self) -> Verdict:
        """A verdict that the project does not pass."""
        return self.verdict(result=FAIL, reasons="Chưa phù hợp")

    def exception(self, row: Project, **more: Any) -> ProjectException:
        """An exception that its owner asks for."""
        until = (self.at + timedelta(days=90)).date()
        what = RECORD | {"valid_until": until, "review_on": until - timedelta(days=30)} | more
        return self.do(ask_exception, what.pop("actor", self.officer), project_id=row.pk, **what)

    def decide(self, row: ProjectException, *, granted: bool = True, actor: Actor | None = None, **more: Any) -> Any:
        """The decision on it."""
        what = {"decision": "12/QĐ-UBND", "text": "Cần thiết", "signer": settings.SIGNER} | more
        return self.do(decide_exception, actor or self.approver, exception_id=row.pk, granted=granted, **what)

    def approve(self, row: Project, *, actor: Actor | None = None, **more: Any) -> Approval:
        """The approval of a project."""
        what = {"decision": "15/QĐ-UBND", "decided_on": self.at.date(), "signer": settings.SIGNER} | more
        return self.do(approve_project, actor or self.approver, project_id=row.pk, **what)

    def publish_next(self, version: str = "1.1") -> Any:
        """Another version of the architecture, in force."""
        from maidinh.governance.architecture.queries import current_version
        from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
        from maidinh.governance.drafting.rules import Edit

        what = {"version": version, "title": {"vi": f"Phiên bản {version}"}, "base": current_version().pk}
        draft = self.do(open_draft, self.architect, **what)
        item = next(each["id"] for each in draft.content["elements"] if each["id"] != "flood-warning")
        edit = Edit("elements", item, "name.en", f"Renamed in {version}")
        self.do(edit_draft, self.architect, draft_id=draft.pk, edits=[edit], seen_revision=0, via="form")
        return self.published(draft.pk)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def appraising(db: None, official: Callable[..., Actor], at: datetime) -> Appraising:
    return Appraising(official, at)


def later(day: date, days: int) -> date:
    """So many days after."""
    return day + timedelta(days=days)
