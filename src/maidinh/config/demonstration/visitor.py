"""A visitor without JavaScript: reads a page, fills in its own forms, follows its links.

Layer 0, config. What `maidinh demo --check` walks with: nothing but what a person's browser would send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin

import lxml.html
import requests

TIMEOUT = 30


class Lost(Exception):
    """The page is not the one it should be; says which page, and what it says."""


@dataclass(frozen=True)
class Upload:
    """A file to put into a form."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


class Page:
    """A page as it arrived."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self.address = urldefrag(answer.url).url
        self.status = answer.status_code
        html = "html" in answer.headers.get("Content-Type", "")
        self.tree = lxml.html.document_fromstring(answer.content, base_url=answer.url) if html else None

    @property
    def text(self) -> str:
        """The words of the page."""
        return " ".join(self.main.text_content().split())

    @property
    def main(self) -> Any:
        """The part of the page that is its own."""
        if self.tree is None:
            raise Lost(f"{self.address} is no page but {self.answer.headers.get('Content-Type')}")
        found = self.tree.xpath("//main")
        return found[0] if found else self.tree

    @property
    def heading(self) -> str:
        """The page's first heading."""
        found = self.main.xpath(".//h1")
        return " ".join(found[0].text_content().split()) if found else ""

    @property
    def errors(self) -> list[str]:
        """What the page's error summary lists."""
        found = self.main.xpath(".//*[contains(@class, 'govuk-error-summary__list')]//li")
        return [" ".join(each.text_content().split()) for each in found]

    def links(self, containing: str) -> list[str]:
        """The addresses of links whose address contains a text."""
        return [urljoin(self.address, href) for href in self.main.xpath(".//a/@href") if containing in href]

    def forms(self, action: str = "") -> list[Any]:
        """The page's own forms whose action contains a text."""
        return [form for form in self.main.xpath(".//form") if action in (form.get("action") or self.address)]

    def form(self, action: str = "", button: str = "") -> Any:
        """The one form whose action and, where given, button value contain these texts."""
        found = [form for form in self.forms(action) if not button or _buttons(form, button)]
        if not found:
            raise Lost(f"{self.address} ({self.heading}) has no form {action} {button}".strip())
        return found[0]


def _buttons(form: Any, value: str) -> list[Any]:
    return [each for each in form.xpath(".//button|.//input[@type='submit']") if each.get("value") == value]


class Visitor:
    """One person's browser: its cookies, its language, and where it is."""

    def __init__(self, address: str, language: str = "vi") -> None:
        self.address = address.rstrip("/")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = language
        self.pages = 0
        self.page: Page | None = None

    def open(self, where: str, expect: int = 200) -> Page:
        """Open an address of the site, or a whole one."""
        return self._arrive(self.session.get(urljoin(f"{self.address}/", where), timeout=TIMEOUT), expect)

    def submit(
        self,
        form: Any,
        answers: Mapping[str, str] | None = None,
        *,
        button: str = "",
        files: Mapping[str, Upload] | None = None,
        expect: int = 200,
    ) -> Page:
        """Send a form of the page as it is, with these answers and files and by this button."""
        if self.page is None:
            raise Lost("no page is open")
        values = [(name, value) for name, value in form.form_values() if name not in (answers or {})]
        values += list((answers or {}).items())
        for pressed in _buttons(form, button)[:1] if button else []:
            if pressed.get("name"):
                values.append((pressed.get("name"), button))
        action = urljoin(self.page.address, form.get("action") or self.page.address)
        if (form.get("method") or "get").lower() == "get":
            return self._arrive(self.session.get(action, params=values, timeout=TIMEOUT), expect)
        sent = {name: (each.name, each.content, each.media_type) for name, each in (files or {}).items()}
        headers = {"Referer": self.page.address, "Origin": self.address}
        answer = self.session.post(action, data=values, files=sent or None, headers=headers, timeout=TIMEOUT)
        return self._arrive(answer, expect)

    def _arrive(self, answer: requests.Response, expect: int) -> Page:
        self.pages += 1
        self.page = Page(answer)
        if answer.status_code != expect:
            told = self.page.heading if self.page.tree is not None else answer.text[:200]
            raise Lost(f"{answer.request.method} {answer.url} answered {answer.status_code}: {told}")
        return self.page
