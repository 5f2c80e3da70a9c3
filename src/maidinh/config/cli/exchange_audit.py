"""`maidinh exchange audit`: every exchange of an installation held against what was signed, published and intended.

Layer 0, config. It reads the database as its owner and the published files, and writes nothing. Exit codes: 0 all
holds, 1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.cli.exchange_operations import Data, Json, Port, connected
from maidinh.config.cli.log_checks import Language, kept_in, speak, tell
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

Against = Annotated[
    list[Path] | None, typer.Option(help=say("A checkpoint that was kept elsewhere, or a folder of them."))
]


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("audit", help=say("Hold every exchange against its signatures, its intent and the public log."))(
        audit
    )


@told_plainly
def audit(
    against: Against = None, as_json: Json = False, data: Data = None, port: Port = None, language: Language = None
) -> None:
    """Audit log, entries and evidence."""
    speak(language)
    from maidinh.config import auditing

    environment, kept = environment_meant(data, port), kept_in(against or [])
    with connected(environment, "owner") as connection:
        checks = auditing.audit(environment.home, environment.province, connection, kept)
    holds = all(check.ok is not False for check in checks)
    closing = say("Log and exchanges hold.") if holds else say("Log and exchanges do not hold.")
    tell(checks, holds, closing, as_json)
