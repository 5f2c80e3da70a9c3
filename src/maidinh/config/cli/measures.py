"""`maidinh measures …`: the index 766 of an installation by agency, procedure and month, and counting it anew.

Layer 0, config. Works on the installation's database as the worker does. Exit codes: 0 done, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from maidinh.config.cli.doctor import environment_at
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.services.measures.rules import Index

WRONG_USE, FAILED = 2, 3
Json = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]

app = typer.Typer(
    help=say("How well people are served: the index 766 and what stands beside it."), no_args_is_help=True
)


@app.callback()
def measures() -> None:
    """How well people are served."""


@app.command(help=say("Tell the index 766 of a year, with every formula and what it was counted from."))
@told_plainly
def index(
    year: Annotated[int | None, typer.Option(min=2000, max=2999, help=say("The year. Unset: this one."))] = None,
    agency: Annotated[str, typer.Option(help=say("Only this agency, by its code."))] = "",
    procedure: Annotated[str, typer.Option(help=say("Only this procedure, by its code."))] = "",
    month: Annotated[int, typer.Option(min=0, max=12, help=say("Only this month, 1 to 12."))] = 0,
    by: Annotated[
        Literal["agency", "procedure", "month"] | None,
        typer.Option(help=say("One index for each agency, procedure or month instead of one for all.")),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Tell the index 766 of a year."""
    with _installation(data):
        from django.utils.timezone import localdate

        from maidinh.services.measures.queries import Asked, index_by, index_for
        from maidinh.services.measures.telling import index_document

        on = localdate(datetime.now(UTC))
        asked = Asked(year or on.year, agency, procedure, month)
        found = index_for(asked, on)
        if found is None:
            _leave(say("No version of the index holds in {year}: see definitions/national/measures.").format(
                year=asked.year), WRONG_USE)  # fmt: skip
        parts = index_by(asked, by, on) if by else []
    if as_json:
        head = {"year": asked.year, "agency": agency or None, "procedure": procedure or None, "month": month or None}
        told = head | {"counted_on": on.isoformat(), "index": index_document(found)}
        if by:
            told[f"by_{by}"] = [{"key": each.key} | index_document(each.index) for each in parts]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _print(found)
    for each in parts:
        print(f"{each.key}: {_total(each.index)}")


@app.command(help=say("Count every dossier from the beginning, as after a change of the index's definition."))
@told_plainly
def rebuild(as_json: Json = False, data: Data = None) -> None:
    """Count every dossier from the beginning."""
    with _installation(data):
        from maidinh.services.measures.actions import rebuild as count_all

        counted = count_all()
    print(json.dumps({"dossiers": counted}) if as_json else say("Dossiers counted: {count}").format(count=counted))


@contextmanager
def _installation(data: Path | None) -> Iterator[None]:
    """The installation's database, as the worker sees it."""
    os.environ.update(environment_at(data, None, None).variables())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import OperationalError

    from maidinh.infrastructure.database.standing import as_role

    if not settings.CONNECTIONS.prepared:
        _leave(say("There is no installation here yet. Start it: maidinh up, or set MAIDINH_DATA."), FAILED)
    try:
        with as_role(settings.CONNECTIONS, "worker"):
            yield
    except OperationalError as error:
        _leave(say("The database does not answer: {reason}").format(reason=str(error).strip()), FAILED)


def _print(found: Index) -> None:
    from maidinh.services.measures.telling import number

    words = {"nothing": say("no data: nothing to count"), "unrecorded": say("no data: nothing records it here")}
    print(f"{found.definition.title.in_language(language())}: {_total(found)}")
    for group in found.groups:
        points = "-" if group.points is None else str(group.points)
        print(f"{group.group.title.in_language(language())}: {points}/{group.group.points}")
        for each in group.shares:
            value = words.get(each.why) or f"{each.part}/{each.whole} = {number(each.percent)} %"
            earned = "" if each.points is None else f" -> {each.points}/{each.indicator.points}"
            _line(
                each.indicator.title.in_language(language()),
                value + earned,
                each.indicator.formula,
                not each.indicator.checked,
            )
    for figure in found.figures:
        value = (
            words.get(figure.why)
            or f"{figure.part}/{figure.whole} = {number(figure.value)} ({_unit(figure.measure.unit)})"
        )
        _line(figure.measure.title.in_language(language()), value, figure.measure.formula, unchecked=False)


def _line(title: str, value: str, formula: Any, unchecked: bool) -> None:
    print(f"  {title}: {value}{' *' if unchecked else ''}")
    print(f"    {formula.in_language(language())}")


def _total(found: Index) -> str:
    if found.points is None:
        return say("no data")
    told = say("{points} of the {measured} points that could be measured; not measured: {rest}")
    return told.format(points=found.points, measured=found.measured, rest=found.unmeasured)


def _unit(unit: str) -> str:
    words = {
        "percent": "%",
        "working_hours": say("working hours"),
        "times": say("times"),
        "minutes": say("minutes"),
        "fields": say("fields"),
    }
    return words[unit]


def _leave(reason: str, code: int) -> NoReturn:
    print(reason, file=sys.stderr)
    sys.exit(code)
