"""`maidinh roadmap …`: every command under its name; each stands in a module beside this one.

Layer 0, config. All of them work on files alone; no database.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.roadmap_compare import compare
from maidinh.config.cli.roadmap_files import check, template
from maidinh.config.cli.roadmap_solve import solve
from maidinh.config.texts import say

app = typer.Typer(help=say("Roadmaps: compute them from a portfolio, check and compare."), no_args_is_help=True)
app.command(help=say("Compute when each project starts, what gets no place and why, and what conflicts."))(solve)
app.command(help=say("Say what is wrong in a portfolio, at its field, and the remedy."))(check)
app.command(help=say("Compute several portfolios and put their roadmaps side by side."))(compare)
app.command(help=say("Write a portfolio to fill in, with an example of each part."))(template)
