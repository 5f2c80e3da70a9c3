"""What pages weigh, as a cheap phone on a slow line receives them for the first time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from . import citizens
from .running import RunningProvince
from .test_answers_back import WHO
from .visits import Visit

BYTES, REQUESTS = 110_000, 8


def received(browser: Browser, address: str, state: Any = None) -> tuple[int, int]:
    """The bytes that came over the line and the requests they took, with nothing kept from before."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", storage_state=state)
    page = context.new_page()
    line = context.new_cdp_session(page)
    sizes: list[float] = []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    line.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    context.close()
    return int(sum(sizes)), len(sizes)


@pytest.fixture
def measured(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any], browser: Browser
) -> dict[str, tuple[int, int]]:
    """Bytes and requests of the first page, a procedure's page and a page of questions."""
    permit = next(each for each in lao_cai.province.procedures if each.code == "1.013225")
    state = sessions.get(("citizen", WHO))
    citizen = visit(lao_cai, state=state)
    if state is None:
        citizen.open("/sign-in")
        citizens.choose_person(citizen, WHO)
        sessions["citizen", WHO] = citizen.state()
    citizen.open(f"/procedures/{permit.code}")
    citizens.begin(citizen, permit, WHO, permit.receiving[0])
    question = citizen.path.rsplit("/", 1)[0] + f"/{permit.pages[-1].id}"
    pages = ("/", f"/procedures/{permit.code}", question)
    return {where: received(browser, f"{lao_cai.address}{where}", citizen.state()) for where in pages}


def test_requests(measured: dict[str, tuple[int, int]]) -> None:
    assert all(2 < requests <= REQUESTS for _, requests in measured.values()), measured


def test_weight(measured: dict[str, tuple[int, int]]) -> None:
    assert all(10_000 < size <= BYTES for size, _ in measured.values()), measured
