"""Differences between declared and observed in the browser: what each reader is told, what is decided, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from maidinh.channels.sessions import ACCOUNT
from maidinh.channels.web.observed_words import Words
from maidinh.governance.observation.actions.deciding import acting_for, open_remedy
from maidinh.governance.observation.models import Finding
from maidinh.governance.observation.queries import decisions_on, findings_for
from maidinh.governance.observation.rules import KINDS
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.identity.actions import sign_in
from tests.governance.observation.traffic import called, watched

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


class Watching:
    """A province in which a system of an agency called what nobody declared, and people who look at it."""

    def __init__(self, official: Callable[..., Actor], at: datetime) -> None:
        self.at = at
        self.architect, self.approver = official("architecture.draft"), official("architecture.approve")
        self.integrator = official("connection.withdraw")
        called("tourism", "land-interface", at, times=2, outcome="refused", reason="no_contract")
        called("one-stop", "population-interface", at, path="/persons/*", zone="internet")
        called("land-register", "population-interface", at, outcome="refused", reason="no_contract")
        watched(at)
        self.finding = self.seen()

    def seen(self) -> Finding:
        """The connection that was tried, as it stands now."""
        with acting(agencies=self.architect.agencies):
            return findings_for(self.architect).get(source="tourism")

    def browser(self, actor: Actor | None = None) -> Client:
        """Somebody's browser, in English."""
        client = Client()
        client.cookies["django_language"] = "en"
        if actor is not None:
            account = sign_in(issuer="tests", subject=actor.id, claims={"name": actor.name, "official_id": actor.id},
                              at=self.at)  # fmt: skip
            session = client.session
            session[ACCOUNT] = account.pk
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return client

    def page(self, address: str, actor: Actor | None = None, status: int = 200) -> str:
        """A page."""
        answer = self.browser(actor).get(address)
        assert answer.status_code == status, (address, answer.status_code)
        return answer.content.decode()

    def decide(self, actor: Actor, status: int = 302, to: str = "decide", **typed: Any) -> str:
        """Where the form leads, or the page that comes back."""
        data = {name.replace("_", "-"): value for name, value in typed.items()}
        answer = self.browser(actor).post(f"{ADDRESS}/{self.finding.pk}/{to}", data)
        html = answer.content.decode()
        assert answer.status_code == status, re.findall(r"error-summary.*?</div>", html, re.S)
        return answer["Location"] if status == 302 else html


ADDRESS = "/architecture/observed"


