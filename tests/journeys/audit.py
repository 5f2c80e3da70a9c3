"""What is held against every page that a journey comes to: accessibility, width, language, origin, and the console.

Faults are collected, with the page and the rule, and told together at the journey's end.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

AXE = Path(__file__).parent / "axe.min.js"
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
    english: document.documentElement.lang == 'vi' ? [...document.querySelectorAll('body [lang=en]')]
        .map(e => e.innerText.trim()).filter(text => text)
        .reduce((rest, text) => rest.replaceAll(text, ''), document.body.innerText)
        .split('\\n').filter(line => /\\b(the|your|and|with|this|you|not|was|are)\\b/i.test(line)) : [],
})"""
CHANGING = re.compile(r'(name="csrfmiddlewaretoken" value|action|nonce)="[^"]*"')


class Audit:
    """The faults of the pages of one test; `seen` holds the pages that this run has held against the rules already."""

    def __init__(self, reader: Reader, seen: set[str]) -> None:
        self.faults: list[str] = []
        self.reader, self.seen = reader, seen

    def look(self, page: Page, *, language: str, javascript: bool) -> bool:
        """Hold everything against the page as it now stands; whether it had not been seen before."""
        size, content = page.viewport_size, page.content()
        markup = f"{page.url.split('?')[0]} {size} {javascript} {CHANGING.sub('', content)}"
        digest = hashlib.sha256(markup.encode()).hexdigest()
        if digest in self.seen:
            return False
        self.seen.add(digest)
        found = page.evaluate(RUN_AXE, RULES) if javascript else self.reader.violations(page, content)
        for rule, told, nodes in found:
            self._note(page, f"axe {rule} ({told}): {'; '.join(nodes[:3])}")
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
        for line in shape["english"]:
            self._note(page, f"English on a Vietnamese page: {line}")
        return True

    def note(self, fault: str) -> None:
        """A fault found while walking."""
        self.faults.append(fault)

    def _note(self, page: Page, fault: str) -> None:
        self.faults.append(f"{page.url}: {fault}")


class Reader:
    """Reads pages of visitors who run no script: axe is one, so it looks at the same markup in a page of its own."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context()
        self.context.add_init_script(path=AXE)
        self.page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self.markup = ""

    def violations(self, page: Page, markup: str) -> Any:
        """What axe finds in the markup of a page, at its address and size."""
        self.markup = markup
        self.page.set_viewport_size(page.viewport_size or {"width": NARROW, "height": 640})
        self.page.goto(page.url)
        return self.page.evaluate(RUN_AXE, RULES)

    def _answer(self, route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=self.markup, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.fulfill(body="", content_type="text/javascript")
        else:
            route.continue_()
