"""People who take dossiers through their whole life, whatever dies meanwhile: submitted, paid for, handed over.

One thread plays a citizen and all officials of the dossier. What a page has said to be done is written down as done; an
act whose answer got lost is looked after or sent again, as a person would who saw their browser fail.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from maidinh.channels.counter.facts import PREFIX
from maidinh.config.demonstration.people import Desk
from maidinh.config.demonstration.visitor import Lost, Page, Upload, Visitor
from maidinh.config.provinces import Province
from maidinh.infrastructure.organisations.definition import Official
from maidinh.services.dossiers.rules import asks_supplement
from maidinh.services.procedures.definition import Outcome, Procedure, Step
from tests.faults.citizens import FAULTS, PATIENCE, PAUSE, Citizen

ORDER = re.compile(r"MD[0-9A-F]{24}")
HOWS = (("pay",), ("twice",), ("short", "pay"), ("fail", "pay"))  # what happens at the gateway's page, in turn
AT_THE_DESK = 0.2  # of the fees are paid to the cashier
LOOKS = 200  # at a payment's page, before somebody believes that it doesn't come
OFTEN, SELDOM = 0.5, 0.25


@dataclass(frozen=True)
class Act:
    """A step that a page said to be done."""

    step: str
    outcome: str
    official: str


@dataclass
class Life:
    """What people were told of one dossier."""

    code: str
    acts: list[Act] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    receipt: dict[str, Any] = field(default_factory=dict)
    supplements: list[str] = field(default_factory=list)  # what was handed in, by hash
    order: str = ""  # of the payment online
    desk_receipt: str = ""
    ended: bool = False


@dataclass
class Sent:
    """A form that went out, so that it can be sent again; `hows` is what is still to happen at the gateway."""

    page: Page | None = None
    form: Any = None
    answers: Mapping[str, str] = field(default_factory=dict)
    button: str = ""
    hows: list[str] = field(default_factory=list)


class Stuck(Exception):
    """The installation has not come back for so long."""


class Officials(Desk):
    """The officials, each with a browser of their own."""

    def at(self, step: Step, procedure: Procedure, receiving: str) -> Official:
        """Who does this step."""
        agency = {"receiving": receiving, "responsible": procedure.responsible}.get(step.agency, step.agency)
        return self._official(agency, step.role)

    def browser(self, official: Official) -> Visitor:
        """Their browser, signed in."""
        return self._visitor(official)


class Walker(Citizen):
    """One citizen, and the officials through whose hands the dossiers go, one after another."""

    def __init__(self, province: Province, address: str, number: int, code: str, seed: int, acting: Any) -> None:
        procedure = next(each for each in province.procedures if each.code == code)
        super().__init__(address, province.population.personas[number], procedure, seed, acting)
        self.officials = Officials(address, province)
        self.receiving = procedure.receiving[0]
        self.lives: list[Life] = []

    def _one_dossier(self) -> None:
        known = len(self.acknowledged)
        super()._one_dossier()
        if len(self.acknowledged) > known:
            life = Life(self.acknowledged[-1].code)
            self.lives.append(life)
            try:
                self._live(life)
                life.ended = True
            except Stuck as stuck:
                self.stuck = str(stuck)

    def _live(self, life: Life) -> None:
        steps = {each.id: each for each in self.procedure.steps}
        self._until(self._read_receipt, life)
        at_the_desk = self.chance.random() < AT_THE_DESK
        if not at_the_desk and self.chance.random() < OFTEN:
            self._pay(life)
        step, asked = self.procedure.steps[0], False
        while True:
            if step.requires_fee and not life.order and not life.desk_receipt:
                self._until(self._pay_at_the_desk, life, Sent()) if at_the_desk else self._pay(life)
            asking = next((each for each in step.outcomes if asks_supplement(each)), None)
            straight = next(each for each in step.outcomes if not each.reason and each.to != "supplement")
            if step.kind != "join":
                ask = asking is not None and not asked and self.chance.random() < SELDOM
                if ask or self.chance.random() < SELDOM:
                    self._until(self._claim, life, step, Sent())
                if ask and asking is not None:
                    asked = True
                    self._decide(life, step, asking)
                    paper = self.paper + self.chance.randbytes(16).hex().encode()
                    self._until(self._answer, life, paper, Sent())
                    continue
                self._decide(life, step, straight)
            if straight.to == "returned":
                break
            step = steps[str(straight.to)]
        if self.chance.random() < OFTEN:
            self._until(self._read_notices)

    def _until(self, act: Callable[..., None], *given: Any) -> None:
        """Try until a page says that it is done."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            try:
                act(*given)
                self.heard = time.monotonic()
                return
            except FAULTS as fault:
                self.faults.append(f"{act.__name__}: {type(fault).__name__}: {fault}"[:300])
                time.sleep(PAUSE)
        raise Stuck(f"{self.name}: nothing came of {act.__name__} for {PATIENCE:.0f} s; last: {self.faults[-1]}")

    def _send(self, visitor: Visitor, sent: Sent) -> Page:
        """Press the button; now and then twice at once."""
        visitor.page = sent.page
        self.submitting()
        if self.chance.random() < SELDOM and sent.page is not None:
            self._press_beside(visitor, sent)
        return visitor.submit(sent.form, sent.answers, button=sent.button)

    def _press_beside(self, visitor: Visitor, sent: Sent) -> None:
        if sent.page is None:
            return
        values = dict(sent.form.form_values()) | dict(sent.answers)
        if sent.button:
            values["outcome"] = sent.button
        address = requests.compat.urljoin(sent.page.address, sent.form.get("action") or sent.page.address)
        headers = {"Referer": sent.page.address, "Origin": self.address, "Connection": "close"}
        cookies = visitor.session.cookies.get_dict()

        def press() -> None:
            try:
                requests.post(address, data=values, headers=headers, cookies=cookies, timeout=30)
            except requests.RequestException as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}"[:300])

        threading.Thread(target=press, daemon=True).start()

    def _read_receipt(self, life: Life) -> None:
        life.receipt = self.visitor.open(f"/dossiers/{life.code}/receipt.json").answer.json()

    def _read_notices(self) -> None:
        page = self.visitor.open("/notices")
        for form in page.forms()[:1]:
            self.visitor.submit(form)

    def _claim(self, life: Life, step: Step, sent: Sent) -> None:
        visitor = self.officials.browser(self.officials.at(step, self.procedure, self.receiving))
        page = visitor.open(f"/desk/dossiers/{life.code}")
        forms = page.forms("/claim")
        if forms:
            sent.page, sent.form = page, forms[0]
            self._send(visitor, sent)
        elif sent.form is None:
            raise Lost(f"{page.address} has no step {step.id} to take")
        life.claims.append(step.id)

    def _decide(self, life: Life, step: Step, outcome: Outcome) -> None:
        official = self.officials.at(step, self.procedure, self.receiving)
        self._until(self._close, life, step, outcome, official, Sent())
        life.acts.append(Act(step.id, outcome.id, official.id))

    def _close(self, life: Life, step: Step, outcome: Outcome, official: Official, sent: Sent) -> None:
        """Close the step: by its form, or, where that went out already, by the same form again or a look."""
        visitor, place = self.officials.browser(official), f"/desk/dossiers/{life.code}"
        if sent.form is None or self.chance.random() < OFTEN:
            page = visitor.open(place + _page_of(step, outcome))
            form = _form_of(page, step, outcome)
            if form is None or (sent.form is not None and _task(form) != _task(sent.form)):
                if sent.form is None:
                    raise Lost(f"{page.address} ({page.heading}) has no step {step.id}")
                return  # the one whose answer got lost did it
            sent.page, sent.form, sent.answers = page, form, _answers(step, outcome)
            sent.button = "" if asks_supplement(outcome) else outcome.id
        page = self._send(visitor, sent)
        if page.errors or place not in page.address or page.address.endswith(("/sign", "/supplement")):
            raise Lost(f"{step.id} {outcome.id} led to {page.address}: {page.errors}")

    def _answer(self, life: Life, paper: bytes, sent: Sent) -> None:
        """Hand in a paper and an explanation."""
        page = self.visitor.open(f"/dossiers/{life.code}/supplement")
        if not page.address.endswith("/supplement"):
            if sent.form is None:
                raise Lost(f"{page.address}: no supplement is asked for")
        else:
            upload = next(form for form in page.forms() if form.get("enctype"))
            page = self.visitor.submit(upload, files={"file": Upload("bổ sung.pdf", paper)})
            sent.page, sent.form, sent.answers = page, page.forms()[-1], {"note": "Gửi kèm"}
            page = self._send(self.visitor, sent)
            if page.errors:
                raise Lost(f"{page.address}: {page.errors}")
        life.supplements.append(hashlib.sha256(paper).hexdigest())

    def _pay(self, life: Life) -> None:
        self._until(self._pay_online, life, Sent(hows=list(self.chance.choice(HOWS))))

    def _pay_online(self, life: Life, sent: Sent) -> None:
        """Pay at the gateway, and look until our page says so; nobody pays again who saw it answer."""
        address = f"/dossiers/{life.code}/payment"
        for _ in range(LOOKS):
            page = self.visitor.open(address)
            if page.links("/payment.pdf"):
                orders = sorted(set(ORDER.findall(page.text)))
                if len(orders) != 1:
                    raise Lost(f"{page.address} names the orders {orders}")
                life.order = orders[0]
                return
            if page.forms() and sent.hows:
                sent.page, sent.form = page, page.forms()[0]
                self._send(self.visitor, sent)
                sent.button = ""  # another order: the gateway has not been asked yet
            elif (links := page.links("/payments/pay/")) and sent.hows and sent.button != "fail":
                self.submitting()
                how = {"how": sent.hows[0]}
                self.visitor.session.post(links[0], data=how, allow_redirects=False, timeout=30)
                sent.button = sent.hows.pop(0)  # whose answer got lost pays again: what came twice goes back
            time.sleep(PAUSE)
        raise Lost(f"{address} does not say that it is paid")

    def _pay_at_the_desk(self, life: Life, sent: Sent) -> None:
        visitor = self.officials.browser(self.officials.province.official_with("fee.record", self.receiving))
        page = visitor.open(f"/desk/dossiers/{life.code}")
        forms = page.forms("/payment")
        if forms:
            sent.page, sent.form, sent.answers = page, forms[0], {"receipt_number": f"BL-{life.code}"}
            self._send(visitor, sent)
        elif sent.form is None:
            raise Lost(f"{page.address} asks for no fee")
        life.desk_receipt = f"BL-{life.code}"


def _page_of(step: Step, outcome: Outcome) -> str:
    if asks_supplement(outcome):
        return "/supplement"
    return "/sign" if step.kind == "signature" else ""


def _form_of(page: Page, step: Step, outcome: Outcome) -> Any:
    if asks_supplement(outcome):
        return page.forms("/supplement")[0] if page.address.endswith("/supplement") else None
    try:
        return page.form("/sign" if step.kind == "signature" else "/outcome", outcome.id)
    except Lost:
        return None


def _answers(step: Step, outcome: Outcome) -> dict[str, str]:
    if asks_supplement(outcome):
        return {"whole": "Thiếu chữ ký ở bản vẽ"}
    if step.kind == "signature":
        return {"read": "yes"}
    facts = {PREFIX + fact.id: "2" for fact in step.facts if fact.kind == "number"}
    return facts | ({"findings": "Mẫu"} if step.findings else {})


def _task(form: Any) -> str:
    return str(dict(form.form_values()).get("task"))
