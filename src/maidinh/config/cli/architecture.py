"""`maidinh architecture …`: architecture versions from their files, held together, drawn, united; the rest beside it.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli import drafts
from maidinh.config.cli.architecture_check import check, rules
from maidinh.config.cli.architecture_compare import diff, merge
from maidinh.config.cli.architecture_exchange import export, import_
from maidinh.config.cli.architecture_nas import nas_check
from maidinh.config.cli.architecture_nas_versions import nas_changes, nas_issue
from maidinh.config.cli.architecture_reading import coverage, impact, responsibilities, search, technology
from maidinh.config.cli.architecture_union import unite
from maidinh.config.failures import told_plainly
from maidinh.config.texts import LOCALE, language, say

if TYPE_CHECKING:
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.infrastructure.organisations.definition import Organisations

app = typer.Typer(help=say("Architectures: check, draw, exchange, compare and merge them."), no_args_is_help=True)
app.command(help=say("Say whether an architecture conforms to its framework and the law, and what does not."))(check)
app.command(help=say("List the rules of conformity, or run a rule file's own examples."))(rules)
app.command("import", help=say("Read a model of any format and say what it holds and what is wrong."))(import_)
app.command("export", help=say("Write a model in the format of another tool, without loss."))(export)
app.command(help=say("Say what differs between two models, field by field, and what that means."))(diff)
app.command(help=say("Merge two models that were made of one, with a conflict for each field."))(merge)
app.command(help=say("Unite two architectures into one; says what collides until all of it is decided."))(unite)
app.command("draft-pull", help=say("Write a draft as version.yaml, without what it inherits."))(drafts.pull)
app.command("draft-push", help=say("Bring a draft's file back; conflicts are listed."))(drafts.push)
app.command("nas-check", help=say("Hold a national data set against its quality rules before it is sent."))(nas_check)
app.command("nas-changes", help=say("Say what changed between two national data sets, and of which class."))(
    nas_changes
)
app.command("nas-issue", help=say("Freeze a national data set as issued, with its decision and closing date."))(
    nas_issue
)
app.command(help=say("Find components by name, id, description or code; accents may be left out."))(search)
app.command(help=say("Say what depends on a component, or what it depends on, to any depth."))(impact)
app.command(help=say("Say what each agency owns, runs, provides, uses and owes."))(responsibilities)
app.command(help=say("Say how far the five reference models cover an architecture."))(coverage)
app.command(help=say("Say which products are in use, what stands on them, and which must go."))(technology)

WRONG_USE = 2

Folder = Annotated[
    Path | None, typer.Argument(help=say("The folder of a version, which holds version.yaml."), show_default=False)
]
Province = Annotated[str | None, typer.Option("--province", help=say("A province of the definitions instead."))]
Number = Annotated[str | None, typer.Option("--version", help=say("Its version. Unset: the one in force."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@app.command(help=say("Draw a version as SVG in seven bands."))
@told_plainly
def draw(
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write."))],
    folder: Folder = None,
    province: Province = None,
    version: Number = None,
    relations: Annotated[bool, typer.Option(help=say("Draw the relations that are no connections too."))] = True,
    definitions: Definitions = None,
) -> None:
    """Draw a version as SVG in seven bands."""
    model, organisations = _read(folder, province, version, definitions)
    output.write_text(_picture(model, organisations, relations), "utf-8")
    print(output)


def _picture(model: ArchitectureVersion, organisations: Organisations, relations: bool) -> str:
    """The picture in the terminal's language; without a database nothing was seen, so no traffic stands on it."""
    import django
    from django.conf import settings
    from django.utils.translation import override

    if not settings.configured:
        settings.configure(USE_I18N=True, LOCALE_PATHS=[str(LOCALE)], LANGUAGE_CODE=language())
        django.setup()
    from maidinh.channels.web.picture import picture
    from maidinh.governance.architecture.rules import instance_of, service_ids, subsystem_ids
    from maidinh.governance.conformity.rules import Flow, compare

    instance = instance_of(organisations.code)
    ends = {*subsystem_ids(model, instance), *service_ids(model, instance)}
    flows = [Flow(each.from_, each.to) for each in model.relations if each.contract and {each.from_, each.to} <= ends]
    owners = {agency.code: agency.name.in_language(language()) for agency in organisations.agencies}
    with override(language()):
        return picture(
            model, compare(flows, []), language=language(), owners=owners, official=True, relations=relations
        )


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
