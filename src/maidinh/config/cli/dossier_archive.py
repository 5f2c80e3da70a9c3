"""`maidinh dossier archive` and `dispose`: finished dossiers put away, and proposing what may be destroyed.

Layer 0, config. Both act on the installation's database as the worker does. Proposing destroys nothing: an official
of the agency decides at `/desk/archive`, and the worker carries it out. Exit codes: 0 done, 1 findings, 2 wrong use,
3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from maidinh.config.cli.doctor import environment_at
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

FINDINGS, WRONG_USE, FAILED = 1, 2, 3
Json = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help=say("A day such as 2026-12-31. Unset: today."))
]


@told_plainly
def archive(
    until: Until = None,
    plan: Annotated[bool, typer.Option("--plan", help=say("Only say what would be put away."))] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Put away the dossiers that ended up to a day, each as its procedure says."""
    _as_worker(data)
    day = _day(until)
    from django.db import OperationalError

    from maidinh.channels.counter.signing import installation
    from maidinh.infrastructure.files.queries import DocumentDamaged
    from maidinh.infrastructure.translog.promises import Unpromised
    from maidinh.services.archives.actions import archive_ended, described
    from maidinh.services.archives.queries import to_archive

    try:
        if plan:
            found = [(each, None) for each in to_archive(day)]
        else:
            made = archive_ended(until=day, installation=installation(), log=Unpromised(), at=datetime.now(UTC))
            found = [(each.candidate, each.archive) for each in made]
    except (OperationalError, DocumentDamaged) as error:
        _leave(say("Nothing more was put away: {reason}").format(reason=str(error).strip()), FAILED)
    rows = [described(kept) if kept else _planned(candidate) for candidate, kept in found]
    unstated = sum(not candidate.stated for candidate, _ in found)
    if as_json:
        told = {"until": day.isoformat(), "plan": plan, "dossiers": rows, "without_retention": unstated}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            print(_line(row))
        words = say("To be put away: {count}") if plan else say("Put away: {count}")
        print(words.format(count=len(rows) - unstated))
        if unstated:
            print(say("Not put away, as their procedure names no retention: {count}").format(count=unstated))
    if unstated:
        raise typer.Exit(FINDINGS)


@told_plainly
def dispose(
    until: Until = None,
    decision: Annotated[
        str | None,
        typer.Option(
            "--decision", metavar="NUMBER", help=say("Propose them all under this decision. Unset: only list.")
        ),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """List the archived dossiers whose time is over, or propose that they be destroyed."""
    _as_worker(data)
    day = min(_day(until), _day(None))  # nothing is due before its day
    from django.db import OperationalError

    from maidinh.infrastructure.actor import Actor
    from maidinh.services.archives.actions import DecisionMissing, described, propose_disposals
    from maidinh.services.archives.queries import due_archives

    operator = Actor("system", id="operator", permissions=frozenset({"dossier.assign"}))
    try:
        due = due_archives(day)
        if decision is not None and due:
            codes = [each.code for each in due]
            propose_disposals(actor=operator, codes=codes, decision=decision, at=datetime.now(UTC))
    except DecisionMissing:
        _leave(say("A disposal rests on a decision: give its number with --decision."), WRONG_USE)
    except OperationalError as error:
        _leave(say("The database does not answer: {reason}").format(reason=str(error).strip()), FAILED)
    rows = [described(each) for each in due]
    if as_json:
        told = {"until": day.isoformat(), "proposed": bool(decision and due), "dossiers": rows}
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(_line(row))
    print(say("No longer to be kept: {count}").format(count=len(rows)))
    if decision and due:
        print(say("Proposed under decision {decision}. An official of each agency decides at /desk/archive.").format(
            decision=decision))  # fmt: skip


def _planned(candidate: Any) -> dict[str, Any]:
    dossier, keep = candidate.dossier, candidate.keep_until
    return {
        "dossier": dossier.code,
        "procedure": dossier.procedure.code,
        "edition": candidate.edition,
        "agency": dossier.responsible,
        "ended_on": candidate.ended_on.isoformat(),
        "keep_until": keep.isoformat() if keep else ("permanent" if candidate.permanent else None),
    }


def _line(row: dict[str, Any]) -> str:
    keep = {None: say("no retention is named"), "permanent": say("for ever")}.get(row["keep_until"], row["keep_until"])
    parts = (row["dossier"], row["procedure"], row["ended_on"], say("kept: {until}").format(until=keep))
    return "  ".join(str(part) for part in parts)


def _day(typed: str | None) -> date:
    """The day that was typed, or the office's own; once Django is set up."""
    if typed is None:
        from django.utils.timezone import localdate

        return localdate()
    try:
        return date.fromisoformat(typed)
    except ValueError:
        _leave(say("{typed} is no day such as 2026-12-31.").format(typed=typed), WRONG_USE)


def _as_worker(data: Path | None) -> None:
    environment = environment_at(data, None, None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    os.environ["MAIDINH_PROCESS"] = "worker"
    os.environ["MAIDINH_DATA"], os.environ["MAIDINH_PROVINCE"] = str(environment.data), environment.province
    import django

    django.setup()


def _leave(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
