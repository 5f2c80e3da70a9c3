"""The whole way of a version: drafted, two agencies asked, answered, concluded, approved, published, seen by everyone.

Architect and approver sit at desks; the agency's leader does it without JavaScript; the public reads on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from maidinh.infrastructure.organisations.definition import Official

from .officials import Desks
from .running import RunningProvince
from .visits import DESK, Visit

VERSION, DECISION = "9.1", "2345/QĐ-UBND"
FIRST, SECOND = "Giữ tên cũ cho dễ tìm.", "Bổ sung cơ quan vận hành."
TAKEN, DECLINED = "Đã bổ sung.", "Tên mới theo Quyết định 1425."
CONCLUSION = "Các cơ quan thống nhất.\nGiao Sở hoàn thiện."


def test_a_version_goes_its_whole_way(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    leader = _official(running, "leader")
    other = _official(running, "specialist", apart=leader.agency)
    desks = Desks(visit, running, sessions)
    architect = desks.seat(_official(running, "architect"))
    approver = desks.seat(_official(running, "architecture-approver"))
    reviewer = Desks(visit, running, sessions, javascript=False).seat(leader)
    own, neighbour = _elements(architect, leader.agency)

    draft = _drafted(architect, (own, neighbour))
    _asked(architect, draft, leader.agency, other.agency)
    round_ = _said(reviewer, own, neighbour)
    _answered(architect, draft)
    _concluded(architect, draft)
    reviewer.open(round_)
    reviewer.says(DECLINED)
    architect.open(f"/architecture/drafts/{draft}/opinions")
    architect.press("Hand in for approval")
    _approved(approver, architect)
    _seen_by_everyone(visit(running), leader.name, own)
    _seen_in_english(visit(running, language="en", size=DESK), own)


def _drafted(architect: Visit, elements: tuple[str, str]) -> str:
    """A draft from the version in force, with two components renamed; its number."""
    architect.open("/architecture/drafts/new")
    architect.main.locator("input[name='origin'][value='in-force']").check()
    architect.main.locator("[name='version']").fill(VERSION)
    architect.main.locator("[name='title.vi']").fill("Kiến trúc số tỉnh, bản sửa đổi")
    architect.main.locator("[name='title.en']").fill("The architecture, amended")
    architect.press("Begin the draft")
    draft = re.search(r"/architecture/drafts/(\d+)", architect.path)
    assert draft is not None
    for element in elements:
        architect.open(f"/architecture/drafts/{draft[1]}/content/elements/items/{element}")
        architect.main.locator("[name='name.en']").fill(f"Renamed {element}")
        architect.press("Save")
    return draft[1]


def _asked(architect: Visit, draft: str, *agencies: str) -> None:
    """Two agencies are asked; the owner of what changes is ticked already. A day that is missing is told first."""
    architect.open(f"/architecture/drafts/{draft}")
    architect.follow(architect.main.get_by_role("button", name=architect.words("Ask agencies for their opinion")))
    box = architect.main.locator(f"input[name='agencies'][value='{agencies[0]}']")
    expect(box).to_be_checked()
    ticked = architect.main.locator("input[name='agencies']:checked").evaluate_all("all => all.map(each => each.value)")
    for each in ticked:
        if each not in agencies:
            architect.main.locator(f"input[name='agencies'][value='{each}']").uncheck()
    details = architect.main.locator("details", has=architect.page.locator(f"input[value='{agencies[1]}']"))
    if details.count() and not details.first.evaluate("each => each.open"):
        details.first.locator("summary").click()
    architect.main.locator(f"input[name='agencies'][value='{agencies[1]}']").check()
    architect.press("Ask them", expected=422)
    expect(architect.main.locator(".govuk-error-summary")).to_be_visible()
    _fill_day(architect, "due", date.today() + timedelta(days=30))
    architect.press("Ask them")
    architect.says(architect.words("The agencies are asked. They find it on their home page."))


def _said(reviewer: Visit, own: str, neighbour: str) -> str:
    """From their home the leader finds the round, what is theirs first, and gives two opinions; where the round is."""
    reviewer.open("/desk")
    reviewer.follow(reviewer.main.get_by_role("link", name=reviewer.words("Opinions on the architecture")))
    reviewer.follow(reviewer.main.get_by_role("link", name="Kiến trúc số tỉnh, bản sửa đổi"))
    expect(reviewer.main.locator("[data-thing]").first).to_have_attribute("data-thing", f"elements/{own}")
    round_ = reviewer.path
    _opinion(reviewer, own, "object", FIRST, mistake=True)
    _opinion(reviewer, neighbour, "change", SECOND)
    reviewer.says(FIRST)
    reviewer.says(SECOND)
    reviewer.open(f"{round_}?q=cong")
    return round_


def _opinion(reviewer: Visit, element: str, stance: str, text: str, *, mistake: bool = False) -> None:
    thing = reviewer.main.locator(f"[data-thing='elements/{element}']")
    reviewer.follow(thing.get_by_role("link", name=reviewer.words("Give an opinion on this")))
    reviewer.main.locator(f"input[name='stance'][value='{stance}']").check()
    if mistake:
        reviewer.press("Give this opinion", expected=422)
        expect(reviewer.main.locator(f"input[name='stance'][value='{stance}']")).to_be_checked()
    reviewer.main.locator("textarea[name='text']").fill(text)
    reviewer.press("Give this opinion")


def _answered(architect: Visit, draft: str) -> None:
    """One opinion is taken in, one is not, with the reason."""
    for said, answer, text in ((SECOND, "taken", TAKEN), (FIRST, "declined", DECLINED)):
        architect.open(f"/architecture/drafts/{draft}/opinions")
        row = architect.main.locator("[id^='opinion-']", has_text=said)
        expect(row.get_by_role("link", name=architect.words("Change it in the draft"))).to_be_visible()
        architect.follow(row.get_by_role("link", name=re.compile(f"^{architect.words('Answer this opinion')}")))
        architect.main.locator(f"input[name='answer'][value='{answer}']").check()
        if answer == "declined":
            architect.press("Keep the answer", expected=422)
        architect.main.locator("textarea[name='text']").fill(text)
        architect.press("Keep the answer")
        architect.says(text)


def _concluded(architect: Visit, draft: str) -> None:
    architect.press("Close the round")
    architect.press("Conclude the round", expected=422)
    architect.main.locator("textarea[name='conclusion']").fill(CONCLUSION)
    architect.press("Conclude the round")
    architect.says("Giao Sở hoàn thiện.")
    architect.says(architect.words("Hand in for approval"))


def _approved(approver: Visit, architect: Visit) -> None:
    """The approver reads, decides, publishes; who wrote it has no such button."""
    architect.open(f"/architecture/versions/{VERSION}")
    expect(architect.main.locator("form[action$='/approve'], form[action$='/publish']")).to_have_count(0)
    approver.open("/architecture/versions")
    approver.open(f"/architecture/versions/{VERSION}")
    approver.says(DECLINED)
    approver.says("Giao Sở hoàn thiện.")
    button = approver.main.locator("form[action$='/approve'] button")
    approver.press(button, expected=422)
    approver.main.locator("[name='decision']").fill(DECISION)
    _fill_day(approver, "decided_on", date.today())
    approver.press(approver.main.locator("form[action$='/approve'] button"))
    approver.says(approver.words("The version is approved. It can be put into force now."))
    approver.press(approver.main.locator("form[action$='/publish'] button"))
    approver.says(approver.words("The version is in force. The exchange follows it from now on."))


def _seen_by_everyone(anyone: Visit, leader: str, own: str) -> None:
    """The table of opinions names agencies and no person; the difference and the version of a day are there."""
    anyone.open("/architecture/versions")
    anyone.says(DECISION)
    anyone.follow(anyone.main.locator(f"a[href='/architecture/versions/{VERSION}/opinions']").first)
    for text in (FIRST, SECOND, TAKEN, DECLINED, "Giao Sở hoàn thiện.", DECISION):
        anyone.says(text)
    expect(anyone.main).not_to_contain_text(leader)
    anyone.open(f"/architecture/versions/{VERSION}")
    anyone.follow("Each change, before and after")
    row = anyone.main.locator(f"[data-thing='elements/{own}']")
    expect(row).to_contain_text(f"Renamed {own}")
    yesterday = date.today() - timedelta(days=1)
    anyone.open(f"/architecture?as_of={yesterday}")
    expect(anyone.main).not_to_contain_text("bản sửa đổi")
    anyone.open("/architecture?as_of=1990-01-01", expected=404)
    anyone.open("/architecture?as_of=x", expected=422)


def _seen_in_english(anyone: Visit, own: str) -> None:
    anyone.open(f"/architecture/elements/{own}")
    anyone.heading(f"Renamed {own}")
    anyone.open("/architecture/elements/tslcd")
    anyone.says("Who stands in it or is connected")
    anyone.open("/architecture/difference")
    anyone.open(f"/architecture/versions/{VERSION}/opinions")
    anyone.says("not taken in")


def _fill_day(seat: Visit, name: str, day: date) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        seat.main.locator(f"[name='{name}-{part}']").fill(str(value))


def _official(running: RunningProvince, role: str, apart: str = "") -> Official:
    """The last official of a role whose agency owns something, as far as they can be asked."""
    officials = [each for each in running.province.organisations.officials if role in each.roles]
    owners = {each.owner for each in running.province.newest.elements}
    names = {each.code: each.id for each in running.province.organisations.agencies}
    owning = [each for each in officials if {each.agency, names.get(each.agency)} & owners and each.agency != apart]
    return (owning or officials)[-1]


def _elements(architect: Visit, agency: str) -> tuple[str, str]:
    """Two components of the agency that are in the version in force."""
    facts = architect.context.request.get(f"{architect.running.address}/architecture.json").json()
    found = [each["id"] for each in facts["architecture"]["elements"] if each.get("owner") == agency]
    assert len(found) > 1, f"{agency} owns {found}"
    return found[0], found[1]
