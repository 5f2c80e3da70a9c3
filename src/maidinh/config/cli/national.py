"""`maidinh national status` and `maidinh national retry`: what waits for the national portal, and what it refused.

Layer 0, config. Works on the installation's database as the worker does. Exit codes: 0 nothing is parked or late,
1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.doctor import environment_at
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment

FINDINGS, WRONG_USE, FAILED = 1, 2, 3
Json = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]

app = typer.Typer(help=say("Dossiers told to the national portal."), no_args_is_help=True)


@app.callback()
def national() -> None:
    """Dossiers told to the national portal."""


@app.command(help=say("What waits for the national portal, since when, and what it refused and why."))
@told_plainly
def status(as_json: Json = False, data: Data = None) -> None:
    """What waits for the national portal, since when, and what it refused and why."""
    environment = environment_at(data, None, None)
    at = datetime.now(UTC)
    with _as_worker(environment):
        from maidinh.services.nationalportal.queries import standing

        found = standing()
    late = found.oldest is not None and at - found.oldest > timedelta(hours=environment.national_portal_late_hours)
    if as_json:
        document = asdict(found) | {"connected": environment.national_portal, "late": late}
        print(json.dumps(document, ensure_ascii=False, indent=2, default=_moment))
    else:
        _tell(found, late)
        if not environment.national_portal:
            print(say("MAIDINH_NATIONAL_PORTAL is off: nothing is sent."))
    if found.parked or late:
        sys.exit(FINDINGS)


@app.command(help=say("Send messages again that the national portal refused: of one dossier, or all."))
@told_plainly
def retry(
    code: Annotated[str | None, typer.Argument(help=say("The dossier's code, ours or the nation's."))] = None,
    every: Annotated[bool, typer.Option("--all", help=say("All that are parked."))] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Send messages again that the national portal refused: of one dossier, or all."""
    if (code is None) != every:
        print(say("Name a dossier, or give --all."), file=sys.stderr)
        sys.exit(WRONG_USE)
    environment = environment_at(data, None, None)
    with _as_worker(environment):
        from maidinh.services.nationalportal.actions.delivering import send_again

        count = send_again(code=code, at=datetime.now(UTC))
    if as_json:
        print(json.dumps({"dossiers": count}))
    else:
        print(say("Dossiers whose messages go again: {count}").format(count=count))
    if not count and code is not None:
        print(say("Nothing of {code} is parked.").format(code=code), file=sys.stderr)
        sys.exit(FINDINGS)


@contextmanager
def _as_worker(environment: Environment) -> Iterator[None]:
    os.environ.update(environment.variables())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import OperationalError

    from maidinh.infrastructure.database.standing import as_role

    if not settings.CONNECTIONS.prepared:
        print(say("Nothing was prepared here yet: start the installation with maidinh up."), file=sys.stderr)
        sys.exit(FAILED)
    try:
        with as_role(settings.CONNECTIONS, "worker"):
            yield
    except OperationalError as error:
        print(say("The database does not answer: {reason}").format(reason=str(error).strip()), file=sys.stderr)
        sys.exit(FAILED)


def _tell(found: Any, late: bool) -> None:
    print(
        say("Messages waiting: {count}, of dossiers: {dossiers}").format(count=found.waiting, dossiers=found.dossiers)
    )
    if found.oldest is not None:
        since = f"{found.oldest.astimezone():%Y-%m-%d %H:%M}"
        print(say("The oldest has waited since {since}.").format(since=since))
    if late:
        print(say("That is longer than MAIDINH_NATIONAL_PORTAL_LATE_HOURS allows."))
    if found.last_error:
        print(say("The last failure: {reason}").format(reason=found.last_error))
    for each in found.parked:
        told = say("{code}: message {serial} ({kind}) was refused: {reason}. Waiting behind it: {behind}.")
        print(told.format(**asdict(each)))
    if found.parked:
        print(say("Mend the cause, then: maidinh national retry CODE, or --all."))
    print(say("Delivered so far: {count}").format(count=found.delivered))
    told = say("From the portal: waiting {waiting}, refused {refused}, dossiers of ministries {sectoral}.")
    print(told.format(waiting=found.inbound_waiting, refused=found.inbound_refused, sectoral=found.sectoral))
    if found.poll_error:
        print(say("Its list: {reason}").format(reason=found.poll_error))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()
