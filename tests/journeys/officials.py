"""What officials do: open their worklist, read a dossier, finish their step. By what the pages call things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from maidinh.infrastructure.organisations.definition import Official
from maidinh.services.procedures.definition import Outcome, Procedure, Step

from .citizens import choose_person
from .running import RunningProvince
from .visits import DESK, Visit


class Desks:
    """The officials of a province, each at a computer of their own once they are needed."""

    def __init__(self, visit: Callable[..., Visit], running: RunningProvince, sessions: dict[Any, Any], **how: Any):
        self.visit, self.running, self.sessions = visit, running, sessions
        self.how = {"size": DESK, **how}
        self.seats: dict[str, Visit] = {}

    def seat(self, official: Official) -> Visit:
        """The official's browser, signed in."""
        key = (self.running.environment.province, official.id)
        if official.id not in self.seats:
            seat = self.visit(self.running, state=self.sessions.get(key), **self.how)
            if key not in self.sessions:
                seat.open("/sign-in")
                choose_person(seat, official.name)
                self.sessions[key] = seat.state()
            self.seats[official.id] = seat
        return self.seats[official.id]

    def official(self, step: Step, procedure: Procedure, receiving: str) -> Official:
        """Who does a step."""
        agency = {"receiving": receiving, "responsible": procedure.responsible}.get(step.agency, step.agency)
        everyone = self.running.province.organisations.officials
        return next(each for each in everyone if each.agency == agency and step.role in each.roles)

    def process(self, code: str, procedure: Procedure, receiving: str) -> list[str]:
        """Take a dossier through its steps to the handover; which steps there were."""
        step, done = procedure.steps[0], []
        while True:
            outcome = next(each for each in step.outcomes if not each.reason and each.to != "supplement")
            self.do(code, procedure, receiving, step, outcome)
            done.append(step.id)
            if outcome.to == "returned":
                return done
            step = next(each for each in procedure.steps if each.id == outcome.to)

    def do(
        self, code: str, procedure: Procedure, receiving: str, step: Step, outcome: Outcome, reason: str = ""
    ) -> Visit:
        """Finish one step, by the official whose it is."""
        if step.requires_fee:
            self.pay(code, procedure, receiving)
        seat = self.seat(self.official(step, procedure, receiving))
        if step.kind == "signature" and not outcome.reason:
            sign(seat, code, outcome)
            return seat
        open_dossier(seat, code)
        if step.findings:
            seat.field(seat.words("What you found")).fill("Đúng hiện trạng.\nAs drawn.")
        if reason:
            seat.field(seat.words("Reason")).fill(reason)
        seat.press(seat.main.get_by_role("button", name=outcome.name.in_language(seat.language), exact=True))
        return seat

    def pay(self, code: str, procedure: Procedure, receiving: str) -> None:
        """The one-stop official takes the fee, where there is one, and notes its receipt."""
        seat = self.seat(self.official(procedure.steps[0], procedure, receiving))
        seat.open(f"/desk/dossiers/{code}")
        if seat.button("Record the payment").count():
            seat.field(seat.words("Number of the payment receipt")).fill(f"BL-{code[-6:]}")
            seat.press("Record the payment")
            seat.says(seat.words("The payment is recorded."))


def open_dossier(seat: Visit, code: str) -> None:
    """From the worklist to the dossier."""
    seat.open("/desk/dossiers")
    seat.follow(seat.main.get_by_role("link", name=code))
    seat.heading(code)


def sign(seat: Visit, code: str, outcome: Outcome) -> None:
    """Read the draft and sign."""
    seat.open("/desk/sign")
    seat.follow(seat.main.get_by_role("link", name=code))
    seat.field(seat.words("I have read the draft and sign it in my name.")).check()
    seat.press(seat.main.get_by_role("button", name=outcome.name.in_language(seat.language), exact=True))
    expect(seat.main).to_contain_text(seat.words("Signed. Anyone can verify the result now."))
