"""One running province and one browser for the journeys of a run; every page that is visited is audited.

`make browser` says how to come by Chromium. Without it the journeys are skipped, but they fail where CI=true.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from .audit import Audit, Reader
from .running import RunningProvince
from .visits import Visit

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",  # root has none
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PICTURES = Path(__file__).parent / "screenshots"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium; for this folder alone, for its loop would make Django refuse other tests the database."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        told = f"no browser: none of {', '.join(BROWSERS)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def run_province(browser: Browser) -> Iterator[Callable[[str], RunningProvince]]:
    """`run_province("lao-cai")`: that province, started once and stopped at the end of the run."""
    running: dict[str, RunningProvince] = {}

    def run(name: str) -> RunningProvince:
        if name not in running:
            running[name] = RunningProvince(name)
            running[name].start()
        return running[name]

    yield run
    for each in running.values():
        each.stop()


@pytest.fixture(scope="package")
def lao_cai(run_province: Callable[[str], RunningProvince]) -> RunningProvince:
    """The province of most journeys."""
    return run_province("lao-cai")


@pytest.fixture(scope="package")
def sessions() -> dict[tuple[str, str], Any]:
    """Who has signed in already, by province and name."""
    return {}


@pytest.fixture(scope="package")
def seen() -> set[str]:
    """The pages that were audited already in this run."""
    return set()


@pytest.fixture(scope="package")
def reader(browser: Browser) -> Reader:
    """Where axe reads the pages of those who run no scripts."""
    return Reader(browser)


@pytest.fixture
def audit(reader: Reader, seen: set[str]) -> Iterator[Audit]:
    """What was found on the pages of this test; anything at all fails it."""
    audit = Audit(reader, seen)
    yield audit
    assert not audit.faults, "\n".join(dict.fromkeys(audit.faults))


@pytest.fixture
def visit(browser: Browser, audit: Audit, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visit]]:
    """`visit(running, language="en", javascript=False)`: another person's browser, closed after the test."""
    pictures = PICTURES / re.sub(r"\W+", "-", request.node.name).strip("-")
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    opened: list[Visit] = []

    def begin(running: RunningProvince, **how: Any) -> Visit:
        opened.append(Visit(browser, running, audit, pictures, **how))
        return opened[-1]

    yield begin
    for each in opened:
        for failure in each.running.failures():
            audit.note(failure)
        each.close()
