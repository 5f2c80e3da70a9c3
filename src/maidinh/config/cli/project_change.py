"""`maidinh project diff|rebase`: what a project changes in an architecture, and the project moved onto another version.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maidinh.config.cli.architecture_given import Given, leave
from maidinh.config.cli.project_given import (
    DONE,
    FINDINGS,
    Architecture,
    AsJson,
    Definitions,
    File,
    Province,
    given_project,
    given_version,
    print_json,
    stop,
)
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.projects.definition import Project
    from maidinh.governance.projects.proposal import Rebased

INSTANCE = "VN"


@told_plainly
def diff(
    file: File,
    architecture: Architecture = None,
    province: Province = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Say what a project changes in an architecture, thing by thing and field by field, and what that means."""
    from maidinh.config.cli.architecture_findings import told_difference
    from maidinh.governance.comparison.consequences import consequences
    from maidinh.governance.comparison.difference import difference
    from maidinh.governance.projects.proposal import ProposalRefused, proposed

    project = given_project(file, as_json=as_json)
    given, old = given_version(file, architecture, province, definitions, as_json=as_json)
    try:
        new = proposed(old, _coded(project, given))
    except ProposalRefused as refused:
        stop(file, refused.faults, as_json)
    found = difference(old, new)
    meaning = consequences(old, new, found, instance=INSTANCE)
    if as_json:
        print_json(found.as_json() | {"consequences": [each.as_json() for each in meaning]})
    else:
        for line in told_difference(found, meaning):
            print(line)
    sys.exit(DONE)


@told_plainly
def rebase(
    file: File,
    from_: Annotated[
        Path,
        typer.Option(
            "--from", help=say("The version that the project is written against: a version's folder or a file.")
        ),
    ],
    onto: Annotated[Path, typer.Option("--onto", help=say("The version that it shall change."))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write: .yaml or .xlsx."))],
    decisions: Annotated[
        Path | None, typer.Option(help=say("A file that says for each conflict: ours, theirs, base or {value: …}."))
    ] = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Move a project onto another version, with a conflict for each field that both changed differently."""
    from maidinh.config.cli.architecture_compare import decided
    from maidinh.config.cli.architecture_files import write_whole
    from maidinh.config.cli.project_files import project_file
    from maidinh.governance.comparison.conflicts import Undecidable
    from maidinh.governance.projects.proposal import ProposalRefused, rebased

    project = given_project(file, as_json=as_json)
    given, base = given_version(file, from_, None, definitions, as_json=as_json)
    _, current = given_version(file, onto, None, definitions, as_json=as_json)
    try:
        found = rebased(_coded(project, given), base, current, decided(decisions))
    except ProposalRefused as refused:
        stop(file, refused.faults, as_json)
    except Undecidable as error:
        leave(str(error))
    write_whole(output, project_file(found.project, output))
    _tell(found, output, as_json)
    sys.exit(FINDINGS if found.conflicts else DONE)


def _coded(project: Project, given: Given) -> Project:
    from maidinh.governance.projects.proposal import agency_codes, with_agency_codes

    return project if given.organisations is None else with_agency_codes(project, agency_codes(given.organisations))


def _tell(found: Rebased, output: Path, as_json: bool) -> None:
    from maidinh.config.cli.architecture_findings import told_conflicts

    if as_json:
        print_json({
            "output": str(output), "architecture": found.project.architecture, "changes": len(found.project.changes),
            "conflicts": [each.as_json() for each in found.conflicts], "unused_decisions": list(found.unused),
        })  # fmt: skip
        return
    told_conflicts(found.conflicts, sys.stdout)
    for key in found.unused:
        print(f"{say('a decision about no conflict')}: {key}")
    left = f"{say('changes')}: {len(found.project.changes)}; {say('conflicts left')}: {len(found.conflicts)}"
    print(f"{output}: {say('version')} {found.project.architecture}; {left}")
    if found.conflicts:
        print(say("What nobody decided is as the version has it; decide with --decisions."))
