"""A finding that may stand for a time, and a rule of the province: asked, decided by another, seen by everyone.

The architect and the approver sit at desks; the public reads on a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from .officials import Desks
from .running import RunningProvince
from .visits import Visit

ABOUT, REASON, GROUND, DECISION = "framework", "Đang bố trí vùng mạng.", "Kế hoạch 12/KH-UBND", "Có lộ trình rõ."
OWN = "ownership.described"
LOOP = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS subject FROM n WHERE i < 0"
RIGHT = "SELECT id AS subject FROM system WHERE description IS NULL AND documentation IS NULL"
EXAMPLES = """- title: {vi: Có mô tả}
  passes: true
  model:
    elements:
      - {id: a, kind: information-system, layer: 3, name: {vi: Hệ thống A}, description: {vi: Quản lý A}}
- title: {vi: Chưa có mô tả}
  fails: [a]
  model:
    elements:
      - {id: a, kind: information-system, layer: 3, name: {vi: Hệ thống A}}
"""
TYPED = {
    "id": OWN, "title_vi": "Hệ thống có mô tả", "explanation_vi": "Không có mô tả thì không biết hệ thống làm gì.",
    "message_vi": "{name} chưa có mô tả.", "remedy_vi": "Viết mô tả.", "examples": EXAMPLES,
}  # fmt: skip


def test_a_waiver_and_a_rule_go_their_whole_way(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    officials = running.province.organisations.officials
    desks = Desks(visit, running, sessions)
    architect, approver = (
        desks.seat(next(each for each in officials if role in each.roles))
        for role in ("architect", "architecture-approver")
    )
    anyone = visit(running)
    waiver = _asked(architect)
    _granted(approver, waiver)
    anyone.open("/architecture/waivers")
    anyone.follow(anyone.main.locator(f"a[href='{waiver}']"))
    for text in (REASON, GROUND, DECISION):
        anyone.says(text)
    anyone.open("/architecture/conformity?waived=yes")
    expect(anyone.main.locator(f"a[href='{waiver}']")).to_have_count(1)
    rule = _written(architect)
    _approved(approver, rule)
    anyone.open("/architecture/conformity")
    anyone.open(f"/architecture/conformity/{OWN}")
    expect(anyone.main.locator(f"[data-finding^='{OWN}/']").first).to_be_visible()


def _asked(architect: Visit) -> str:
    """From the verdict to a finding and its waiver; a form that lacks everything comes back. Where the waiver is."""
    architect.open(f"/architecture/conformity?group={ABOUT}")
    architect.follow(architect.main.locator("a[href*='waivers/new']").first)
    architect.press("Ask for the waiver", expected=422)
    expect(architect.main.locator(".govuk-error-summary li")).to_have_count(3)
    architect.main.locator("[name='justification']").fill(REASON)
    architect.main.locator("[name='legal_ground']").fill(GROUND)
    last = date.today() + timedelta(days=90)
    for part, value in (("day", last.day), ("month", last.month), ("year", last.year)):
        architect.main.locator(f"[name='valid_until-{part}']").fill(str(value))
    architect.press("Ask for the waiver")
    return architect.path.partition("?")[0]


def _granted(approver: Visit, waiver: str) -> None:
    """The approver finds it from home; without a reason it is not decided."""
    approver.open("/desk")
    approver.follow(approver.main.locator("a[href='/architecture/waivers']").first)
    approver.follow(approver.main.locator(f"#waiting ~ ul a[href='{waiver}']").first)
    approver.main.locator("input[name='granted'][value='yes']").check()
    approver.press("Decide", expected=422)
    expect(approver.main.locator("input[name='granted'][value='yes']")).to_be_checked()
    approver.main.locator("[name='decision']").fill(DECISION)
    approver.press("Decide")
    approver.says(approver.words("The waiver is granted and public."))


def _written(architect: Visit) -> str:
    """A rule that loops is stopped and nothing typed is lost; the right one is tried, then kept. Where the rule is."""
    architect.open("/architecture/rules/new")
    for name, text in TYPED.items():
        architect.main.locator(f"[name='{name}']").fill(text)
    architect.main.locator("[name='severity']").select_option("advice")
    architect.main.locator("[name='applies_to']").select_option("system")
    architect.main.locator("[name='select']").fill(LOOP)
    architect.press("Try it", expected=422)
    expect(architect.main.locator("[name='title_vi']")).to_have_value(TYPED["title_vi"])
    expect(architect.main.locator("[name='select']")).to_have_value(LOOP)
    architect.main.locator("[name='select']").fill(RIGHT)
    architect.press("Try it")
    expect(architect.main.locator("#trial")).to_be_visible()
    architect.press("Keep it for another person")
    return architect.path


def _approved(approver: Visit, rule: str) -> None:
    approver.open(rule)
    approver.main.locator("input[name='approved'][value='yes']").check()
    approver.main.locator("[name='decision']").fill("Cần thiết.")
    approver.press("Decide")
    approver.says(approver.words("The rule is in force from today on."))