@pytest.fixture
def watching(
    own_database: str, official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> Watching:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Watching(official, at)


def test_everyone_is_told_how_many_and_officials_which(watching: Watching, official: Callable[..., Actor]) -> None:
    public = watching.page(ADDRESS)
    assert "Somebody must act on 3 differences." in public
    assert "Connection that nobody declared" in public
    assert f"{ADDRESS}/{watching.finding.pk}" not in public
    watching.page(f"{ADDRESS}/{watching.finding.pk}", status=404)
    inside = watching.page(ADDRESS, watching.integrator)
    assert inside.count(f'href="{ADDRESS}/') == 3
    assert "No contract allows it. The exchange refused it." in inside
    assert watching.page(f"{ADDRESS}?kind=zone-differs", watching.integrator).count(f'href="{ADDRESS}/') == 1
    assert watching.page(f"{ADDRESS}?state=closed", watching.integrator).count(f'href="{ADDRESS}/') == 0
    leader = official("dossier.sign", "H38.5.1")
    assert watching.page(f"{ADDRESS}?owner=mine", leader).count(f'href="{ADDRESS}/') == 1
    told = watching.page(f"{ADDRESS}/{watching.finding.pk}", leader)
    assert "declare it by a project with a contract" in told
    assert f"{ADDRESS}/{watching.finding.pk}/decide" not in told  # who does not decide has no form
    assert watching.browser(leader).post(f"{ADDRESS}/{watching.finding.pk}/decide").status_code == 403
    assert f'href="{ADDRESS}"' in watching.page("/architecture")
    assert f'href="{ADDRESS}"' in watching.page("/architecture/conformity")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_is_told_in_words(watching: Watching, language: str) -> None:
    said = {"seen": ["H38.1"], "declared": "H38.1", "since": "2026-01-02", "code": "1.012784", "services": ["x"]}
    with translation.override(language), acting(agencies=watching.architect.agencies):
        words = Words()
        for kind in KINDS:
            for source in ("tourism", "outside"):
                row = Finding(pk=1, kind=kind, source=source, target="outside", element="lgsp", details=said, count=2,
                              owner="H38.1")  # fmt: skip
                told = words.row(row)
                assert told["happened"]
                assert "%(" not in told["happened"] + told["remedy"]


def test_an_exception_is_asked_for_and_answered_by_another(watching: Watching) -> None:
    html = watching.decide(watching.architect, 422, form="ask", ask_reason="Đang thay thế", ask_until_day="1")
    assert 'href="#ask-until"' in html
    assert "Đang thay thế" in html
    last = watching.at + timedelta(days=30)
    days = {f"ask_until_{part}": getattr(last, part) for part in ("day", "month", "year")}
    assert "done=ask" in watching.decide(watching.architect, form="ask", ask_reason="Đang thay thế", **days)
    own = watching.page(f"{ADDRESS}/{watching.finding.pk}", watching.architect)
    assert "Somebody else must decide" in own
    assert 'value="answer"' not in own
    told = watching.decide(watching.architect, 422, form="answer", answer_granted="yes", answer_reason="Đồng ý")
    assert "Somebody else must decide" in told
    assert 'href="#answer-granted"' in watching.decide(watching.approver, 422, form="answer", answer_reason="x")
    watching.decide(watching.approver, form="answer", answer_granted="yes", answer_reason="Đồng ý")
    assert watching.seen().state == "excepted"
    page = watching.page(f"{ADDRESS}/{watching.finding.pk}", watching.integrator)
    assert f"Until {last:%d/%m/%Y}" in page
    assert watching.architect.name in page


def test_it_is_settled_with_a_word_on_what_was_done(watching: Watching) -> None:
    assert 'href="#close-reason"' in watching.decide(watching.integrator, 422, form="close")
    watching.decide(watching.integrator, form="close", close_reason="Đã tắt")
    assert watching.seen().state == "closed"
    watching.decide(watching.integrator, 422, form="close", close_reason="Đã tắt")
    watching.decide(watching.integrator, 422, form="whatever")


def test_an_officer_of_a_unit_in_line_with_the_owner_begins_it_for_their_own(
    watching: Watching, official: Callable[..., Actor]
) -> None:
    officer = official("project.propose")
    finding = Finding(pk=1, owner="H38.5.1")  # a unit of the officer's agency
    with acting(agencies=officer.agencies):
        assert acting_for(officer, finding) == "H38.5"
        assert acting_for(replace(officer, agencies=("H38.5.1", "H38.5")), finding) == "H38.5.1", "the owner itself"
        assert acting_for(replace(officer, agencies=("H38.6",)), finding) is None
        assert acting_for(replace(officer, agencies=("H38",)), finding) is None, "the root speaks for nobody"
        finding.owner = "H38.5"
        assert acting_for(replace(officer, agencies=("H38.5.1",)), finding) == "H38.5.1"


def test_the_owner_begins_the_project_that_declares_it(watching: Watching, official: Callable[..., Actor]) -> None:
    officer = official("project.propose")
    assert "Another agency must act" in watching.decide(officer, 422, to="project")
    owner = replace(officer, agencies=(watching.finding.owner,))  # the sample has no officer of this agency
    with acting(agencies=owner.agencies):
        opened = open_remedy(actor=owner, finding_id=watching.finding.pk, title=Text(vi="Kết nối"),
                             summary=Text(vi="Khai báo kết nối"), at=watching.at)  # fmt: skip
        (change,) = Project.objects.get(code=opened.code).content["changes"]
    assert (change["action"], change["value"]["from"], change["value"]["to"]) == ("add", "tourism", "land-interface")
    assert change["value"]["contract"]["methods"]
    assert watching.seen().state == "proposed"
    with acting(agencies=watching.architect.agencies):
        assert decisions_on(watching.architect, watching.seen())[0].project == opened.code
    assert opened.code in watching.page(f"{ADDRESS}/{watching.finding.pk}", watching.integrator)
