"""A planner with a scenario, an approver, and the worker; small portfolios of two projects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings

from maidinh.governance.roadmap.definition import Portfolio
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role


def portfolio(**more: Any) -> Portfolio:
    """Two projects of 2 and 3 thousand million, money for one of them in each of two years."""
    content = {
        "id": "small", "title": {"vi": "Lộ trình nhỏ"}, "years": [2027, 2028], "sample": True, "agencies": ["H38.5"],
        "budgets": [{"year": year, "source": "local-budget", "amount": 3 * 10**9} for year in (2027, 2028)],
        "demands": [
            {"id": name, "title": {"vi": name.title()}, "agency": "H38.5", "value": value,
             "spend": [{"after": 0, "source": "local-budget", "amount": amount * 10**9}]}
            for name, value, amount in (("alpha", 4, 2), ("beta", 6, 3))
        ],
    }  # fmt: skip
    return Portfolio.model_validate(content | more)


class Planning:
    """People of the province who plan and adopt, and the worker."""

    def __init__(self, official: Callable[..., Actor], signer: Any, at: datetime) -> None:
        self.at, self.signer = at, signer
        self.planner, self.approver = official("roadmap.plan"), official("roadmap.adopt")

    def open(self, form: Portfolio | None = None, name: str = "Phương án 1", *, checked: bool = True) -> Any:
        """A scenario."""
        from maidinh.governance.roadmap.actions.planning import open_scenario

        with acting(agencies=self.planner.agencies, official=self.planner.id):
            form = form or portfolio()
            return open_scenario(actor=self.planner, name=name, portfolio=form, at=self.at, checked=checked)

    def computed(self, form: Portfolio | None = None) -> Any:
        """A scenario that was asked for and computed by the worker."""
        from maidinh.governance.roadmap.actions.planning import ask_to_compute

        scenario = self.open(form)
        with acting(agencies=self.planner.agencies, official=self.planner.id):
            revision = ask_to_compute(actor=self.planner, scenario_id=scenario.pk, at=self.at)
        self.compute()
        return revision

    def compute(self) -> int:
        """What waits is computed, as the worker."""
        from maidinh.governance.roadmap.actions.computing import compute_waiting

        with as_role(settings.CONNECTIONS, "worker"):
            return compute_waiting(at=self.at)
