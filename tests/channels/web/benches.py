"""An architect at work on a draft: a browser, the draft's pages and forms, and a second architect who changes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any
from unittest.mock import patch

from django.test import Client

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting import rules
from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
from maidinh.governance.drafting.models import Draft
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting


class Bench:
    """An architect's browser on a draft that was made from the version in force."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor], at: datetime) -> None:
        self.sign_in_as, self.official, self.at = sign_in_as, official, at
        self.architect = official("architecture.draft")
        self.client = self.browser(self.architect)
        with acting(agencies=self.architect.agencies):
            self.draft = open_draft(
                actor=self.architect, version="1.1", title={"vi": "Phiên bản 1.1"}, at=at, base=current_version().pk
            )
        self.address = f"/architecture/drafts/{self.draft.pk}"

    def browser(self, actor: Actor) -> Client:
        """Somebody's browser, in English."""
        client = Client()
        self.sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    def page(self, path: str = "", status: int = 200, client: Client | None = None) -> str:
        """A page of the draft."""
        answer = (client or self.client).get(f"{self.address}{path}")
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer.content.decode()

    def post(self, path: str, data: dict[str, Any], status: int = 302) -> str:
        """What comes of a form: where it leads, or the page."""
        answer = self.client.post(f"{self.address}{path}", data)
        html = answer.content.decode()
        assert answer.status_code == status, (answer.get("Location"), re.findall(r"error-summary.*?</div>", html, re.S))
        return answer["Location"] if status == 302 else html

    def fresh(self) -> Draft:
        """The draft as it stands now."""
        with acting(agencies=self.architect.agencies):
            return Draft.objects.select_related("base").get(pk=self.draft.pk)

    def item(self, section: str, item: str) -> dict[str, Any]:
        """One thing of the draft as it stands now."""
        return next(each for each in self.fresh().content[section] if each["id"] == item)

    def another_edits(self, *edits: Edit) -> None:
        """A second architect changes the draft meanwhile."""
        second = replace(self.architect, id="tests.second-architect")
        with acting(agencies=second.agencies):
            edit_draft(actor=second, draft_id=self.draft.pk, edits=edits, seen_revision=self.fresh().revision,
                       via="form", at=self.at)  # fmt: skip

    def another_breaks(self, *edits: Edit) -> None:
        """What a draft of before may hold: an edit after which it doesn't hold together, which is refused today."""
        with patch.object(rules, "held_together"):
            self.another_edits(*edits)

    def fields(self, path: str) -> dict[str, str]:
        """Everything that the form of a page would send as it stands."""
        return fields_in(self.page(path))


def fields_in(html: str) -> dict[str, str]:
    """What the page's last form in its main part sends: inputs, ticked boxes, chosen options, texts."""
    main = html[html.index('id="main-content"') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if attributes.get("name") and attributes["name"] != "csrfmiddlewaretoken":
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>\n?(.*?)</textarea>', main, re.S):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', main, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found
