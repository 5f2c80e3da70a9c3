"""Two architects at one draft: by form, many at once, by file; where both changed the same field, they decide.

The second works without JavaScript; the tables and forms are also read on the narrowest phone, in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml
from playwright.sync_api import Locator, expect

from .officials import Desks
from .running import RunningProvince
from .visits import NARROWEST, Visit

VERSION, TITLE = "9.3", "Kiến trúc đang soạn thử"


def test_two_architects_at_one_draft(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    official = next(each for each in running.province.organisations.officials if "architect" in each.roles)
    architect = Desks(visit, running, sessions).seat(official)
    second = visit(running, javascript=False, state=architect.state())
    phone = visit(running, javascript=False, language="en", size=NARROWEST, state=architect.state())
    draft = begun(architect)
    elements = model_of(architect, draft)["elements"]
    edited, others = elements[4]["id"], elements[5:8]

    renamed_by_form(architect, draft, edited)
    changed_at_once(architect, draft, [each["name"]["vi"] for each in others])
    related(second, draft, elements)
    decided(architect, second, draft, edited)
    brought_back_as_a_file(architect, draft, edited)
    taken_out(second, draft)
    looked_at_on_a_phone(phone, draft, edited)
    architect.open(f"{draft}/history")
    for way in ("form", "many at once", "YAML file"):
        architect.says(architect.words(way))
    architect.open(f"{draft}/take-in")
    architect.open(f"{draft}/abandon")
    architect.press("Give the draft up")
    architect.says(architect.words("The draft was given up. It is kept and not edited any more."))


def begun(architect: Visit) -> str:
    """The address of a new draft from the version in force, after a mistake."""
    architect.open("/architecture/drafts")
    architect.follow(architect.main.get_by_role("button", name=architect.words("Begin a draft")))
    field(architect, "version").fill(VERSION)
    architect.press("Begin the draft", expected=422)
    assert field(architect, "version").input_value() == VERSION
    field(architect, "title.vi").fill(TITLE)
    architect.press("Begin the draft")
    architect.heading(TITLE)
    architect.says(architect.words("Everything fits together."))
    return architect.path


def model_of(architect: Visit, draft: str) -> dict[str, Any]:
    """The draft as its file says."""
    architect.open(f"{draft}/files")
    link = architect.main.get_by_role("link", name=architect.words("YAML, the whole version"), exact=True)
    found = yaml.safe_load(architect.download(link))
    assert isinstance(found, dict)
    return found


def renamed_by_form(architect: Visit, draft: str, element: str) -> None:
    """From the table to the form, a mistake, then another name."""
    architect.open(f"{draft}/content/elements")
    architect.follow(architect.main.locator(f"a[href='{draft}/content/elements/items/{element}']"))
    field(architect, "name.vi").fill("Tên mới của thành phần")
    unfolded(architect, "Life-cycle")
    field(architect, "dates.live-day").fill("31")
    architect.press("Save", expected=422)
    assert field(architect, "name.vi").input_value() == "Tên mới của thành phần"
    for part in ("day", "month", "year"):
        field(architect, f"dates.live-{part}").fill({"day": "1", "month": "2", "year": "2026"}[part])
    architect.press("Save")
    architect.heading("Tên mới của thành phần")
    architect.says(architect.words("Saved."))


def changed_at_once(architect: Visit, draft: str, names: list[str]) -> None:
    """Three rows get one value, after a look at it."""
    architect.open(f"{draft}/content/elements?q=")
    for name in names:
        architect.main.get_by_role("checkbox", name=name, exact=True).check()
    architect.press("Choose the value", expected=422)
    assert architect.main.get_by_role("checkbox", name=names[0], exact=True).is_checked()
    field(architect, "field").select_option("security_level")
    architect.press("Choose the value")
    field(architect, "security_level").select_option("4")
    architect.press("See what changes")
    expect(architect.main.locator("tbody tr")).to_have_count(3)
    architect.press(architect.main.get_by_role("button", name=re.compile(r"3")))
    architect.says(architect.words("The ticked rows are changed."))


def related(second: Visit, draft: str, elements: list[dict[str, Any]]) -> None:
    """A relation between two components, found by id and by name."""
    second.open(f"{draft}/content/relations")
    second.follow("Add a relation")
    field(second, "from").fill("nothing of that name")
    field(second, "kind").select_option("association")
    field(second, "to").fill(elements[6]["name"]["vi"].upper())
    second.press("Save", expected=422)
    field(second, "from").fill(elements[5]["id"])
    second.press("Save")
    second.says(second.words("Saved."))


def decided(architect: Visit, second: Visit, draft: str, element: str) -> None:
    """Both open the form; the second saves first; the first decides on the field that both changed."""
    where = f"{draft}/content/elements/items/{element}"
    architect.open(where)
    second.open(where)
    unfolded(second, "Life-cycle")
    field(second, "since").fill("Quý 1 năm 2019")
    second.press("Save")
    unfolded(architect, "Life-cycle")
    field(architect, "since").fill("Quý 2 năm 2019")
    field(architect, "name.en").fill("Saved although the other is in conflict")
    architect.press("Save", expected=409)
    architect.says(architect.words("Everything else that you changed is saved."))
    for text in ("Quý 1 năm 2019", "Quý 2 năm 2019"):
        architect.says(text)
    architect.press("Save my decisions", expected=422)
    architect.main.get_by_label(architect.words("Another value, written below")).check()
    field(architect, "other-0").fill("Từ năm 2019")
    architect.press("Save my decisions")
    assert field(architect, "since").input_value() == "Từ năm 2019"
    assert field(architect, "name.en").input_value() == "Saved although the other is in conflict"


def brought_back_as_a_file(architect: Visit, draft: str, element: str) -> None:
    """The file is changed at home and taken in, after a look at what it changes; a broken one says where."""
    model = model_of(architect, draft)
    model["elements"].append({"id": "from-a-file", "kind": "document", "name": {"vi": "Văn bản từ tệp"}})
    next(each for each in model["elements"] if each["id"] == element)["note"] = "Từ tệp"
    upload = architect.main.locator("input[type=file]")
    upload.set_input_files({"name": "v.yaml", "mimeType": "application/yaml", "buffer": b"elements: [{id: a}"})
    architect.press("See what it changes", expected=422)
    content = yaml.safe_dump(model, allow_unicode=True).encode()
    upload.set_input_files({"name": "v.yaml", "mimeType": "application/yaml", "buffer": content})
    architect.press("See what it changes")
    architect.says("Văn bản từ tệp")
    architect.press("Take the file in")
    architect.says(architect.words("The file is taken in. The history tells what it changed."))


def taken_out(second: Visit, draft: str) -> None:
    """A component goes with what hangs on it, once that is confirmed."""
    contract = next(each for each in model_of(second, draft)["relations"] if each.get("contract"))
    second.open(f"{draft}/content/elements/items/{contract['to']}")
    second.follow("Take it out of the draft")
    second.press("Take it out", expected=422)
    second.field(second.words("Take out what hangs on it as well")).check()
    second.press("Take it out")
    second.says(second.words("Taken out. The history keeps it."))


def looked_at_on_a_phone(phone: Visit, draft: str, element: str) -> None:
    """Every page of the draft on the narrowest phone."""
    for path in ("", "/content/elements", "/content/relations", "/content/principles", "/content/elements/new",
                 f"/content/elements/items/{element}", "/header", "/files", "/history", "/history/1"):  # fmt: skip
        phone.open(f"{draft}{path}")


def field(visit: Visit, name: str) -> Locator:
    """A field of the page by its name."""
    return visit.main.locator(f"[name='{name}']").first


def unfolded(visit: Visit, group: str) -> None:
    """Open a group of fields that is folded."""
    found = visit.main.locator("details", has=visit.page.get_by_text(visit.words(group), exact=True)).first
    if found.get_attribute("open") is None:
        found.locator("summary").click()
