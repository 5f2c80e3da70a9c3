"""`maidinh architecture diff|merge`: two models compared, and two merged that were made of one.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.texts import say
from maidinh.infrastructure.definitions.collection import uncollected

if TYPE_CHECKING:
    from maidinh.governance.comparison.merging import Merge
    from maidinh.governance.modelling.definition import Model

DONE, FINDINGS, WRONG_USE, FAILED = 0, 1, 2, 3
INSTANCE = "VN"

AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]


@uncollected()
def diff(
    a: Annotated[Path, typer.Argument(help=say("The older model: a version's folder or a file."), show_default=False)],
    b: Annotated[Path, typer.Argument(help=say("The newer one."), show_default=False)],
    as_json: AsJson = False,
    expiring_by: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=say("Tell the contracts too that end by this day.")),
    ] = None,
) -> None:
    """Say what differs between two models, thing by thing and field by field, and what that means."""
    from maidinh.config.cli.architecture_findings import told_difference
    from maidinh.governance.comparison.consequences import consequences
    from maidinh.governance.comparison.difference import difference
    from maidinh.governance.comparison.parts import Incomparable

    old, new = _read(a), _read(b)
    try:
        found = difference(old, new)
    except Incomparable as error:
        _leave(str(error), FAILED)
    until: date | None = expiring_by.date() if expiring_by else None
    meaning = consequences(old, new, found, instance=INSTANCE, expiring_by=until)
    if as_json:
        _print_json(found.as_json() | {"consequences": [each.as_json() for each in meaning]})
    else:
        for line in told_difference(found, meaning):
            print(line)
    sys.exit(FINDINGS if found else DONE)


@uncollected()
def merge(
    base: Annotated[Path, typer.Argument(help=say("The model that both were made of."), show_default=False)],
    a: Annotated[Path, typer.Argument(help=say("One of the two, called ours."), show_default=False)],
    b: Annotated[Path, typer.Argument(help=say("The other, called theirs."), show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help=say("The file to write. Unset: the model goes to standard output.")),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help=say("A file that says for each conflict: ours, theirs, base or {value: …}."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Merge two models that were made of one, with a conflict for each field that both changed differently."""
    from maidinh.config.cli.architecture_files import write_whole
    from maidinh.governance.comparison.conflicts import Undecidable
    from maidinh.governance.comparison.merging import merge as merge_models
    from maidinh.governance.comparison.parts import Incomparable

    before, ours, theirs = (_read(path) for path in (base, a, b))
    try:
        found = merge_models(before, ours, theirs, decided(decisions))
    except Undecidable as error:
        _leave(str(error), WRONG_USE)
    except Incomparable as error:
        _leave(str(error), FAILED)
    try:
        content = _content(found.model, output)
        if output is not None:
            write_whole(output, content)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        _leave(str(error), WRONG_USE)
    except OSError as error:
        _leave(str(error), FAILED)
    _tell_merge(found, output, content, as_json)
    sys.exit(FINDINGS if found.conflicts else DONE)


def _tell_merge(found: Merge, output: Path | None, content: bytes, as_json: bool) -> None:
    from maidinh.config.cli.architecture_findings import told_merge

    if as_json:
        model = None if output else found.model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        _print_json(found.as_json() | {"output": str(output) if output else None, "model": model})
        return
    if output is None:
        print(content.decode(), end="")
    told_merge(found, output, sys.stdout if output else sys.stderr)


def _read(path: Path) -> Model:
    """The model in a file of any kind; a version stands on its own and no longer says what it inherited."""
    from maidinh.governance.architecture.reading import FILE
    from maidinh.governance.interchange.files import read_model
    from maidinh.governance.interchange.problems import FileRefused
    from maidinh.infrastructure.definitions.reading import DefinitionError

    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        _leave(f"{file}: {say('there is no such file')}", WRONG_USE)
    try:
        return read_model(path, keep_cycles=True)
    except (FileRefused, DefinitionError) as error:
        _leave(str(error), FAILED)


def _content(model: Model, output: Path | None) -> bytes:
    """The model in the format that the file's name asks for."""
    from maidinh.config.cli.architecture_files import FORM_BY_ENDING, UnknownForm, written
    from maidinh.governance.interchange.problems import FileRefused

    try:
        return written(model, output or Path("model.yaml"))
    except UnknownForm:
        _leave(f"{output}: {say('expected a name that ends in one of')} {', '.join(FORM_BY_ENDING)}", WRONG_USE)
    except FileRefused as error:
        _leave(str(error), FAILED)


def decided(path: Path | None) -> dict[str, Any]:
    """What people decided, from YAML or JSON."""
    from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml

    if path is None:
        return {}
    try:
        content, _ = read_yaml(path)
    except DefinitionError as error:
        _leave(str(error), WRONG_USE)
    if not isinstance(content, dict):
        _leave(f"{path}: {say('expected the key of a conflict and the decision on each line')}", WRONG_USE)
    return {str(key): json.loads(json.dumps(value, default=str)) for key, value in content.items()}


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def _leave(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
