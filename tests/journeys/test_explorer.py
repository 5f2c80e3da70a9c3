"""Anyone, on a phone without scripts: from a component to what depends on it, to its owner, to the other readings."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .running import RunningProvince
from .visits import Visit


def test_from_a_word_to_the_agency(lao_cai: RunningProvince, visit: Callable[..., Visit]) -> None:
    anyone = visit(lao_cai, language="en", javascript=False)
    anyone.open("/architecture/explorer")
    anyone.field("Name, code or description").fill("nen tang tich hop")
    anyone.press("Search")
    found = anyone.main.locator("tr[data-element='lgsp']")
    expect(found).to_have_count(1)
    anyone.follow(found.locator("th a"))
    anyone.follow(anyone.main.locator("a[href*='direction=dependents']"))
    expect(anyone.main.locator("tr[data-element='one-stop']")).to_contain_text(" – ")
    anyone.follow(anyone.main.locator("tr[data-element='one-stop'] td a"))
    anyone.follow(anyone.page.locator("a.govuk-back-link"))
    anyone.heading("Agencies and their responsibilities")
    for page, heading in (
        ("Technology", "Technology watch"),
        ("Life-cycle", "Life-cycle of the systems"),
        ("Reference models", "Reference models"),
    ):
        anyone.follow(page)
        anyone.heading(heading)
