"""`maidinh calendar plan|apply`: what a changed working calendar does to open dossiers, and the dates moved by it.

Layer 0, config. The calendars are those of the definitions, as the installation reads them; works on its database.
`plan` writes nothing; `apply` counts each dossier anew by itself, so that doing it again goes on where it broke off.
Exit codes: 0 done, 1 dossiers changed meanwhile, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.doctor import environment_at
from maidinh.config.cli.procedure_change import in_database
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.services.dossiers.actions.recounting import Recount

DONE, FINDINGS = 0, 1
SHOWN = 20  # dossiers; --json holds them all

app = typer.Typer(help=say("The working calendar and the dates that follow from it."), no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]


@app.command(help=say("Say which open dossiers the calendar in force counts otherwise; nothing is written."))
@told_plainly
def plan(as_json: AsJson = False, data: Data = None) -> None:
    """Say which dates would move."""
    found = in_database(environment_at(data.resolve() if data else None, None, None), _planned)
    if as_json:
        told = {"dossiers": [each.as_json() for each in found], "count": len(found)}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(found)
    sys.exit(DONE)


@app.command(help=say("Count the open dossiers anew by the calendar in force, and tell their applicants."))
@told_plainly
def apply(
    reason: Annotated[
        str, typer.Option(help=say("The notice or decision that changed the calendar; applicants read it."))
    ],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Move the dates."""
    if not reason.strip():
        print(say("Say which notice or decision changed the calendar: --reason."), file=sys.stderr)
        sys.exit(2)
    found = in_database(environment_at(data.resolve() if data else None, None, None), lambda: _applied(reason))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(say("Counted anew: {count} dossiers").format(count=found["recounted"]))
        if found["changed"]:
            print(say("Changed meanwhile; do it again: {codes}").format(codes=", ".join(found["changed"][:SHOWN])))
    sys.exit(DONE if not found["changed"] else FINDINGS)


def _planned() -> list[Recount]:
    from django.conf import settings

    from maidinh.infrastructure.database.standing import as_role
    from maidinh.services.dossiers.actions.recounting import recounts

    with as_role(settings.CONNECTIONS, "worker"):
        return list(recounts())


def _applied(reason: str) -> dict[str, Any]:
    from django.conf import settings

    from maidinh.infrastructure.database.standing import as_role
    from maidinh.services.dossiers.actions.recounting import DossierChanged, recount_dossier

    at, planned = datetime.now(UTC), _planned()
    recounted, changed = 0, []
    with as_role(settings.CONNECTIONS, "web"):
        for each in planned:
            try:
                recounted += recount_dossier(foreseen=each, reason=reason, at=at)
            except DossierChanged as stray:
                changed.append(stray.code)
    return {"recounted": recounted, "changed": changed, "dossiers": [each.as_json() for each in planned]}


def _tell(found: Sequence[Recount]) -> None:
    from django.utils.timezone import localtime

    for each in found[:SHOWN]:
        before, after = (f"{localtime(moment):%d/%m/%Y %H:%M}" for moment in (each.old_due, each.new_due))
        ends = f"{say('due')} {before} → {after}" if before != after else f"{say('due')} {before}, {say('unchanged')}"
        steps = "; ".join(
            f"{step.step} {localtime(step.old_due):%d/%m/%Y %H:%M} → {localtime(step.new_due):%d/%m/%Y %H:%M}"
            for step in each.steps
        )
        print(f"{each.code}: {ends}{f'; {steps}' if steps else ''} ({each.calendar})")
    if len(found) > SHOWN:
        print(say("and {count} more; --json tells them all").format(count=len(found) - SHOWN))
    print(say("Open dossiers that are counted otherwise: {count}").format(count=len(found)))
