"""What a citizen does: find a procedure, sign in, answer, upload, check, submit. By labels, in their language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import typst
from playwright.sync_api import FilePayload, Locator, expect

from maidinh.infrastructure.definitions.folding import fold
from maidinh.services.procedures.definition import FormField, Paper, Procedure
from maidinh.services.procedures.definition import Page as Questions

from .visits import Visit

PARTS = ("Day", "Month", "Year")
KEYS = 40
FOCUS = """() => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect()
    const drawn = style.outlineStyle != 'none' || style.boxShadow != 'none' || style.borderStyle != 'none'
    return {kind: e.type || '', name: e.name || '', what: (e.innerText || e.name || e.tagName).trim(),
            seen: e !== document.body && drawn && box.width > 1 && box.height > 1
                  || ['radio', 'checkbox'].includes(e.type)}
}"""


@dataclass
class Submitted:
    """What the citizen holds after submitting, and what it took."""

    code: str
    secret: str
    pages: int
    typed: int


def pdf(text: str, name: str = "") -> FilePayload:
    """A small PDF that says a text."""
    content = typst.compile(f"#set page(width: 10cm, height: 10cm)\n{text}".encode())
    return {"name": name or f"{text}.pdf", "mimeType": "application/pdf", "buffer": content}


def photo(visit: Visit, name: str = "IMG_0001.jpg") -> FilePayload:
    """A real JPEG: of what the device shows now."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": visit.page.screenshot(type="jpeg", quality=40)}


def find(visit: Visit, procedure: Procedure) -> None:
    """Search from the first page by the procedure's short name, typed without accents, and open its page."""
    visit.open("/")
    visit.field(visit.words("Search for a procedure")).fill(fold(procedure.short_name.vi))
    visit.press("Search")
    visit.follow(visit.main.get_by_role("link", name=procedure.name.in_language(visit.language), exact=True))
    visit.heading(procedure.name.in_language(visit.language))


def begin(visit: Visit, procedure: Procedure, name: str, receiving: str) -> None:
    """Start from the procedure's page; sign in on the way where that is still to do; choose case and agency."""
    visit.follow(visit.button("Start now"))
    if "/identity" in visit.path:
        choose_person(visit, name)
    visit.heading(visit.words("Before you begin"))
    if len(procedure.cases) > 1:
        visit.field(procedure.cases[0].name.in_language(visit.language)).check()
    if len(procedure.receiving) > 1:
        agency = next(a for a in visit.running.province.organisations.agencies if a.code == receiving)
        visit.field(agency.name.in_language(visit.language)).check()
    visit.press("Continue")


def choose_person(visit: Visit, name: str) -> None:
    """Be somebody at the stand-in identity provider."""
    # No \b: to a browser's regular expression a name's last letter with a diacritic is no letter.
    visit.press(visit.main.get_by_role("button", name=re.compile(rf"^{re.escape(name)}(\s|,|$)")))


def answer(visit: Visit, procedure: Procedure, today: date) -> int:
    """Answer page after page; how many fields were typed or chosen."""
    return sum(answer_page(visit, procedure, page, today) for page in procedure.pages)


def answer_page(visit: Visit, procedure: Procedure, page: Questions, today: date) -> int:
    """Answer one page and go on; how many fields were typed or chosen."""
    visit.heading(page.title.in_language(visit.language))
    asked = [each for each in page.fields if each.from_register is None or each.from_register.choose]
    for question in asked:
        answer_one(visit, question, procedure.answers["properties"][question.id], today)
    visit.press("Save and continue")
    return len(asked)


def answer_one(visit: Visit, question: FormField, schema: dict[str, Any], today: date) -> None:
    """Give one answer that its schema allows."""
    label = question.label.in_language(visit.language)
    if question.from_register is not None or question.widget == "radios":
        visit.group(label).get_by_role("radio").first.check()
    elif question.widget == "select":
        visit.field(label).select_option(index=1)
    elif question.widget == "date":
        day = today + timedelta(days=30)
        for part, value in zip(PARTS, (day.day, day.month, day.year), strict=True):
            visit.group(label).get_by_label(visit.words(part)).fill(str(value))
    else:
        visit.field(label).fill(_text(schema))


def _text(schema: dict[str, Any]) -> str:
    if schema.get("type") == "integer":
        return str(min(int(schema.get("minimum", 1)) + 1, int(schema.get("maximum", 2))))
    return "0912345678" if "pattern" in schema else "Mẫu – sample"


def answer_by_keyboard(visit: Visit, procedure: Procedure, page: str) -> None:
    """Answer one page with nothing but Tab, Space and Enter: what has the focus is seen, and is reached in order."""
    properties = procedure.answers["properties"]
    for _ in range(KEYS):
        visit.page.keyboard.press("Tab")
        focus = visit.page.evaluate(FOCUS)
        assert focus["seen"], f"{visit.path}: nothing shows that {focus['what']} has the focus"
        if focus["kind"] == "radio":
            visit.page.keyboard.press("Space")
        elif focus["name"] in properties:
            visit.page.keyboard.type(_text(properties[focus["name"]]))
        elif focus["what"].startswith(visit.words("Save and continue")):
            return visit.key("Enter")
    raise AssertionError(f"{page}: the button is not reached in {KEYS} steps")


def paper_part(visit: Visit, paper: Paper) -> Locator:
    """The part of the page where a paper is uploaded."""
    title = paper.name.in_language(visit.language)
    return visit.main.get_by_role("region", name=title)


def upload(visit: Visit, paper: Paper, file: FilePayload, *, expected: int = 200) -> None:
    """Choose a file for a paper and send it."""
    part = paper_part(visit, paper)
    labels = [visit.words(text) for text in ("Choose a file or take a photo", "Choose a file", "Add another file")]
    part.get_by_label(re.compile("|".join(labels))).set_input_files(file)
    visit.press(part.get_by_role("button", name=visit.words("Upload"), exact=True), expected=expected)
    if expected == 200:
        expect(paper_part(visit, paper)).to_contain_text(file["name"])


def upload_all(visit: Visit, procedure: Procedure) -> None:
    """Every paper that is needed: a photo where one will do, else a PDF."""
    for paper in procedure.papers:
        if paper.required:
            upload(visit, paper, photo(visit, f"{paper.id}.jpg") if "jpeg" in paper.formats else pdf(paper.id))
    visit.press("Continue")


def submit(visit: Visit) -> tuple[str, str]:
    """Look through the answers, declare, submit; the code and the tracking secret."""
    visit.heading(visit.words("Check your answers"))
    visit.field(visit.words("What I say here is true, and I answer for it before the law.")).check()
    visit.press("Submit the dossier")
    visit.heading(visit.words("Dossier submitted"))
    code = visit.main.locator(".govuk-panel .md-code").inner_text()
    row = visit.main.locator(".govuk-summary-list__row", has_text=visit.words("Secret for tracking"))
    return code, row.locator("dd").inner_text().strip()


def apply(visit: Visit, procedure: Procedure, name: str, receiving: str, today: date) -> Submitted:
    """The whole way, from the procedure's page to the receipt."""
    before = visit.pages
    begin(visit, procedure, name, receiving)
    typed = answer(visit, procedure, today)
    upload_all(visit, procedure)
    code, secret = submit(visit)
    return Submitted(code, secret, visit.pages - before, typed)
