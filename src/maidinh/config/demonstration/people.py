"""The people of the demonstration: they sign in at the identity provider, then do what their pages ask of them.

Layer 0, config. A citizen brings a dossier; officials take it through its steps, whatever the procedure's process is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import typst

from maidinh.config.demonstration.visitor import Lost, Page, Upload, Visitor
from maidinh.config.provinces import Province
from maidinh.infrastructure.organisations.definition import Official
from maidinh.services.procedures.definition import Procedure

PAGE_LIMIT = 30


def sign_in(visitor: Visitor, subject: str) -> None:
    """Choose a persona at the identity provider's page."""
    page = visitor.open("/sign-in")
    visitor.submit(page.form(button=subject), button=subject)


@dataclass
class Submitted:
    """What the citizen holds after submitting, and what it took."""

    code: str
    secret: str
    receipt: dict[str, Any]
    receipt_pdf: bytes
    pages: int
    typed: int


def submit_dossier(visitor: Visitor, procedure: Procedure, today: date) -> Submitted:
    """Fill in the application page by page, upload each paper, check, and submit."""
    began = visitor.pages
    page = visitor.open(f"/procedures/{procedure.code}/begin")
    page = visitor.submit(page.forms()[0], {"case": procedure.cases[0].id, "receiving": procedure.receiving[0]})
    typed = 0
    for _ in range(PAGE_LIMIT):
        if page.address.split("/")[-2] != "questions":
            break
        answers = dict(page_answers(procedure, page, today))
        typed += len({name.rsplit("-", 1)[0] for name in answers})
        page = visitor.submit(page.forms()[0], answers)
        if page.errors:
            raise Lost(f"{page.address}: {'; '.join(page.errors)}")
    page = _upload_papers(visitor, page, procedure)
    page = visitor.submit(page.forms()[-1])
    if not page.address.endswith("/check"):
        raise Lost(f"after the papers comes {page.address} ({page.heading}), not the check of answers")
    page = visitor.submit(page.forms()[-1], {"declaration": "yes"})
    if not page.address.endswith("/submitted"):
        raise Lost(f"submitting led to {page.address}: {page.heading} {page.errors}")
    code = page.links("/receipt.pdf")[0].split("/")[-2]
    pdf = visitor.open(f"/dossiers/{code}/receipt.pdf").answer.content
    receipt = visitor.open(f"/dossiers/{code}/receipt.json").answer.json()
    return Submitted(code, _secret(page), receipt, pdf, visitor.pages - began, typed)


def _secret(page: Page) -> str:
    """The tracking secret stands beside its name in the summary."""
    for row in page.main.xpath(".//*[@data-secret] | .//dd[contains(@class, 'summary-list__value')]"):
        word = row.text_content().strip().replace("-", "")
        if len(word) == 12 and word.isalnum() and word.upper() == word and not word.isdigit():
            return str(word)
    raise Lost(f"{page.address} shows no tracking secret")


def page_answers(procedure: Procedure, page: Page, today: date) -> Iterator[tuple[str, str]]:
    """An answer to each question of the page, by the schema of the procedure's answers."""
    form = page.forms()[0]
    posted = {field.get("name") for field in form.xpath(".//input|.//select|.//textarea") if field.get("name")}
    for question in (f for p in procedure.pages for f in p.fields):
        if question.widget == "date" and f"{question.id}-day" in posted:
            day = today + timedelta(days=30)
            yield from zip(
                (f"{question.id}-day", f"{question.id}-month", f"{question.id}-year"),
                (str(day.day), str(day.month), str(day.year)),
                strict=True,
            )
        elif question.id in posted:
            choices = [each.get("value") for each in form.xpath(f".//input[@type='radio'][@name='{question.id}']")]
            choices += [
                each.get("value") for each in form.xpath(f".//select[@name='{question.id}']/option[@value!='']")
            ]
            yield question.id, choices[0] if choices else _typed(procedure.answers["properties"][question.id])


def _typed(schema: dict[str, Any]) -> str:
    if schema.get("type") == "integer":
        return str(min(int(schema.get("minimum", 1)) + 1, int(schema.get("maximum", 2))))
    return "0000000000" if "pattern" in schema else "Mẫu"


def _upload_papers(visitor: Visitor, page: Page, procedure: Procedure) -> Page:
    for paper in procedure.papers:
        if not paper.required:
            continue
        form = next(f for f in page.forms() if f.get("enctype") and dict(f.form_values()).get("paper") == paper.id)
        content = typst.compile(f"#set page(width: 10cm, height: 10cm)\n{paper.id}".encode())
        page = visitor.submit(form, files={"file": Upload(f"{paper.id}.pdf", content)})
        if page.errors:
            raise Lost(f"{paper.id} was not taken: {'; '.join(page.errors)}")
    return page


@dataclass(frozen=True)
class Done:
    """One step that an official did."""

    step: str
    official: str
    agency: str
    outcome: str


class Desk:
    """The officials of the province, each with a browser of their own once they are needed."""

    def __init__(self, address: str, province: Province) -> None:
        self.address = address
        self.province = province
        self.visitors: dict[str, Visitor] = {}

    @property
    def pages(self) -> int:
        """How many pages the officials opened."""
        return sum(visitor.pages for visitor in self.visitors.values())

    def process(self, code: str, procedure: Procedure, receiving: str) -> list[Done]:
        """Take the dossier through its steps, each by an official of the step's agency and role, to its handover."""
        done: list[Done] = []
        step = procedure.steps[0]
        for _ in range(len(procedure.steps)):
            agency = {"receiving": receiving, "responsible": procedure.responsible}.get(step.agency, step.agency)
            official = self._official(agency, step.role)
            if step.requires_fee:
                self._pay(code, receiving)
            outcome = next(o for o in step.outcomes if not o.reason and o.to != "supplement")
            visitor = self._visitor(official)
            if step.kind == "signature":
                page = visitor.open(f"/desk/dossiers/{code}/sign")
                visitor.submit(page.form("/sign", outcome.id), {"read": "yes"}, button=outcome.id)
            else:
                page = visitor.open(f"/desk/dossiers/{code}")
                answers = {"findings": "Mẫu"} if step.findings else {}
                visitor.submit(page.form("/outcome", outcome.id), answers, button=outcome.id)
            done.append(Done(step.id, official.id, agency, outcome.id))
            if outcome.to == "returned":
                return done
            step = next(each for each in procedure.steps if each.id == outcome.to)
        raise Lost(f"dossier {code} was not handed over after {len(done)} steps")

    def _pay(self, code: str, receiving: str) -> None:
        cashier = self.province.official_with("fee.record", receiving)
        visitor = self._visitor(cashier)
        page = visitor.open(f"/desk/dossiers/{code}")
        if page.forms("/payment"):
            visitor.submit(page.form("/payment"), {"receipt_number": f"BL-{code[-7:]}"})

    def _official(self, agency: str, role: str) -> Official:
        for official in self.province.organisations.officials:
            if official.agency == agency and role in official.roles:
                return official
        raise Lost(f"nobody of {agency} is {role}")

    def _visitor(self, official: Official) -> Visitor:
        if official.id not in self.visitors:
            visitor = Visitor(self.address)
            sign_in(visitor, f"official-{official.id}")
            self.visitors[official.id] = visitor
        return self.visitors[official.id]
