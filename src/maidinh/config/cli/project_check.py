"""`maidinh project check`: whether a project is in order, before anybody appraises it.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated

import typer

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
    json_of,
    lines_of,
    print_json,
)
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say


@told_plainly
def check(
    file: File,
    province: Province = None,
    architecture: Architecture = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("The day for which it is checked. Unset: today.")),
    ] = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Say what is wrong in a project, at its field, and the remedy."""
    from maidinh.config.projects_check import known_around, with_places
    from maidinh.governance.projects.faults import faults
    from maidinh.governance.projects.tables import places_in
    from maidinh.infrastructure.definitions.locating import definitions_root

    project = given_project(file, as_json=as_json)
    given, model = given_version(file, architecture, province, definitions, as_json=as_json)
    national = given.root.parents[1] / "national" if given.root is not None else None
    if national is None or not national.is_dir():
        national = definitions_root(definitions) / "national"
    known = known_around(model, given.organisations, given.root, national)
    day = date.today() if as_of is None else as_of.date()  # noqa: DTZ011 - the calendar on the wall
    found = faults(project, known, today=day)
    if file.suffix.lower() == ".xlsx":
        found = with_places(found, places_in(file.read_bytes()))
    if as_json:
        print_json({"project": project.id, "architecture": model.version, "faults": json_of(file, found)})
    else:
        for line in lines_of(file, found):
            print(line)
        name = project.title.in_language(language())
        facts = f"{say('version')} {model.version}; {say('changes')}: {len(project.changes)}"
        print(f"{project.id}: {name} ({facts}). {say('Faults found')}: {len(found)}.")
    sys.exit(FINDINGS if found else DONE)
