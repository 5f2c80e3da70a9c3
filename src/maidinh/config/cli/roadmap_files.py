"""`maidinh roadmap check|template`: whether a portfolio is in order, and one to begin with.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.architecture_given import leave
from maidinh.config.cli.project_given import DONE, FINDINGS, AsJson, json_of, lines_of, print_json
from maidinh.config.cli.roadmap_given import File, faults_of, given_portfolio
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.roadmap.definition import Portfolio

YAML, TABLE = (".yaml", ".yml"), ".xlsx"

Output = Annotated[Path, typer.Option("--output", "-o", help=say("The file to write: .yaml or .xlsx."))]
From = Annotated[
    Path | None, typer.Option("--from", help=say("A portfolio to write in the other form, instead of an example."))
]


@told_plainly
def check(file: File, as_json: AsJson = False) -> None:
    """Say what is wrong in a portfolio, at its field, and the remedy."""
    portfolio = given_portfolio(file, as_json=as_json)
    found = faults_of(file, portfolio)
    if as_json:
        print_json({"portfolio": portfolio.id, "faults": json_of(file, found)})
    else:
        for line in lines_of(file, found):
            print(line)
        name = portfolio.title.in_language(language())
        print(f"{portfolio.id}: {name}. {say('Projects')}: {len(portfolio.demands)}. "
              f"{say('Faults found')}: {len(found)}.")  # fmt: skip
    sys.exit(FINDINGS if found else DONE)


@told_plainly
def template(output: Output, source: From = None) -> None:
    """Write a portfolio to fill in, with an example of each part; or one that is there in the other form."""
    today = date.today()  # noqa: DTZ011 - the calendar on the wall
    portfolio = _example(today.year + 1) if source is None else given_portfolio(source, as_json=False)
    write_whole(output, portfolio_file(portfolio, output))
    print(output)
    sys.exit(DONE)


def portfolio_file(portfolio: Portfolio, output: Path) -> bytes:
    """The portfolio in the form that the file's name asks for."""
    from maidinh.governance.modelling.writing import to_yaml
    from maidinh.governance.roadmap.sheets import write_sheets

    if output.suffix.lower() in YAML:
        return to_yaml(portfolio).encode()
    if output.suffix.lower() != TABLE:
        leave(f"{output}: {say('expected a name that ends in one of')} {', '.join((*YAML, TABLE))}")
    try:
        return write_sheets(portfolio, language())
    except ValueError as error:
        leave(f"{output}: {error}")


def _example(first: int) -> Portfolio:
    """A portfolio that holds one thing of each part, for people to write over."""
    from maidinh.governance.roadmap.definition import Portfolio

    text, years = {"vi": "…", "en": "…"}, [first, first + 1, first + 2]
    return Portfolio.model_validate({
        "id": "ma-lo-trinh", "title": text, "years": years, "standing": ["ma-nen-tang"], "agencies": ["ma-co-quan"],
        "budgets": [
            {"year": year, "source": "ma-nguon-von", "amount": 2_000_000_000, "carries_over": True} for year in years
        ],
        "demands": [
            {"id": "du-an-mot", "title": text, "agency": "ma-co-quan", "value": 10.0, "tier": 1, "duration": 1,
             "platform": "ma-nen-tang", "deadline": first + 1, "mandate": {"text": "…", "checked": False},
             "spend": [{"after": 0, "source": "ma-nguon-von", "kind": "build", "amount": 1_000_000_000},
                       {"after": 1, "source": "ma-nguon-von", "kind": "run", "amount": 100_000_000}],
             "work": [{"agency": "ma-co-quan", "amount": 2.0}], "trains": 20},
            {"id": "du-an-hai", "title": text, "agency": "ma-co-quan", "value": 5.0, "needs": ["du-an-mot"],
             "spend": [{"after": 0, "source": "ma-nguon-von", "kind": "build", "amount": 500_000_000}]},
        ],
        "capacities": [{"agency": "ma-co-quan", "year": year, "amount": 5.0} for year in years],
        "phases": [
            {"id": "giai-doan-1", "title": text, "begins": f"{first}-01-01", "ends": f"{first + 2}-12-31",
             "targets": [{"id": "truc-tuyen", "title": text, "measure": "dossiers-online", "target": 80.0,
                          "unit": {"vi": "%", "en": "%"}}],
             "legal_basis": [{"text": "…", "checked": False}]},
        ],
    })  # fmt: skip
