"""`maidinh architecture nas-changes|nas-issue`: what changed between national data sets; one frozen as issued.

Layer 0, config. Works on files alone; no database. The register of what was issued is a YAML file that only grows.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.architecture_nas import AsJson, Definitions, Structure, structure_and_commune_model
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.nas.definition import DataSetStructure
    from maidinh.governance.nas.records import DataSet
    from maidinh.governance.nas.versions import IssuedDataSet

DONE, FINDINGS, WRONG_USE = 0, 1, 2
DAY = ["%Y-%m-%d"]

Register = Annotated[Path, typer.Option("--register", help=say("The file that lists what was issued; it only grows."))]


@told_plainly
def nas_changes(
    before: Annotated[Path, typer.Argument(help=say("The data set as it was issued."))],
    after: Annotated[Path, typer.Argument(help=say("The data set as it is now."))],
    structure: Structure = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Say what changed between two national data sets, and whether that makes a new version."""
    from maidinh.governance.nas.versions import changed

    chosen, _ = structure_and_commune_model(structure, definitions)
    change = changed(chosen, _read(before, chosen), _read(after, chosen))
    if as_json:
        kind = None if change.kind is None else {"id": change.kind.id, "new_version": change.new_version}
        told = [asdict(each) for each in change.differences]
        print(json.dumps({"kind": kind, "differences": told}, ensure_ascii=False, indent=2))
    else:
        for each in change.differences:
            field = f" {each.field}: {each.before or '–'} → {each.after or '–'}" if each.field else ""
            print(f"{each.sheet} {each.identity}: {each.kind}{field} [{each.weight}]")
        if change.kind is None:
            print(say("No difference."))
        else:
            print(f"{change.kind.vi}: {change.kind.handling.in_language(language())}")
    sys.exit(FINDINGS if change.differences else DONE)


@told_plainly
def nas_issue(
    file: Annotated[Path, typer.Argument(help=say("The workbook that was issued."))],
    register: Register,
    version: Annotated[str, typer.Option("--version", help=say("The number of the version."))],
    decision: Annotated[str, typer.Option("--decision", help=say("The number of the decision that issued it."))],
    decided_on: Annotated[datetime, typer.Option(formats=DAY, help=say("The day of the decision."))],
    closed_on: Annotated[datetime, typer.Option(formats=DAY, help=say("The day on which the data were closed."))],
    effective_from: Annotated[datetime, typer.Option(formats=DAY, help=say("The day from which it is in effect."))],
    structure: Structure = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Freeze a national data set as issued: by its hash, with its decision and closing date."""
    from maidinh.config.cli.architecture_files import write_whole
    from maidinh.governance.nas.rules import checked
    from maidinh.governance.nas.versions import Frozen, IssuedDataSet, frozen

    chosen, commune = structure_and_commune_model(structure, definitions)
    verdict = checked(chosen, _read(file, chosen), "issue", None, commune.codes() if commune else frozenset())
    if verdict.findings:
        _leave(f"{file}: {say('Findings')}: {len(verdict.findings)}. {say('Mend them first: nas-check names each.')}")
    content = file.read_bytes()
    new = IssuedDataSet(
        version=version, structure=chosen.id, sha256=hashlib.sha256(content).hexdigest(),
        closed_on=closed_on.date(), effective_from=effective_from.date(), decision=decision,
        decided_on=decided_on.date(),
    )  # fmt: skip
    issued = read_register(register)
    try:
        frozen(issued, new, content)
    except Frozen as error:
        _leave(str(error))
    write_whole(register, _written([*issued, new]))
    facts = new.model_dump(mode="json")
    print(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else f"{version}: {new.sha256} -> {register}")


def read_register(path: Path) -> list[IssuedDataSet]:
    """What was issued so far; nothing where the file isn't there yet. Raises DefinitionError."""
    from maidinh.governance.nas.versions import IssuedDataSets
    from maidinh.infrastructure.definitions.reading import read_form

    return list(read_form(path, IssuedDataSets).issued) if path.exists() else []


def _written(issued: list[IssuedDataSet]) -> bytes:
    import yaml

    content = {"issued": [each.model_dump(mode="json") for each in issued]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()


def _read(file: Path, structure: DataSetStructure) -> DataSet:
    from maidinh.governance.nas.workbook import read_data_set
    from maidinh.infrastructure.workbooks.problems import TableRefused

    try:
        return read_data_set(file, structure)
    except TableRefused as refused:
        _leave(refused)


def _leave(message: Any) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(FINDINGS)
