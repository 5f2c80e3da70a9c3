"""Two officials and a procedure's next version: one writes it and mends what is found, the other approves it.

The writer works at a desk, the one who approves on the narrowest phone; neither has JavaScript.
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

    draft = begun(writer, procedure)
    changed(writer, draft, procedure)
    writer.press("Hand in for approval")
    writer.says(writer.words("The draft is handed in. Another person decides."))
    assert writer.button("Approve the version").count() == 0, "who wrote it does not approve it"
    approved(leader, draft)
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


def opened(writer: Visit, step: int) -> Locator:
    """The time of a step, after the step was opened."""
    name = f"[name=steps-{step}-amount]"
    part = writer.main.locator("details", has=writer.page.locator(name))
    if part.get_attribute("open") is None:
        part.locator("summary").click()
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
