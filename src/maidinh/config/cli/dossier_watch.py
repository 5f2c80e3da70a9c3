"""`maidinh dossier watch`: no open dossier without an owner, a next step, a date and a last notice.

Layer 0, config. Reads the installation's database as the worker does. Exit codes: 0 nothing is missing, 1 findings,
2 wrong use, 3 the database does not answer.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from maidinh.config.cli.doctor import environment_at
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

FINDINGS, FAILED = 1, 3


@told_plainly
def watch(
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    data: Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))] = None,
) -> None:
    """Whether every open dossier has an owner, a next step, a date and a last notice."""
    environment = environment_at(data, None, None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    os.environ["MAIDINH_PROCESS"] = "worker"
    os.environ["MAIDINH_DATA"], os.environ["MAIDINH_PROVINCE"] = str(environment.data), environment.province
    import django
    from django.db import OperationalError

    django.setup()
    from maidinh.services.dossiers.queries import gaps_in_open_dossiers

    try:
        count, gaps = gaps_in_open_dossiers()
    except OperationalError as error:
        print(say("The database does not answer: {reason}").format(reason=str(error).strip()), file=sys.stderr)
        raise typer.Exit(FAILED) from error
    if as_json:
        findings = [
            {"dossier": gap.code, "lacks": gap.lacks, "agency": gap.agency, "step": gap.step, "mend": _mend(gap.lacks)}
            for gap in gaps
        ]
        print(json.dumps({"open": count, "findings": findings}, ensure_ascii=False, indent=2))
    else:
        for gap in gaps:
            place = " ".join(part for part in (gap.code, gap.agency, gap.step) if part)
            print(f"{place}: {_what(gap.lacks)} {_mend(gap.lacks)}")
        print(say("Open dossiers: {count}; findings: {findings}").format(count=count, findings=len(gaps)))
    if gaps:
        raise typer.Exit(FINDINGS)


def _what(lacks: str) -> str:
    words = {
        "owner": say("Nobody in service can do the open step."),
        "step": say("No step is open and nothing is awaited from the applicant."),
        "date": say("There is no day by which something must happen."),
        "notice": say("The applicant was never told anything."),
    }
    return words[lacks]


def _mend(lacks: str) -> str:
    words = {
        "owner": say("Give an official of the agency the step's role, or have the leader stop the dossier."),
        "step": say("Have the leader of the agency that decides look at it; stop it with a reason if nothing is left."),
        "date": say("Set the parameter dossier.supplement-wait in the rule pack that the dossier began under."),
        "notice": say("Write to the applicant, and look at the worker's undelivered events."),
    }
    return words[lacks]
