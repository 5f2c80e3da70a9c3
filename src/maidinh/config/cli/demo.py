"""`maidinh demo`: a whole sample province on this machine; with --check, one dossier through its seven layers."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

WRONG_USE = 2


def _named(database: str) -> Path | None:
    """The place that MAIDINH_DATA names, unless something else lies there: it is also what real installations read."""
    from maidinh.config.recorded import recorded

    named = os.environ.get("MAIDINH_DATA")
    if not named:
        return None
    if (Path(named) / "secrets").exists() and recorded(Path(named)).get("database_name") != database:
        _taken(Path(named))
    return Path(named)


def _taken(place: Path) -> NoReturn:
    """A demonstration lets anyone be anyone, so it never opens what another installation keeps."""
    told = say("In {place} lies another installation. Name another place with --data, or unset MAIDINH_DATA.")
    print(told.format(place=place), file=sys.stderr)
    sys.exit(WRONG_USE)


@told_plainly
def command(
    province: Annotated[str, typer.Option(help=say("Which province's definitions to run."))] = "lao-cai",
    check: Annotated[
        bool, typer.Option("--check", help=say("Take one dossier through all layers, then stop."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    seed: Annotated[int, typer.Option(help=say("The seed of the synthetic registers."))] = 1,
    port: Annotated[int, typer.Option(help=say("The port of the pages; the next two are used too."))] = 8000,
    database_url: Annotated[
        str | None,
        typer.Option(help=say("A PostgreSQL to run it on instead of the embedded one; DATABASE_URL is not read.")),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help=say("Where the demonstration keeps its data. Unset: MAIDINH_DATA, or a place for each province.")
        ),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help=say("Open the first page in a browser."))] = True,
) -> None:
    """Run a sample province: synthetic people, officials who may be anyone, nothing official."""
    from maidinh.config.environment import Environment, default_home, demonstration_database
    from maidinh.config.recorded import recorded

    if check:
        from maidinh.config.demonstration.check import check_province

        sys.exit(check_province(province=province, seed=seed, as_json=as_json))
    from maidinh.config.installation import Installation
    from maidinh.config.processes import PortTaken

    database = demonstration_database(province)
    place = data or _named(database) or default_home().with_name("maidinh-demo") / province
    if recorded(place).get("database_name", database) != database:
        _taken(place)
    environment = Environment(
        data=place,
        database_url=database_url,
        database_name=database,
        province=province,
        seed=seed,
        port=port,
        gateway_port=port + 1,
        services_port=port + 2,
        sample=True,
    )

    def ready() -> None:
        print(f"{say('The province is running at')} {environment.address}/", flush=True)
        print(say("Everything in it is sample data. Stop it with Ctrl+C."), flush=True)
        if open_page and sys.stdout.isatty():
            webbrowser.open(f"{environment.address}/")

    try:
        Installation(environment).run(ready)
    except PortTaken as taken:
        raise PortTaken(taken.place, taken.reason, f"--port (make demo PORT={port + 10})") from None
