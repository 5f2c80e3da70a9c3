"""`maidinh architecture …`: architecture versions from their files, held together, drawn, united; the rest beside it.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli import drafts
from maidinh.config.cli.architecture_compare import diff, merge
from maidinh.config.cli.architecture_documents import document, dossier
from maidinh.config.cli.architecture_draw import draw
from maidinh.config.cli.architecture_exchange import export, import_
from maidinh.config.cli.architecture_nas import nas_check
from maidinh.config.cli.architecture_nas_versions import nas_changes, nas_issue
from maidinh.config.cli.architecture_union import unite
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.infrastructure.organisations.definition import Organisations

app = typer.Typer(help=say("Architectures: check, draw, exchange, compare and merge them."), no_args_is_help=True)
app.command("import", help=say("Read a model of any format and say what it holds and what is wrong."))(import_)
app.command(help=say("Draw any view of a model, as SVG, PNG, PDF or a page with its table."))(draw)
app.command("export", help=say("Write a model in the format of another tool, without loss."))(export)
app.command(help=say("Say what differs between two models, field by field, and what that means."))(diff)
app.command(help=say("Merge two models that were made of one, with a conflict for each field."))(merge)
app.command(help=say("Unite two architectures into one; says what collides until all of it is decided."))(unite)
app.command(help=say("Write the architecture as a document, Word or PDF, in a framework's structure."))(document)
app.command(help=say("Write the dossier put up for issue; says what its checklist finds."))(dossier)
app.command("draft-pull", help=say("Write a draft as version.yaml, without what it inherits."))(drafts.pull)
app.command("draft-push", help=say("Bring a draft's file back; conflicts are listed."))(drafts.push)
app.command("nas-check", help=say("Hold a national data set against its quality rules before it is sent."))(nas_check)
app.command("nas-changes", help=say("Say what changed between two national data sets, and of which class."))(
    nas_changes
)
app.command("nas-issue", help=say("Freeze a national data set as issued, with its decision and closing date."))(
    nas_issue
)

DONE, FINDINGS, WRONG_USE = 0, 1, 2

Folder = Annotated[
    Path | None, typer.Argument(help=say("The folder of a version, which holds version.yaml."), show_default=False)
]
Province = Annotated[str | None, typer.Option("--province", help=say("A province of the definitions instead."))]
Number = Annotated[str | None, typer.Option("--version", help=say("Its version. Unset: the one in force."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@app.command(help=say("Read a version with all it inherits and say what does not fit together."))
@told_plainly
def check(
    folder: Folder = None,
    province: Province = None,
    version: Number = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    definitions: Definitions = None,
) -> None:
    """Read a version with all it inherits and say what does not fit together."""
    from maidinh.governance.architecture.rules import problems

    model, organisations = _read(folder, province, version, definitions)
    found = problems(model, [agency.code for agency in organisations.agencies])
    if as_json:
        facts = {"province": model.province, "version": model.version, "elements": len(model.elements)}
        print(json.dumps(facts | {"relations": len(model.relations), "problems": found}, ensure_ascii=False, indent=2))
    else:
        for line in found:
            print(line)
        print(f"{model.province} {model.version}: {say('problems found')}: {len(found)}")
    sys.exit(FINDINGS if found else DONE)


def _read(
    folder: Path | None, province: str | None, version: str | None, definitions: Path | None
) -> tuple[ArchitectureVersion, Organisations]:
    from maidinh.governance.architecture.reading import FILE, read_versions, resolve, version_in_force
    from maidinh.governance.architecture.rules import with_agency_codes
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.organisations.reading import read_organisations

    if (folder is None) == (province is None):
        _leave(say("Name either the folder of a version or a province."))
    if folder is not None:
        if not (folder / FILE).is_file():
            _leave(f"{folder}: {say('there is no version.yaml')}")
        root, version = folder.resolve().parents[1], folder.resolve().name
    else:
        root = province_root(str(province), definitions)
    versions = read_versions(root)
    organisations = read_organisations(root)
    try:
        model = resolve(versions, version or version_in_force(versions))
    except ValueError as error:
        _leave(str(error))
    return with_agency_codes(model, organisations), organisations


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
