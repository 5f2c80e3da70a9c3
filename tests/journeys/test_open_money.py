"""Anyone with a cheap phone and no scripts: what is built, how much, is it late, and where a figure comes from."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import expect

from .running import RunningProvince
from .visits import NARROWEST, Visit


def test_from_the_first_page_to_a_figure_and_its_source(lao_cai: RunningProvince, visit: Callable[..., Visit]) -> None:
    anyone = visit(lao_cai, javascript=False, size=NARROWEST)
    anyone.open("/")
    anyone.follow("Projects in public")
    anyone.heading(anyone.words("Projects in public"))
    anyone.main.locator("input[name=q]").fill("giam ngheo khong dau khong co")
    anyone.press("Filter")
    anyone.says(anyone.words("No project fits. Take a filter away, or use fewer words."))
    anyone.open("/open")
    file = anyone.context.request.get(f"{lao_cai.address}/api/open/projects.json")
    told = json.loads(file.body())
    expect(anyone.main.locator("li[data-project]")).to_have_count(min(told["count"], 20))
    anyone.follow("Money by year, source and agency")
    anyone.heading(anyone.words("Money of projects"))
    money = json.loads(anyone.context.request.get(f"{lao_cai.address}/api/open/money.json").body())
    drawn = sum(1 for paid in ("", "paid_") for part in ("year", "source", "agency") if money[f"{paid}by_{part}"])
    planned = json.loads(anyone.context.request.get(f"{lao_cai.address}/api/open/roadmap.json").body())["roadmap"]
    drawn += sum(1 for part in ("by_year", "by_phase") if planned and planned[part])
    expect(anyone.main.locator("svg[role=img]")).to_have_count(drawn)
    anyone.main.locator("summary").first.click()
    anyone.look()
    for each in told["projects"][:1]:
        anyone.open(f"/open/{each['code']}")
        assert anyone.path == f"/open/projects/{each['code']}"
        anyone.heading(each["title"])
        anyone.main.locator("summary").first.click()
        anyone.look()
