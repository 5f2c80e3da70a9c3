"""An agency hands in a store of parcels of its own; the appraiser is told what it repeats, decides, and is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from maidinh.infrastructure.definitions.locating import definitions_root

from .officials import Desks
from .running import RunningProvince
from .visits import Visit

CODE = "kho-thua-dat-2027"


def test_what_would_be_paid_for_twice_is_decided(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    desks = Desks(visit, running, sessions)
    everyone = running.province.organisations.officials
    officer = desks.seat(next(each for each in everyone if "project-officer" in each.roles and each.agency == "H62.9"))
    officer.open("/projects/upload")
    file = definitions_root() / f"examples/project-appraisal/{CODE}.yaml"
    officer.main.locator("input[type=file]").set_input_files(file)
    officer.press("Take it in")
    officer.open(f"/projects/{CODE}/duplicates")
    found = officer.main.locator("h2[id^='found-']")
    expect(found.first).to_be_visible()
    expect(officer.main.locator("form[action$='/decide']")).to_have_count(0)  # whoever wrote it decides nothing
    officer.open(f"/projects/{CODE}/hand-in")
    officer.press("Hand in")

    appraiser = desks.seat(next(each for each in everyone if "appraiser" in each.roles))
    appraiser.open("/duplicates")
    appraiser.follow(appraiser.main.locator(f"a[href$='/{CODE}/duplicates']"))
    open_ones = appraiser.main.locator("details form")
    before = open_ones.count()
    first = appraiser.main.locator("details").first
    first.locator("summary").click()
    appraiser.press(first.locator("form button"), expected=422)
    expect(appraiser.main.locator(".govuk-error-summary")).to_be_visible()
    first = appraiser.main.locator("details[open]")
    first.locator("[name='decision'][value='reuse']").check()
    first.locator("[name='reason']").fill("Dùng cơ sở dữ liệu đất đai đã có, tra cứu qua trục kết nối.")
    appraiser.press(first.locator("form button"))
    appraiser.says(appraiser.words("The decision is kept. It counts until one of the two changes."))
    assert before >= 1
    officer.open(f"/projects/{CODE}/duplicates")
    officer.says("Dùng cơ sở dữ liệu đất đai đã có")
