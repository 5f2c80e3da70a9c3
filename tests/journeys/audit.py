"""What is held against every page that a journey comes to: accessibility, width, language, origin, and the console.

Faults are collected, with the page and the rule, and told together at the journey's end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = 320  # CSS pixels: WCAG 1.4.10
RUN_AXE = """tags => axe.run({runOnly: tags, resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})
    .then(found => found.violations.map(v => [v.id, v.help, v.nodes.map(n => n.target.join(' ') + ' ' + n.html)]))"""
SHAPE = """() => ({
    width: document.documentElement.scrollWidth,
    wide: [...document.body.querySelectorAll('*')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('[tabindex="0"]'))
        .slice(0, 3).map(e => e.outerHTML.slice(0, 100)),
    headings: document.querySelectorAll('h1').length,
    language: document.documentElement.lang,
    title: document.title,
})"""


class Audit:
    """The faults of the pages of one test."""

    def __init__(self, browser: Browser) -> None:
        self.faults: list[str] = []
        self.pages = 0
        self._reader = browser.new_context(java_script_enabled=True)

    def close(self) -> None:
        """Give the reader's pages back."""
        self._reader.close()

    def look(self, page: Page, *, language: str, javascript: bool) -> None:
        """Hold everything against the page as it now stands."""
        self.pages += 1
        for rule, told, nodes in self._violations(page, javascript):
            self._note(page, f"axe {rule} ({told}): {'; '.join(nodes[:3])}")
        size = page.viewport_size
        page.set_viewport_size({"width": NARROW, "height": 640})
        shape = page.evaluate(SHAPE)
        if size:
            page.set_viewport_size(size)
        if shape["width"] > NARROW:
            self._note(page, f"{shape['width']} px wide at {NARROW}: {shape['wide']}")
        if shape["headings"] != 1:
            self._note(page, f"{shape['headings']} headings of the first level")
        if shape["language"] != language:
            self._note(page, f"lang is {shape['language']}, not {language}")
        if not shape["title"].strip():
            self._note(page, "no title")

    def note(self, fault: str) -> None:
        """A fault found while walking."""
        self.faults.append(fault)

    def _note(self, page: Page, fault: str) -> None:
        self.faults.append(f"{page.url}: {fault}")

    def _violations(self, page: Page, javascript: bool) -> Any:
        if javascript:
            page.evaluate(AXE)
            return page.evaluate(RUN_AXE, RULES)
        # Where scripts are off, axe can't run either: it reads the same markup in a page of its own.
        markup = page.content()
        reader = self._reader.new_page()
        reader.set_viewport_size(page.viewport_size or {"width": NARROW, "height": 640})

        def answer(route: Route) -> None:
            if route.request.is_navigation_request():
                route.fulfill(body=markup, content_type="text/html; charset=utf-8")
            elif route.request.resource_type == "script":
                route.fulfill(body="", content_type="text/javascript")
            else:
                route.continue_()

        reader.route("**/*", answer)
        reader.goto(page.url)
        reader.evaluate(AXE)
        found = reader.evaluate(RUN_AXE, RULES)
        reader.close()
        return found
