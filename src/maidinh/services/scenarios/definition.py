"""A scenario (tình huống mẫu) of a procedure: a dossier told from filing to its end, and what must hold on the way.

Layer 4. Jurists write it beside the procedure, so that the internal process that the province approves (Decree
63/2010/NĐ-CP article 8; Decree 61/2018/NĐ-CP article 17) is tried before anyone works by it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Text
from maidinh.services.procedures.definition import Channel

Refusal = Literal[
    "not_open",
    "no_such_outcome",
    "wrong_role",
    "automatic",
    "reason_missing",
    "facts_wrong",
    "too_early",
    "fee_unpaid",
    "fee_undecided",
    "no_fee",
    "supplements_used_up",
    "supplement_awaited",
    "no_supplement_asked",
    "paper_missing",
]


class Expected(Form):
    """What must hold after an event; what isn't named isn't looked at.

    `open` are the steps that are open, `papers` those that had to be handed in, `fee` the dong charged (0: none),
    `due` the moment in the office's time, `standing` whether the clock stands still.
    """

    open: list[str] | None = None
    status: int | None = Field(default=None, ge=1, le=10)
    end: Literal["none", "refused", "stopped", "returned"] | None = None
    fee: int | None = Field(default=None, ge=0)
    due: datetime | None = None
    limit: str | None = None
    standing: bool | None = None
    papers: list[str] | None = None
    refused: Refusal | None = None


class Event(Form):
    """One thing that happens: a step is closed, a supplement or payment comes, a called procedure ends, a withdrawal.

    `at` is the office's time. An event that must be refused says which refusal it expects, and changes nothing.
    """

    at: datetime
    step: str | None = None
    by: str | None = None
    outcome: str | None = None
    facts: dict[str, Any] = {}
    reason: str = ""
    supplement: list[str] | None = None
    paid: bool = False
    granted: bool | None = None
    withdrawn: bool = False
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _one_thing(self) -> Event:
        called = self.granted is not None
        kinds = [self.outcome is not None, self.supplement is not None, self.paid, called, self.withdrawn]
        if sum(kinds) != 1:
            raise ValueError("an event is one of: step with outcome, supplement, paid, step with granted, withdrawn")
        if (self.outcome is not None or called) and self.step is None:
            raise ValueError("which step? An outcome or granted needs it")
        return self


class Scenario(Form):
    """One dossier's story. `receiving` is the first receiving agency unless it says another."""

    name: Text
    case: str
    channel: Channel = "online"
    filed: datetime
    answers: dict[str, Any]
    papers: list[str] = []
    shows: LegalBasis | None = None
    expect: Expected = Expected()
    events: list[Event] = Field(min_length=1)
