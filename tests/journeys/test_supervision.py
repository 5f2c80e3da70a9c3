"""The public sees which systems nobody uses, with the day of the figures; the appraiser watches projects.

The figures are counted by the running worker, once a day, not by the test.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from .officials import Desks
from .running import RunningProvince
from .visits import Visit


def test_figures_are_counted_and_projects_are_watched(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    reader = visit(running, language="en")
    until = time.monotonic() + 20
    reader.open("/architecture/use")
    while reader.main.get_by_text("Figures of today").count() == 0 and time.monotonic() < until:
        time.sleep(1)
        reader.open("/architecture/use")
    expect(reader.main).to_contain_text("Figures of today")
    expect(reader.main).to_contain_text("Used past their retirement")

    official = next(each for each in running.province.organisations.officials if "appraiser" in each.roles)
    watcher = Desks(visit, running, sessions).seat(official)
    watcher.open("/supervision")
    expect(watcher.main.locator("h1")).to_be_visible()
    watcher.main.locator("select[name='level']").select_option("high")
    watcher.main.locator("form button").first.click()
    expect(watcher.page).to_have_url(re.compile("level=high"))
