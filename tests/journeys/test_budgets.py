"""What pages weigh, as a cheap phone on a slow line receives them for the first time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def test_weight(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any], browser: Browser
) -> None:
    permit = next(each for each in lao_cai.province.procedures if each.kind == "licence")
    citizen = visit(lao_cai, state=sessions.get(("citizen", WHO)))
    citizen.open(f"/procedures/{permit.code}")
    citizens.begin(citizen, permit, WHO, permit.receiving[0])
    question = citizen.path.rsplit("/", 1)[0] + f"/{permit.pages[-1].id}"
    measured = {
        where: received(browser, f"{lao_cai.address}{where}", citizen.state())
        for where in ("/", f"/procedures/{permit.code}", question)
    }
    for where, (size, requests) in measured.items():
        assert 10_000 < size <= BYTES, (where, measured)
        assert requests <= REQUESTS, (where, measured)
