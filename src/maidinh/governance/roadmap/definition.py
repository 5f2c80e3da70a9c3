"""A portfolio: demands, money, capacity and phases of the years of a roadmap; and the roadmap computed from it.

Layer 4, governance. Amounts are whole dong. Legal ground of a phase or a mandate stands with it.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
CostKind = Literal["build", "run"]


class Budget(Form):
    """What one source gives in one year; what is left goes into the next year where `carries_over`."""

    year: int = Field(ge=1990, le=2100)
    source: str
    amount: int
    carries_over: bool = False


class Spend(Form):
    """What a demand costs in the year `after` years from its start (0 the first), of one source."""

    after: int
    source: str
    kind: CostKind = "build"
    amount: int


class Work(Form):
    """What a demand takes of an agency's capacity in each year that it is built."""

    agency: str
    amount: float


class Demand(Provenance):
    """One project that wants a place in the roadmap. `value` is what it is worth (points); tier 1 goes before 2.

    `duration` years of building; `needs` must have ended before it starts; `platform` must be in the roadmap (or
    standing) if this is; of those with the same `alternative` one at most is funded; `deadline` is the last year in
    which it may end, with the law that says so; `earliest` the first in which it may start. `pinned` by hand: a year in
    which it starts, or "out". `committed` is the year in which it has started already.
    """

    id: str = Field(pattern=CODE)
    title: Text
    agency: str
    value: float
    tier: int = 2
    duration: int = 1
    spend: list[Spend] = []
    needs: list[str] = []
    platform: str | None = None
    alternative: str | None = None
    earliest: int | None = None
    deadline: int | None = None
    mandate: LegalBasis | None = None
    pinned: int | Literal["out"] | None = None
    committed: int | None = None
    work: list[Work] = []
    trains: int = 0


class Capacity(Form):
    """How much an agency can carry in a year (in the unit of `Work`)."""

    agency: str
    year: int
    amount: float


class PhaseTarget(Form):
    """What a phase must have reached: a measure of the running system and its value."""

    id: str
    title: Text
    measure: str
    target: float
    unit: Text | None = None


class Phase(Form):
    """A phase of the roadmap (giai đoạn) to a day, with its targets."""

    id: str
    title: Text
    begins: date
    ends: date
    targets: list[PhaseTarget] = []
    legal_basis: list[LegalBasis] = []


class Weights(Form):
    """How the roadmap is computed: yearly discount of value, gap and time at most, how near an earlier plan.

    `concession` is the share of its value that a tier may give up for the tiers below it. Unset: what the gap leaves,
    so that each tier stays within the gap of the most that it could be; 0: nothing.
    """

    discount: float = 0.05
    gap: float = 0.01
    seconds: float = 30.0
    stability: float = 0.01
    concession: float | None = None


class Portfolio(Provenance):
    """`roadmap.yaml`: what a roadmap is computed from. `standing` are platforms that are there already.

    `previous` is an earlier roadmap (demand: year of start), to which the new one stays near.
    """

    id: str = Field(pattern=CODE)
    title: Text
    years: list[int]
    budgets: list[Budget] = []
    demands: list[Demand] = []
    capacities: list[Capacity] = []
    phases: list[Phase] = []
    standing: list[str] = []
    agencies: list[str] = []
    previous: dict[str, int] = {}
    weights: Weights = Weights()


class LeftOut(Form):
    """A demand that got no place: the reason (a code), what stood in the way, and the reason in words."""

    project: str
    reason: str
    why: str
    values: dict[str, str | int | float] = {}


class YearSpend(Form):
    """Money of one source in one year: given, carried in, spent on building and running, carried out, lost."""

    year: int
    source: str
    budget: int
    carried_in: int
    build: int
    run: int
    carried_out: int


class Marginal(Form):
    """What `amount` dong more of a source in a year would buy: more value, and which demands come in and go out."""

    year: int
    source: str
    amount: int
    value: float
    comes_in: list[str] = []
    goes_out: list[str] = []


class Conflict(Form):
    """One of the demands that cannot hold together (of the smallest set): a code, its subject, and it in words."""

    kind: str
    subject: str
    says: str
    values: dict[str, str | int | float] = {}


class Tier(Form):
    """What one tier of priority came to: its value, the most that it could be, and how far apart they are."""

    tier: int
    value: float
    bound: float
    gap: float


class Roadmap(Form):
    """What was computed: `status` optimal (within `gap`), feasible (time ran out, `gap` stated) or infeasible.

    `gap` is of all tiers together, `tiers` has each. `smallest` says that no fewer demands than those of `conflicts`
    conflict. `changed`: before and now, of each that `previous` has otherwise.
    """

    portfolio: str
    status: Literal["optimal", "feasible", "infeasible"]
    gap: float | None = None
    value: float = 0.0
    bound: float | None = None
    starts: dict[str, int] = {}
    left_out: list[LeftOut] = []
    spend: dict[str, list[YearSpend]] = {}
    marginal: list[Marginal] = []
    conflicts: list[Conflict] = []
    smallest: bool = False
    tiers: list[Tier] = []
    changed: dict[str, list[int | None]] = {}
    seconds: float = 0.0
