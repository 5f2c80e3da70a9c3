"""`maidinh procedure pull`: the files of a version that the installation keeps, as the definitions hold them.

Layer 0, config. A version approved in the browser has no file of its own: this writes what was approved, byte for byte,
to be kept in git. What is written reads as the very version that is kept, else nothing is. A file that says something
else is never written over. Exit codes: 0 written, 1 a file stands there that differs, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.doctor import environment_at
from maidinh.config.cli.procedure_change import AsJson, Data, in_database
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.services.procedures.queries import ProcedureVersion

FINDINGS, WRONG_USE, FAILED = 1, 2, 3


@told_plainly
def pull(
    code: Annotated[str, typer.Argument(help=say("The code of the procedure."))],
    output: Annotated[
        Path, typer.Option("--output", "-o", help=say("The folder of the definitions: a province's `procedures`."))
    ],
    version: Annotated[str | None, typer.Option(help=say("Which version. Unset: the one that begins last."))] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Write the files of a version that the installation keeps, such as one approved in the browser."""
    environment = environment_at(data.resolve() if data else None, None, None)
    if not output.is_dir():
        _leave(WRONG_USE, f"{output}: {say('there is no such folder: make it first')}")
    number, files = in_database(environment, lambda: _files(code, version))
    written = _write(output / code / number, files)
    if as_json:
        told = {"procedure": code, "version": number, "folder": str(output / code / number), "files": sorted(files),
                "written": written}  # fmt: skip
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for name in sorted(files):
        print(output / code / number / name)
    told_count = say("Files of version {version}: {count}, written now: {written}.")
    print(told_count.format(version=number, count=len(files), written=len(written)))


def _files(code: str, asked: str | None) -> tuple[str, dict[str, str]]:
    """The number of the version, and its files by name."""
    from django.conf import settings

    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.database.standing import as_role
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.services.authoring.definition import VERSION
    from maidinh.services.authoring.queries import files_of
    from maidinh.services.procedures.queries import versions_of

    root = province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)
    with as_role(settings.CONNECTIONS, "web"):
        kept = versions_of(code)
        found = [each for each in kept if asked in (None, each.version)]
        if not found:
            known = ", ".join(each.version for each in kept) or say("none")
            told = say("The installation keeps no such version of {code}; it has: {known}.")
            _leave(WRONG_USE, told.format(code=code, known=known))
        version = found[-1]
        with acting(agencies={version.procedure.responsible}):
            files = files_of(version, root)
    if not VERSION.fullmatch(version.version) or not reads_as(version, files):  # a number may be written like a path
        _leave(FAILED, say("The files of version {version} don't read as it is kept.").format(version=version.version))
    return version.version, files


def reads_as(version: ProcedureVersion, files: Mapping[str, str]) -> bool:
    """Whether the loader takes the files as this version; its last day may have been set since."""
    from maidinh.infrastructure.definitions.reading import DefinitionError, read_form
    from maidinh.services.authoring.definition import MAIN
    from maidinh.services.procedures.definition import Procedure

    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / MAIN
        file.write_bytes(files[MAIN].encode())
        try:
            found = read_form(file, Procedure)
        except DefinitionError:
            return False
    kept = version.procedure
    return found.model_copy(update={"effective_to": kept.effective_to}) == kept


def _write(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write what isn't there yet; ends before anything is written where a file says something else."""
    differing = [name for name, text in files.items() if _stands(folder / name) not in (None, text.encode())]
    if differing:
        told = say("These files say something else and are left as they are: {names}.")
        _leave(FINDINGS, f"{folder}: {told.format(names=', '.join(sorted(differing)))}")
    missing = sorted(name for name in files if _stands(folder / name) is None)
    for name in missing:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, files[name].encode())
    return missing


def _stands(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _leave(code: int, text: Any) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(code)
