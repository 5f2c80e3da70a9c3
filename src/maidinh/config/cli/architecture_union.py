"""`maidinh architecture unite`: two provinces' architectures become one, by decisions that stand in a file.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli.architecture_files import stated_alone, write_whole
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.modelling.collisions import Collision
    from maidinh.governance.modelling.union import Decisions, Union

DONE, FINDINGS, WRONG_USE = 0, 1, 2

Version = Annotated[
    Path, typer.Argument(help=say("A version: its folder, its version.yaml, or a file of another tool that holds it."))
]


@told_plainly
def unite(
    first: Version,
    second: Version,
    decisions: Annotated[Path | None, typer.Option("--decisions", help=say("What was decided, as YAML."))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("The file to write."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
) -> None:
    """Unite two architectures into one; says what collides until all of it is decided."""
    from maidinh.governance.architecture.reading import following, frameworks_around
    from maidinh.governance.architecture.rules import problems
    from maidinh.governance.modelling.union import unite as united
    from maidinh.governance.modelling.writing import to_yaml

    a, b = _read(first), _read(second)
    decided = _decisions(decisions, a, b)
    framework, frameworks = decided.result.framework if decided.result else a.framework, frameworks_around(first)
    try:
        a, b = (following(each, framework, frameworks) for each in (a, b))
        union = united(a, b, decided)
    except ValueError as error:
        _leave(f"{decisions}: {error}")
    model = _version(union, a, decided)
    found = [] if union.undecided else problems(model)
    if output is not None:
        write_whole(output, to_yaml(stated_alone(model, output)).encode())
    if as_json:
        print(json.dumps(_facts(union, model, found), ensure_ascii=False, indent=2))
    else:
        _tell(union, model, found)
    sys.exit(FINDINGS if union.undecided or union.unknown or found else DONE)


def _read(path: Path) -> ArchitectureVersion:
    """A version with all it inherits."""
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.architecture.reading import FILE
    from maidinh.governance.interchange.files import read_model
    from maidinh.governance.interchange.problems import FileRefused

    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        _leave(f"{path}: {say('there is no version.yaml')}")
    try:
        model = read_model(path)
    except FileRefused as error:
        _leave(str(error))
    if not isinstance(model, ArchitectureVersion):
        _leave(f"{path}: {say('this is no version of a province: only such versions are united')}")
    return model


def _decisions(path: Path | None, a: ArchitectureVersion, b: ArchitectureVersion) -> Decisions:
    from maidinh.governance.modelling.union import Decisions
    from maidinh.infrastructure.definitions.reading import read_form

    origins = {side: {"province": each.province, "version": each.version} for side, each in (("a", a), ("b", b))}
    if path is None:
        return Decisions.model_validate(origins)
    decided = read_form(path, Decisions)
    for side, origin in origins.items():
        meant = getattr(decided, side).model_dump()
        if meant != origin:
            other = f"{meant['province']} {meant['version']}"
            _leave(f"{path}: {side}: {say('these are decisions for another model')} ({other})")
    return decided


def _version(union: Union, a: ArchitectureVersion, decided: Decisions) -> ArchitectureVersion:
    """The united model under the header that the decisions give it, else that of the first."""
    from maidinh.governance.architecture.definition import ArchitectureVersion

    header = decided.result.model_dump() if decided.result else {}
    sample = decided.sample or a.sample
    unsaid = dict.fromkeys(("decision", "decided_on", "note")) if decided.result else {}
    content = union.model.model_dump(by_alias=True) | unsaid | header
    return ArchitectureVersion.model_validate(content | {"inherits": None, "sample": sample, "checked": False})


def _facts(union: Union, model: ArchitectureVersion, found: list[str]) -> dict[str, object]:
    open_ = {each.key for each in union.undecided}
    return {
        "province": model.province,
        "version": model.version,
        "elements": len(model.elements),
        "relations": len(model.relations),
        "collisions": [
            {
                "collision": each.key,
                "kinds": list(each.kinds),
                "differs": {name: {"a": one, "b": other} for name, one, other in each.between},
                "options": list(each.options),
                "undecided": each.key in open_,
            }
            for each in union.collisions
        ],
        "unknown": union.unknown,
        "problems": found,
        "became": [
            {"side": each.side, "section": each.section, "id": each.id, "how": each.how, "into": each.into}
            for each in union.fates
        ],
    }


def _tell(union: Union, model: ArchitectureVersion, found: list[str]) -> None:
    for each in union.undecided:
        _tell_collision(each)
    for key in union.unknown:
        print(f"{key}: {say('this is no collision of these models')}")
    for line in found:
        print(line)
    print(
        f"{model.province} {model.version}: {say('elements')}: {len(model.elements)}, "
        f"{say('collisions')}: {len(union.collisions)}, {say('undecided')}: {len(union.undecided)}, "
        f"{say('problems found')}: {len(found)}"
    )


def _tell_collision(collision: Collision) -> None:
    print(f"{collision.key}: {', '.join(collision.kinds)}")
    for name, one, other in collision.between:
        print(f"    {name}: {one or '-'} | {other or '-'}")
    print(f"    {say('choose')}: {', '.join(collision.options)}")


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
