"""`maidinh architecture draw`: any view of any model as SVG, PNG, PDF or a page with its table; and what there is.

Layer 0, config. Works on files alone; no database, no browser.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say, saying

if TYPE_CHECKING:
    from maidinh.governance.drawings.picture import Picture
    from maidinh.governance.drawings.wording import Wording
    from maidinh.governance.modelling.definition import Model
    from maidinh.infrastructure.organisations.definition import Organisations

DONE, WRONG_USE = 0, 2
DEFAULT = "seven-layers"
FORMS = (".svg", ".png", ".pdf", ".html")


class Language(StrEnum):
    """The languages a drawing can speak."""

    vi = "vi"
    en = "en"


File = Annotated[
    Path | None,
    typer.Argument(
        help=say("An exchange file, an Archi model, a spreadsheet, YAML or the folder of a version."),
        show_default=False,
    ),
]


@told_plainly
def draw(
    file: File = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("The file to write: .svg, .png, .pdf or .html."))
    ] = None,
    view: Annotated[
        str, typer.Option("--view", help=say("What to draw: a generated drawing, or a view by its id or name."))
    ] = DEFAULT,
    listed: Annotated[bool, typer.Option("--list", help=say("Say what can be drawn, instead of drawing it."))] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("The architecture as of this day. Unset: as declared.")),
    ] = None,
    province: Annotated[
        str | None, typer.Option("--province", help=say("A province of the definitions instead."))
    ] = None,
    version: Annotated[str | None, typer.Option("--version", help=say("Its version. Unset: the one in force."))] = None,
    relations: Annotated[bool, typer.Option(help=say("Draw the relations that are no connections too."))] = True,
    spoken: Annotated[
        Language | None, typer.Option("--language", help=say("The language of the drawing. Unset: the terminal's."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    definitions: Annotated[
        Path | None,
        typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions.")),
    ] = None,
) -> None:
    """Draw a view of a model, or say what can be drawn of it."""
    from maidinh.governance.drawings.catalogue import NoSuchDrawing, find
    from maidinh.governance.drawings.catalogue import draw as drawn
    from maidinh.governance.drawings.wording import Wording

    if (file is None) == (province is None):
        _leave(say("Name either a file (or the folder of a version) or a province."))
    if not listed:
        _refuse_output(output)
    model, organisations = _read(file, province, version, as_of.date() if as_of else None, definitions, as_json)
    code = spoken.value if spoken else language()
    owners = {each.code: each.name.in_language(code) for each in organisations.agencies} if organisations else {}
    wording = Wording(code, saying(code), owners)
    if listed or output is None:
        _list(model, wording, as_json)
    if not relations:
        model = model.model_copy(update={"relations": [each for each in model.relations if each.contract]})
    try:
        picture = drawn(model, find(model, view, wording), wording)
    except NoSuchDrawing as error:
        _leave(_unknown(error.wanted, error.near))
    write_whole(output, _content(picture, output.suffix.lower(), wording))
    _told(picture, output, as_json)


def _refuse_output(output: Path | None) -> None:
    if output is None:
        _leave(say("Name the file to write: -o drawing.svg; or ask with --list what can be drawn."))
    if output.suffix.lower() not in FORMS:
        _leave(f"{output}: {say('expected a name that ends in one of')} {', '.join(FORMS)}")


def _list(model: Model, wording: Wording, as_json: bool) -> NoReturn:
    from maidinh.governance.drawings.catalogue import drawables

    found = drawables(model, wording)
    if as_json:
        print(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        wide = min(48, max(len(each.id) for each in found))
        for each in found:
            more = f"  ({say('boxes')}: {each.boxes})" if each.boxes is not None else ""
            print(f"{each.id:<{wide}}  {each.name}{more}")
    sys.exit(DONE)


def _content(picture: Picture, form: str, wording: Wording) -> bytes:
    from maidinh.governance.drawings.page import standalone
    from maidinh.governance.drawings.svg import write
    from maidinh.infrastructure.typesetting import pictured

    if form == ".html":
        return standalone(picture, wording).encode()
    svg = write(picture)
    if form == ".svg":
        return svg.encode()
    return pictured(svg, picture.width, picture.height, "png" if form == ".png" else "pdf", title=picture.title)


def _told(picture: Picture, output: Path, as_json: bool) -> None:
    boxes, lines = picture.left_out
    facts = {
        "file": str(output), "view": picture.id, "title": picture.title,
        "width": round(picture.width), "height": round(picture.height),
        "components": len(picture.box_rows), "relations": len(picture.line_rows),
        "components_only_in_the_table": boxes, "relations_only_in_the_table": lines,
    }  # fmt: skip
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    print(output)
    if boxes or lines:
        told = say("Not drawn but in the table: %(boxes)s components, %(lines)s relations. The table comes with .html.")
        print(told % {"boxes": boxes, "lines": lines}, file=sys.stderr)


def _unknown(wanted: str, near: list[str]) -> str:
    told = f"{wanted}: {say('nothing that can be drawn is called that; --list names all there is')}"
    return f"{told}. {say('Perhaps you mean')}: {', '.join(near)}" if near else told


def _read(
    file: Path | None,
    province: str | None,
    version: str | None,
    day: date | None,
    definitions: Path | None,
    as_json: bool,
) -> tuple[Model, Organisations | None]:
    from maidinh.governance.drawings.dates import on_day

    model, organisations = (
        _of_province(str(province), version, day, definitions) if file is None else _of_file(file, definitions, as_json)
    )
    return (on_day(model, day) if day else model), organisations


def _of_province(
    province: str, version: str | None, day: date | None, definitions: Path | None
) -> tuple[Model, Organisations]:
    """The version named, else the one in effect on the day, else the newest."""
    from maidinh.governance.architecture.reading import read_versions, resolve, version_in_force
    from maidinh.governance.architecture.rules import with_agency_codes
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.organisations.reading import read_organisations

    root = province_root(province, definitions)
    versions, organisations = read_versions(root), read_organisations(root)
    if version is None and day is not None:
        begun = {each: own for each, own in versions.items() if own.effective_from <= day}
        if not begun:
            _leave(f"{province}: {say('no version was in effect on that day')} ({day.isoformat()})")
        version = version_in_force(begun)
    try:
        model = resolve(versions, version or version_in_force(versions))
    except ValueError as error:
        _leave(str(error))
    return with_agency_codes(model, organisations), organisations


def _of_file(file: Path, definitions: Path | None, as_json: bool) -> tuple[Model, Organisations | None]:
    """The model in a file of any format, and the agencies of its province where the definitions have it."""
    from maidinh.config.cli.architecture_exchange import refusals, refused
    from maidinh.config.cli.architecture_tables import read_table_file
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.architecture.rules import with_agency_codes
    from maidinh.governance.interchange.detection import detect
    from maidinh.governance.interchange.files import read_model
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.organisations.reading import read_organisations

    if not file.exists():
        _leave(f"{file}: {say('there is no such file')}")
    try:
        if not file.is_dir() and detect(file) in ("xlsx", "csv"):
            model = read_table_file(file, None, None, None, None, quiet=True).model
        else:
            model = read_model(file, keep_cycles=True)
    except refusals() as error:
        refused(file, error, as_json)
    if not isinstance(model, ArchitectureVersion):
        return model, None
    beside = (file if file.is_dir() else file.parent).resolve().parents
    roots = [each for each in beside[:3] if (each / "organisations.yaml").is_file()]
    try:
        organisations = read_organisations(roots[0] if roots else province_root(model.province, definitions))
    except FileNotFoundError:
        return model, None
    return with_agency_codes(model, organisations), organisations


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
