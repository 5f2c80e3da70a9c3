"""Citizens who submit dossiers one after another and do not let a fault stop them.

Whatever goes wrong, a citizen goes back to the same application and goes on where it stands; what a page has said to
be submitted is written down as acknowledged, and nothing else is.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import requests
import typst

from maidinh.config.demonstration.people import page_answers, sign_in
from maidinh.config.demonstration.visitor import Lost, Page, Upload, Visitor
from maidinh.infrastructure.identity.adapters.personas import citizen_persona
from maidinh.services.procedures.definition import Procedure

DRAFT = re.compile(r"/applications/([0-9a-f-]{36})/")
PAGES = 20  # more than an application has; a citizen who turns so many is going in circles
PATIENCE = 120.0  # seconds without any dossier acknowledged: then the installation has not come back
PAUSE = 0.15
FAULTS = (Lost, requests.RequestException)


@dataclass(frozen=True)
class Acknowledged:
    """What a page told a citizen to be submitted."""

    draft: str
    code: str
    at: float


class Citizen(threading.Thread):
    """One person with one browser. `submitting` is called when the last form of an application goes out."""

    def __init__(
        self, address: str, persona: Any, procedure: Procedure, seed: int, submitting: Callable[[], None]
    ) -> None:
        super().__init__(name=persona.full_name, daemon=True)
        self.address, self.persona, self.procedure = address, persona, procedure
        self.chance = random.Random(seed)
        self.submitting = submitting
        self.ended = threading.Event()
        self.acknowledged: list[Acknowledged] = []
        self.faults: list[str] = []
        self.stuck = ""
        self.heard = 0.0  # when something was acknowledged last
        self.visitor = Visitor(address)
        self.paper = typst.compile(f"#set page(width: 5cm, height: 5cm)\n{persona.person}".encode())

    def run(self) -> None:
        """Submit until told to end; the application then under way is still brought to its end."""
        while not self.ended.is_set() and not self.stuck:
            self._one_dossier()

    def _one_dossier(self) -> None:
        draft, began = "", time.monotonic()
        while time.monotonic() - began < PATIENCE:
            try:
                draft = draft or self._begin()
                self.acknowledged.append(self._go_on(draft))
                self.heard = self.acknowledged[-1].at
                return
            except FAULTS as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}"[:300])
                time.sleep(PAUSE)
        self.stuck = f"{self.name} had no dossier acknowledged for {PATIENCE:.0f} s; last: {self.faults[-1]}"

    def _begin(self) -> str:
        """The application begun, or the one that was begun before and not submitted."""
        address = f"/procedures/{self.procedure.code}/begin"
        page = self.visitor.open(address)
        if "/begin" not in page.address:
            sign_in(self.visitor, self._subject())
            page = self.visitor.open(address)
        chosen = {"case": self.procedure.cases[0].id, "receiving": self.procedure.receiving[0]}
        page = self.visitor.submit(page.forms()[0], chosen)
        found = DRAFT.search(page.address)
        if found is None:
            raise Lost(f"beginning led to {page.address}")
        return found.group(1)

    def _go_on(self, draft: str) -> Acknowledged:
        page = self.visitor.open(f"/applications/{draft}")
        for _ in range(PAGES):
            if page.address.endswith("/submitted"):
                code = page.links("/receipt.pdf")[0].split("/")[-2]
                return Acknowledged(draft, code, time.monotonic())
            page = self._turn(page)
        raise Lost(f"the application goes in circles at {page.address}")

    def _turn(self, page: Page) -> Page:
        """Do what the page asks; the page after it."""
        kind = page.address.removeprefix(self.address).split("/")[3]
        if kind == "questions":
            return self.visitor.submit(page.forms()[0], dict(page_answers(self.procedure, page, self._today())))
        if kind == "papers":
            return self.visitor.submit(self._upload(page).forms()[-1])
        if kind == "check":
            self.submitting()
            if self.chance.random() < 0.3:
                self._click_twice(page)
            return self.visitor.submit(page.forms()[-1], {"declaration": "yes"})
        raise Lost(f"{page.address} ({page.heading}) is no page of an application")

    def _click_twice(self, page: Page) -> None:
        """The first of two clicks, sent from beside so that both are under way at once."""
        values = dict(page.forms()[-1].form_values()) | {"declaration": "yes"}
        headers = {"Referer": page.address, "Origin": self.address, "Connection": "close"}
        cookies = self.visitor.session.cookies.get_dict()

        def click() -> None:
            try:
                requests.post(page.address, data=values, headers=headers, cookies=cookies, timeout=30)
            except requests.RequestException as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}"[:300])

        threading.Thread(target=click, daemon=True).start()

    def _upload(self, page: Page) -> Page:
        needed = {paper.id for paper in self.procedure.papers if paper.required}
        asked = {dict(f.form_values()).get("paper") for f in page.forms() if f.get("enctype")}
        for paper in sorted(needed & asked):
            form = next(f for f in page.forms() if f.get("enctype") and dict(f.form_values()).get("paper") == paper)
            name = f"{paper} của {self.name}.pdf"
            content = self.paper + self.chance.randbytes(16).hex().encode()  # no two papers are the same
            page = self.visitor.submit(form, files={"file": Upload(name, content)})
        return page

    def _subject(self) -> str:
        persona = self.persona
        return citizen_persona(person=persona.person, name=persona.full_name, note=persona.story).subject

    def _today(self) -> date:
        return datetime.now(UTC).date()
