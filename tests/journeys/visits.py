"""A person's browser on a journey: what they see they can press, choose and fill in by its name, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, override
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from .audit import AXE, Audit
from .running import RunningProvince

PHONE, NARROWEST, DESK = (360, 740), (320, 640), (1366, 768)
LOCALES = {"vi": "vi-VN", "en": "en-GB"}
PATIENCE = 15_000  # milliseconds: how long a page may take before it counts as not coming


class Visit:
    """One person at one device."""

    def __init__(
        self,
        browser: Browser,
        running: RunningProvince,
        audit: Audit,
        pictures: Path,
        *,
        language: str = "vi",
        javascript: bool = True,
        size: tuple[int, int] = PHONE,
        state: Any = None,
    ) -> None:
        self.running, self.audit, self.pictures = running, audit, pictures
        self.language, self.javascript = language, javascript
        self.pages = 0
        self.status = 0
        self._expected = 200
        self._connected = True
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            storage_state=state,
            accept_downloads=True,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(path=AXE)
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)
        self.context.on("requestfailed", self._failed)
        self.context.on("console", self._said)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: audit.note(f"{self.page.url}: script failed: {error}"))

    def words(self, text: str) -> str:
        """A text of the pages in this person's language."""
        with override(self.language):
            return gettext(text)

    @property
    def path(self) -> str:
        """Where this person is."""
        return re.sub(r"^https?://[^/]+", "", self.page.url).split("#")[0]

    @property
    def main(self) -> Locator:
        """The page's own part."""
        return self.page.get_by_role("main")

    def open(self, where: str, expected: int = 200) -> None:
        """Type an address."""
        self._expected = expected
        self._arrive(self.page.goto(f"{self.running.address}{where}", wait_until="load"))

    def press(self, text: str | Locator, *, expected: int = 200, exact: bool = True) -> None:
        """Press a button and wait for the page that follows; a text is one of the pages', in English."""
        target = text if isinstance(text, Locator) else self.button(text, exact=exact)
        self._navigate(target.click, expected)

    def follow(self, text: str | Locator, *, expected: int = 200) -> None:
        """Follow a link of the page."""
        target = text
        if not isinstance(target, Locator):
            target = self.main.get_by_role("link", name=self.words(str(text)), exact=True).first
        self._navigate(target.click, expected)

    def key(self, key: str, *, expected: int = 200) -> None:
        """Press a key that leads to another page."""
        self._navigate(lambda: self.page.keyboard.press(key), expected)

    def back(self, *, expected: int = 200) -> None:
        """The browser's own button."""
        self._expected = expected
        self._arrive(self.page.go_back(wait_until="load"))

    def button(self, text: str, *, exact: bool = True) -> Locator:
        """A button of the page by what it says."""
        return self.main.get_by_role("button", name=self.words(text), exact=exact).first

    def field(self, label: str) -> Locator:
        """A field by its label, in the person's language; exact but for the note that it is optional."""
        escaped = re.escape(label).replace("/", r"\/")
        return self.main.get_by_label(re.compile(rf"^\s*{escaped}(\s*\(.*\))?\s*$"))

    def group(self, legend: str) -> Locator:
        """A group of fields by its legend."""
        return self.main.get_by_role("group", name=legend, exact=True)

    def heading(self, text: str) -> None:
        """Be sure to be on the page of this heading, in the person's language."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def says(self, text: str) -> None:
        """Be sure that the page says this, in the person's language."""
        expect(self.main).to_contain_text(text)

    def download(self, link: Locator) -> bytes:
        """The file behind a link."""
        with self.page.expect_download() as waiting:
            link.click()
        return Path(waiting.value.path()).read_bytes()

    def state(self) -> Any:
        """The session, for another device of the same person."""
        return self.context.storage_state()

    def look(self) -> None:
        """Hold everything against the page as it now stands, and keep a picture of it."""
        if not self.audit.look(self.page, language=self.language, javascript=self.javascript):
            return
        name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[0-9a-f-]{36}", "x", self.path.lower())).strip("-") or "home"
        file = self.pictures / f"{len(list(self.pictures.iterdir())) + 1:02}-{name[:60]}.jpeg"
        self.page.screenshot(path=file, type="jpeg", quality=60, full_page=True)

    @contextmanager
    def disconnected(self, *, known: bool) -> Iterator[None]:
        """The connection is gone, and the browser knows it or not."""
        self._connected = False
        if known:
            self.context.set_offline(True)
        else:
            self.context.route("**/*", lambda route: route.abort("connectionreset"))
        yield
        self.context.unroute_all()
        self.context.set_offline(False)
        self._connected = True

    def close(self) -> None:
        """Put the device away."""
        self.context.close()

    def _navigate(self, act: Any, expected: int) -> None:
        self._expected = expected
        with self.page.expect_navigation(wait_until="load") as waiting:
            act()
        self._arrive(waiting.value)

    def _arrive(self, answer: Response | None) -> None:
        self.pages += 1
        self.status = answer.status if answer else 200
        if self.status != self._expected:
            heading = self.page.get_by_role("heading", level=1).all_inner_texts()
            raise AssertionError(f"{self.page.url} answered {self.status}, not {self._expected}: {heading}")
        self.look()

    def _asked(self, request: Request) -> None:
        if not self.running.own(request.url):
            self.audit.note(f"{self.page.url} asks another host: {request.url}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and not (answer.request.is_navigation_request() and answer.status == self._expected):
            self.audit.note(f"{self.page.url}: {answer.url} answered {answer.status}")

    def _failed(self, request: Request) -> None:
        # A download ends its navigation.
        if self._connected and request.failure and "ERR_ABORTED" not in request.failure:
            self.audit.note(f"{self.page.url}: {request.url} failed: {request.failure}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.audit.note(f"{self.page.url}: console: {message.text}")
