"""`maidinh procedure convert`: a procedure's process as BPMN 2.0, and the steps of such a file as YAML.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.architecture_given import leave
from maidinh.config.cli.project_given import DONE, FINDINGS, AsJson, print_json
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.services.procedures.definition import Step

YAML, DIAGRAM = (".yaml", ".yml"), (".bpmn", ".xml")
PROCEDURE = "procedure.yaml"

File = Annotated[Path, typer.Argument(help=say("A procedure.yaml or its folder, or a BPMN file."), show_default=False)]
Output = Annotated[Path, typer.Option("--output", "-o", help=say("The file to write: .bpmn or .yaml."))]


@told_plainly
def convert(file: File, output: Output, as_json: AsJson = False) -> None:
    """Write the process as BPMN 2.0, or the steps of a BPMN file as YAML; nothing is lost either way."""
    source = file / PROCEDURE if file.is_dir() else file
    forms = source.suffix.lower(), output.suffix.lower()
    if forms[0] in YAML and forms[1] in DIAGRAM:
        content, steps = _diagram(source, as_json)
    elif forms[0] in DIAGRAM and forms[1] in YAML:
        content, steps = _steps(source, as_json)
    else:
        leave(f"{file}, {output}: {say('expected a .yaml and a .bpmn, either way round')}")
    write_whole(output, content)
    if as_json:
        print_json({"file": str(output), "steps": steps})
    else:
        print(f"{output}: {say('steps')}: {len(steps)}")
    sys.exit(DONE)


def _diagram(file: Path, as_json: bool) -> tuple[bytes, list[str]]:
    from maidinh.infrastructure.definitions.reading import read_form
    from maidinh.services.procedures.definition import Procedure
    from maidinh.services.processes.bpmn.marking import NotExpressible
    from maidinh.services.processes.bpmn.writing import write_bpmn

    procedure = read_form(file, Procedure)
    try:
        return write_bpmn(procedure), [step.id for step in procedure.steps]
    except NotExpressible as error:
        _tell(as_json, [{"file": str(file), "line": 0, "place": error.step, "expected": str(error)}])


def _steps(file: Path, as_json: bool) -> tuple[bytes, list[str]]:
    from maidinh.services.processes.bpmn.reading import FILE_SIZE_LIMIT, NotOfTheProfile, read_bpmn

    with file.open("rb") as stream:
        content = stream.read(FILE_SIZE_LIMIT + 1)
    try:
        process = read_bpmn(content)
    except NotOfTheProfile as error:
        _tell(as_json, [{"file": str(file), "line": fault.line, "place": fault.element, "expected": fault.expected}
                        for fault in error.faults])  # fmt: skip
    return steps_as_yaml(process.steps), [step.id for step in process.steps]


def steps_as_yaml(steps: list[Step]) -> bytes:
    """The steps as they stand in a procedure.yaml, to be put in the place of the old ones."""
    import yaml

    content = {"steps": [step.model_dump(mode="json", exclude_unset=True) for step in steps]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110).encode()


def _tell(as_json: bool, findings: list[dict[str, object]]) -> NoReturn:
    if as_json:
        print_json({"findings": findings})
    else:
        for each in findings:
            print("{file}:{line}: {place}: {expected}".format(**each), file=sys.stderr)
    sys.exit(FINDINGS)
