"""The page on which an architect brings an accepted project into a draft: what both changed, what was stopped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
from maidinh.governance.drafting.rules import Edit
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from tests.channels.web.benches import fields_in
from tests.governance.projects.conftest import Carrying
from tests.governance.projects.test_reopening import again, withdraw

pytestmark = pytest.mark.slow


class Desk:
    """An architect's browser, in English, on an accepted project."""

    def __init__(self, client: Client, carrying: Carrying, row: Project) -> None:
        self.client, self.carrying, self.row = client, carrying, row
        self.place = f"/projects/{row.code}/merge"

    def draft(self, zone: str) -> int:
        """A draft in which somebody else moved the component of the project."""
        draft = self.carrying.do(
            open_draft, self.carrying.architect, version="1.1", title={"vi": "x"}, base=current_version().pk
        )
        self.move(draft.pk, zone, 0)
        return int(draft.pk)

    def move(self, draft: int, zone: str, seen: int) -> None:
        edit = Edit("elements", "flood-warning", "zone", zone)
        self.carrying.do(edit_draft, self.carrying.architect, draft_id=draft, edits=[edit], seen_revision=seen,
                         via="form")  # fmt: skip

    def send(self, status: int, **typed: str) -> str:
        answer = self.client.post(self.place, typed)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return str(answer["Location"]) if status == 302 else unescape(answer.content.decode())


@pytest.fixture
def carrying(db: None, official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch) -> Carrying:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Carrying(official, at)


@pytest.fixture
def desk(carrying: Carrying, sign_in_as: Callable[[Any, Any], None]) -> Callable[..., Desk]:
    def sit(**more: Any) -> Desk:
        client = Client()
        sign_in_as(client, carrying.architect)
        client.cookies["django_language"] = "en"
        return Desk(client, carrying, carrying.accepted(carrying.open(**more)))

    return sit


def _errors(html: str) -> list[str]:
    summary = re.search(r'error-summary__list">(.*?)</ul>', html, re.S)
    return re.findall(r'href="([^"]*)">([^<]*)', summary[1]) if summary else []


def test_what_both_changed_is_decided_by_name_and_only_on_what_was_seen(desk: Callable[..., Desk]) -> None:
    page = desk()
    draft = page.draft("internet")
    html = page.send(422, draft=str(draft))
    assert _errors(html)[0][0] == "#asked" and 'id="asked"' in html
    assert "What stands in the draft" in html and "What the project says" in html
    left = fields_in(html)
    named = _errors(page.send(422, **left))
    assert [href for href, _said in named] == ["#choice-0"]
    assert re.fullmatch(r"\S.* – .*one: Choose what is to stand in this field", named[0][1]), named
    page.move(draft, "dmz", 1)  # somebody else goes on with the draft
    stale = page.send(422, **left, **{"choice-0": "theirs"})
    assert "changed since you opened the page" in _errors(stale)[0][1]
    assert re.search(r'name="choice-0"[^>]*value="theirs"[^>]*checked', stale), "what was chosen stays chosen"
    assert page.send(302, **{**fields_in(stale), "choice-0": "ours"}) == f"/architecture/drafts/{draft}"
    assert page.carrying.fresh(page.row).state == "merged"


def test_a_new_draft_names_the_version_in_force_and_asks_for_number_and_title(desk: Callable[..., Desk]) -> None:
    page = desk()
    html = page.send(422, draft="new")
    assert [href for href, _said in _errors(html)] == ["#version", "#title"]
    assert page.send(302, draft="new", version="1.1", title="Phiên bản 1.1").startswith("/architecture/drafts/")


def test_what_two_people_stopped_is_told_and_has_to_be_meant(desk: Callable[..., Desk], official: Any) -> None:
    standing = next(each.contract.id for each in current_version().model.relations if each.contract)
    page = desk(changes=again("a-new-number"))
    assert "opens again what two people stopped" not in page.client.get(page.place).content.decode()
    withdrawal = withdraw(page.carrying, official, standing)
    html = page.client.get(page.place).content.decode()
    assert "It opens again what two people stopped" in html and "a-new-number: the exchange will allow it" in html
    assert f"/withdrawals/{withdrawal}" in html
    typed = {"draft": "new", "version": "1.1", "title": "Phiên bản 1.1"}
    html = page.send(422, **typed)
    assert _errors(html)[0][0] == "#reopening" and 'value="Phiên bản 1.1"' in html
    assert page.send(302, **typed, reopening="yes").startswith("/architecture/drafts/")


def test_the_old_contract_stays_closed_and_needs_no_word(desk: Callable[..., Desk], official: Any) -> None:
    relation = next(each for each in current_version().model.relations if each.contract)
    longer = {"contract.valid_to": relation.contract.valid_to.replace(year=relation.contract.valid_to.year + 1)}
    change = {"action": "change", "section": "relations", "item": relation.id, "set": longer}
    page = desk(changes=[change])
    withdraw(page.carrying, official, relation.contract.id)
    html = page.client.get(page.place).content.decode()
    assert "keeps it closed until the withdrawal is ended" in html and 'name="reopening"' not in html
    assert page.send(302, draft="new", version="1.1", title="Phiên bản 1.1").startswith("/architecture/drafts/")
