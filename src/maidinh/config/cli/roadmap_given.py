"""The portfolio that a command is given, and how a roadmap and its sentences read in a terminal.

Layer 0, config. Files alone.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli.project_given import given_file
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.projects.faults import Fault
    from maidinh.governance.roadmap.definition import Portfolio, Roadmap

FAILED = 3
FIRST_WORD = 3.0  # seconds of work after which a terminal is told that it goes on

File = Annotated[Path, typer.Argument(help=say("The portfolio: YAML, JSON or a spreadsheet (.xlsx)."),
                                      show_default=False)]  # fmt: skip
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", min=0.1, max=86_400, help=say("Time at most. Unset: what the portfolio says.")),
]
Gap = Annotated[
    float | None,
    typer.Option("--gap", min=0.0, max=1.0, help=say("How far from the best it may be. Unset: as the portfolio says.")),
]


def given_portfolio(file: Path, *, as_json: bool) -> Portfolio:
    """The portfolio in a file; where it holds none, says where and why, and ends."""
    from maidinh.governance.roadmap.reading import read_portfolio

    return given_file(file, read_portfolio, as_json=as_json)


def faults_of(file: Path, portfolio: Portfolio) -> list[Fault]:
    """What is wrong in it; of a spreadsheet with the cell in which it stands."""
    from maidinh.governance.roadmap.checking import faults
    from maidinh.governance.roadmap.reading import placed

    return [fault for fault, _line in placed(file, faults(portfolio))]


def solved(file: Path, portfolio: Portfolio, seconds: float | None, gap: float | None) -> Roadmap:
    """The roadmap of a portfolio, while a terminal is told that the work goes on."""
    from maidinh.governance.roadmap.solving import NothingFound, solve

    try:
        with going_on(say("The roadmap is being computed.")):
            return solve(portfolio, seconds=seconds, gap=gap)
    except NothingFound:
        fail(f"{file}: {say('no roadmap was found in that time, nor that there is none; give more with --seconds')}")


def fail(text: str) -> NoReturn:
    """End with what could not be done."""
    print(text, file=sys.stderr)
    sys.exit(FAILED)


@contextmanager
def going_on(text: str) -> Iterator[None]:
    """Tell a person at a terminal every few seconds how long the work has taken; nothing where nobody looks."""
    done = threading.Event()

    def tell() -> None:
        began = time.monotonic()
        while not done.wait(FIRST_WORD):
            print(f"{text} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    if sys.stderr.isatty():
        teller.start()
    try:
        yield
    finally:
        done.set()
        if teller.is_alive():
            teller.join()


class Names:
    """What the demands of portfolios are called."""

    def __init__(self, portfolios: Sequence[Portfolio]) -> None:
        self.titles = {
            each.id: each.title.in_language(language()) for portfolio in portfolios for each in portfolio.demands
        }

    def of(self, demand: str) -> str:
        """A demand by its title and its id."""
        return f"{self.titles[demand]} ({demand})" if demand in self.titles else demand

    def filled(self, text: str, values: Mapping[str, str | int | float], *, titles: bool = True) -> str:
        """A sentence of the solver in the language of the terminal."""
        told: dict[str, str] = {}
        for key, value in values.items():
            shown = f"{value:,}" if key == "amount" and isinstance(value, int | float) else str(value)
            if key == "amount" and language() != "en":
                shown = shown.translate(str.maketrans(",.", ".,"))
            if titles and key in ("subject", "other"):
                shown = ", ".join(self.of(each) for each in shown.split(", "))
            told[key] = shown
        return say(text) % told


def money(amount: int) -> str:
    """An amount as people write it."""
    return f"{amount:,}" if language() == "en" else f"{amount:,}".replace(",", ".")


def number(found: float, digits: int = 2) -> str:
    """A number as people write it."""
    text = f"{found:,.{digits}f}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))
