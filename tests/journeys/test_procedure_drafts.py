"""Two officials and a procedure's next version: one writes it and mends what is found, the other approves it.

A second draft, overtaken by that version, takes it in. The writer works at a desk, the one who approves on the
narrowest phone, where what both drafts changed is decided too; nobody has JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from playwright.sync_api import Locator

from maidinh.services.procedures.definition import Procedure

from .officials import Desks
from .running import RunningProvince
from .visits import NARROWEST, Visit

CODE, PAPER = "1.012783", "Giấy xác nhận của thôn"


def test_a_next_version_from_the_first_word_to_the_portal(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    procedure = next(each for each in running.province.procedures if each.code == CODE)
    people = [each for each in running.province.organisations.officials if each.agency == procedure.responsible]
    desks = Desks(visit, running, sessions, javascript=False)
    writer = desks.seat(next(each for each in people if "specialist" in each.roles))
    phones = Desks(visit, running, sessions, javascript=False, size=NARROWEST)
    leader = phones.seat(next(each for each in people if "leader" in each.roles))

    overtaken, draft = begun(writer, procedure), begun(writer, procedure)
    tabled(writer, overtaken)
    changed(writer, draft, procedure)
    writer.open(draft)
    writer.press("Hand in for approval")
    writer.says(writer.words("The draft is handed in. Another person decides."))
    assert writer.button("Approve the version").count() == 0, "who wrote it does not approve it"
    approved(leader, draft)
    taken_in(phones.seat(next(each for each in people if "specialist" in each.roles)), overtaken)
    leader.open(f"/procedures/{CODE}")
    leader.says(PAPER)


def begun(writer: Visit, procedure: Procedure) -> str:
    """A draft from the version that there is, after a mistake."""
    writer.open("/desk/procedures")
    writer.follow(writer.main.get_by_role("button", name=writer.words("Begin a draft")))
    writer.press("Begin the draft", expected=422)
    writer.main.locator(f"input[name=base][value='{CODE}']").check()
    writer.press("Begin the draft")
    writer.heading(procedure.name.vi)
    return writer.path.partition("?")[0]


def changed(writer: Visit, draft: str, procedure: Procedure) -> None:
    """A step gets too much time: it is found, with the remedy, stands against handing in, and is mended."""
    writer.open(f"{draft}/parts/steps")
    hours = opened(writer, 1)
    before = hours.input_value()
    hours.fill("90")
    writer.press("Save")
    writer.says(writer.words("Shorten the budget of a step on this way, or let steps run beside each other."))
    writer.open(draft)
    writer.press("Hand in for approval", expected=422)
    writer.open(f"{draft}/parts/steps")
    opened(writer, 1).fill(before)
    writer.main.locator("[name=steps-1-name_vi]").fill("Thẩm định, đối chiếu")
    writer.press("Save")
    writer.open(f"{draft}/parts/papers")
    writer.main.locator("[name=new-name_en]").fill("Confirmation of the hamlet")
    writer.press("Save", expected=422)
    assert writer.main.locator("[name=new-name_en]").input_value() == "Confirmation of the hamlet"
    writer.main.locator("[name=new-name_vi]").fill(PAPER)
    writer.press("Save")
    for path in ("/parts/identity", "/parts/cases", "/parts/fields", "/file?name=procedure.yaml", "/effects", ""):
        writer.open(f"{draft}{path}")


def tabled(writer: Visit, draft: str) -> None:
    """The same step gets another name, and a fee by a table; forms alone, after a mistake."""
    writer.open(f"{draft}/parts/steps")
    opened(writer, 1)
    writer.main.locator("[name=steps-1-name_vi]").fill("Thẩm định kỹ")
    writer.press("Save")
    writer.open(f"{draft}/parts/tables")
    writer.main.locator("details", has=writer.page.locator("[name=new-what]")).locator("summary").click()
    writer.main.locator("[name=new-name_vi]").fill("Phí theo trường hợp")
    writer.main.locator("[name=new-value]").fill("20.000")
    writer.press("Save", expected=422)
    assert writer.main.locator("[name=new-value]").input_value() == "20.000"
    writer.main.locator("[name=new-what]").select_option("fee")
    writer.main.locator("[name=new-fact]").select_option("case")
    writer.main.locator("[name=new-basis]").fill("Điều 5")
    writer.press("Save")
    writer.says("Phí theo trường hợp")


def taken_in(phone: Visit, draft: str) -> None:
    """The version that came meanwhile is taken in, after a question was left open."""
    phone.open(draft)
    phone.follow(phone.main.get_by_role("button", name=phone.words("Take it into the draft")))
    phone.says("Thẩm định kỹ")
    phone.press("Take it in", expected=422)
    for choice in phone.main.locator("input[value=mine]").all():
        choice.check()
    phone.press("Take it in")
    phone.says(phone.words("The newer version is taken in. Look at what the checks find."))
    phone.open(f"{draft}/parts/papers")
    assert phone.main.locator(f"[value='{PAPER}']").count(), "what the newer version brought came along"


def opened(writer: Visit, step: int) -> Locator:
    """The time of a step, after the step was opened."""
    name = f"[name=steps-{step}-amount]"
    part = writer.main.locator("details", has=writer.page.locator(name))
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()  # further ones are of what can be opened within the step
    return writer.main.locator(name)


def approved(leader: Visit, draft: str) -> None:
    """Read what changes, and decide, after a decision without a number."""
    leader.open("/desk/procedures")
    leader.open(f"{draft}/effects")
    leader.says(PAPER)
    leader.open(f"{draft}/parts/steps")
    leader.open(draft)
    leader.press("Approve the version", expected=422)
    today = datetime.now()  # the day of the office, as the machine of the journey has it
    leader.main.locator("[name=decision]").fill("12/QĐ-UBND")
    for part in ("day", "month", "year"):
        leader.main.locator(f"[name=decided_on-{part}]").fill(str(getattr(today, part)))
    leader.press("Approve the version")
    leader.says(leader.words("The version is approved."))
    assert re.search(r"12/QĐ-UBND", leader.main.inner_text())
