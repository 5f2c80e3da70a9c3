"""A project of the province on its way through appraisal, and the browsers of those who take part."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

from django.conf import settings
from django.test import Client

from maidinh.channels.counter.signing import installation
from maidinh.governance.appraisal.actions.asking import ask_opinion
from maidinh.governance.appraisal.actions.deciding import approve_project, give_verdict
from maidinh.governance.appraisal.actions.opening import hand_in, take_up
from maidinh.governance.appraisal.models import Appraisal
from maidinh.governance.projects.actions.carrying import begin_building, report_completion
from maidinh.governance.projects.actions.preparing import open_project
from maidinh.governance.projects.models import Project
from maidinh.governance.projects.queries import declared_projects
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting

SAMPLE = "giam-ngheo-2027"


class Bench:
    """People around one project, each with a browser in English."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor], at: datetime) -> None:
        self.sign_in_as, self.at = sign_in_as, at
        self.appraiser, self.approver = official("project.appraise"), official("project.approve")
        self.officer, self.opining = official("project.propose"), official("project.opine", "H38.101")

    def of(self, actor: Actor) -> Client:
        """Somebody's browser, in English."""
        client = Client()
        self.sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    def do(self, action: Callable[..., Any], actor: Actor, **what: Any) -> Any:
        """Carry an action out as somebody."""
        with acting(agencies=actor.agencies, person=actor.id):
            return action(actor=actor, **({"at": self.at} | what))

    def begun(self, **more: Any) -> Project:
        """A project of the samples, begun by its owner; `more` are parts that it says otherwise."""
        project = declared_projects()[SAMPLE].model_copy(update={"owner": self.officer.agency, **more})
        return self.do(open_project, self.officer, project=project)

    def handed_in(self, **more: Any) -> Appraisal:
        """Its appraisal, which nobody took up."""
        return self.do(hand_in, self.officer, project_id=self.begun(**more).pk)

    def taken_up(self, **more: Any) -> Appraisal:
        """Its appraisal, which the appraiser took up."""
        return self.do(take_up, self.appraiser, appraisal_id=self.handed_in(**more).pk)

    def asked(self, row: Appraisal) -> Any:
        """Another body, asked for its opinion."""
        due = self.at.date().replace(day=30)
        return self.do(ask_opinion, self.appraiser, appraisal_id=row.pk, agency=self.opining.agency,
                       question="Có trùng hệ thống của Sở không?", due_on=due)  # fmt: skip

    def judged(self, result: str = "pass", conditions: Any = (), **more: Any) -> Project:
        """The project with its verdict."""
        row = self.taken_up(**more)
        if result != "fail":
            open_results = [each for each in row.assessment["results"] if each["result"] == "undetermined"]
            own = [{"requirement": each["requirement"], "result": "met", "why": "Đã xem"} for each in open_results]
        else:
            own = [{"requirement": row.assessment["results"][0]["requirement"], "result": "not-met", "why": "Thiếu"}]
        self.do(give_verdict, self.appraiser, appraisal_id=row.pk, result=result, results=own, reasons="Đã xem xét",
                conditions=conditions, signer=settings.SIGNER, installation=installation())  # fmt: skip
        return Project.objects.get(pk=row.project_id)

    def completed(self, conditions: Any = ()) -> Project:
        """The project approved, built and reported as finished."""
        row = self.judged("pass-with-conditions" if conditions else "pass", conditions)
        self.do(approve_project, self.approver, project_id=row.pk, decision="12/QĐ-UBND", decided_on=self.at.date(),
                signer=settings.SIGNER)  # fmt: skip
        self.do(begin_building, self.officer, project_id=row.pk)
        return self.do(report_completion, self.officer, project_id=row.pk, completed_on=self.at.date(), summary="Xong")


def page(client: Client, address: str, status: int = 200) -> str:
    """A page's text."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:800]
    return unescape(answer.content.decode())


def sent(client: Client, address: str, status: int = 302, **data: Any) -> Any:
    """What comes of a form."""
    answer = client.post(address, data)
    html = answer.content.decode()
    assert answer.status_code == status, re.findall(r"error-summary.*?</ul>", html, re.S) or html[:800]
    return answer


def errors_in(html: str) -> list[str]:
    """The fields that an error summary leads to."""
    found = re.search(r"error-summary.*?</ul>", html, re.S)
    return re.findall(r'href="#([^"]+)"', found[0]) if found else []
