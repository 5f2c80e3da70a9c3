"""A project of the province on its way through appraisal, and the browsers of those who take part."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

from django.test import Client

from maidinh.governance.appraisal.actions.asking import ask_opinion
from maidinh.governance.appraisal.actions.opening import take_up
from maidinh.governance.appraisal.models import Appraisal, BodyOpinion
from maidinh.governance.appraisal.rules import PASS, PASS_WITH_CONDITIONS
from maidinh.governance.projects.actions.carrying import begin_building, report_completion
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from tests.governance.appraisal.conftest import Appraising


class Bench(Appraising):
    """People around one project, each with a browser in English."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor], at: datetime) -> None:
        super().__init__(official, at)
        self.sign_in_as = sign_in_as

    def of(self, actor: Actor) -> Client:
        """Somebody's browser, in English."""
        client = Client()
        self.sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    def taken(self, **more: Any) -> Appraisal:
        """An appraisal that the appraiser took up; `more` are parts that its project says otherwise."""
        return self.do(take_up, self.appraiser, appraisal_id=self.begin(**more).pk)

    def asked(self, row: Appraisal) -> BodyOpinion:
        """Another body, asked for its opinion."""
        due = self.at.date().replace(day=30)
        return self.do(ask_opinion, self.appraiser, appraisal_id=row.pk, agency=self.opining.agency,
                       question="Có trùng hệ thống của Sở không?", due_on=due)  # fmt: skip

    def finished(self, result: str = PASS) -> Project:
        """A project that was approved on such a verdict, built, and reported as finished."""
        row = self.verdict(result=result).project
        self.approve(row)
        self.do(begin_building, self.officer, project_id=row.pk)
        return self.do(
            report_completion, self.officer, project_id=row.pk, completed_on=self.at.date(), summary="Đã xong"
        )

    def with_condition(self) -> Project:
        """A finished project of which a condition is not met."""
        return self.finished(PASS_WITH_CONDITIONS)


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


def typed_in(html: str, name: str) -> str:
    """What stands in a text field of a page."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\s?(.*?)</textarea>', html, re.S)
    field = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', html) or re.search(
        rf'<input[^>]*value="([^"]*)"[^>]*name="{name}"', html
    )
    found = area or field
    return unescape(found[1]) if found else ""
