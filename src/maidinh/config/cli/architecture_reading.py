"""Reading an architecture at the terminal: search, impact, responsibilities, coverage, technology; from files alone.

Layer 0, config. The pages under /architecture ask the same questions of the same functions.
"""

from __future__ import annotations

import difflib
import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.architecture_given import given_architecture, leave
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.exploring.exploration import Exploration
    from maidinh.governance.exploring.reference import Notice, Reference
    from maidinh.governance.exploring.tables import Sheet
    from maidinh.governance.exploring.wording import Wording

DONE, FINDINGS, WRONG_USE, FAILED = 0, 1, 2, 3
NEAR = 3  # ids that are told where one isn't there
ENDINGS = (".csv", ".xlsx", ".json")

File = Annotated[Path, typer.Argument(help=say("A version's folder or a file of any format."), show_default=False)]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("On which day. Unset: today."))
]
Public = Annotated[bool, typer.Option("--public", help=say("Only what may be published."))]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=say("Write it as a table: .csv, .xlsx or .json."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@dataclass(frozen=True)
class Opened:
    """A model that was read, with what it refers to, the day it is looked at, and the reader's words."""

    exploration: Exploration
    reference: Reference
    notice: Notice
    day: date
    words: Wording
    framework: str | None


@told_plainly
def search(
    file: File,
    text: Annotated[str, typer.Argument(help=say("Words to look for; accents may be left out."), show_default=False)],
    kind: Annotated[str, typer.Option(help=say("Only of this kind."))] = "",
    owner: Annotated[str, typer.Option(help=say("Only of this agency (its code)."))] = "",
    state: Annotated[str, typer.Option(help=say("Only in this state: planned, live, retiring, retired."))] = "",
    as_of: AsOf = None,
    public: Public = False,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Find components by name, id, description or code, without diacritics."""
    from maidinh.governance.exploring.life_cycle import state_at
    from maidinh.governance.exploring.search import Filters

    opened = _opened(file, as_of, public, definitions, as_json)
    found = opened.exploration.index.found(text, Filters(kind=kind, owner=owner, state=state), opened.day)
    rows = [_element(opened, each.id) | {"state": state_at(each, opened.day)} for each in found]
    if as_json:
        _print_json({"text": text, "count": len(rows), "found": rows})
    for row in [] if as_json else rows:
        print(f"{row['id']}  {row['kind']}  {row['name']}  {row['owner'] or ''}".rstrip())
    if not as_json:
        print(f"{say('components found')}: {len(rows)}")
    sys.exit(DONE)


@told_plainly
def impact(
    file: File,
    element: Annotated[str, typer.Argument(help=say("The id of a component."), show_default=False)],
    direction: Annotated[
        str, typer.Option(help=say("dependents: what depends on it. needs: what it depends on."))
    ] = "dependents",
    depth: Annotated[int | None, typer.Option(min=1, help=say("At most so many steps. Unset: any."))] = None,
    output: Output = None,
    as_of: AsOf = None,
    public: Public = False,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """What depends on a component, or what it depends on, to any depth, each with the way to it."""
    from maidinh.governance.exploring.impact import DIRECTIONS
    from maidinh.governance.exploring.impact import impact as asked
    from maidinh.governance.exploring.tables import impact_sheet

    if direction not in DIRECTIONS:
        leave(f"{say('--direction must be one of')} {', '.join(DIRECTIONS)} ({direction})")
    opened = _opened(file, as_of, public, definitions, as_json)
    exploration = opened.exploration
    _known(element, list(exploration.elements))
    found = asked(exploration.graph, element, DIRECTIONS[DIRECTIONS.index(direction)], depth)
    reached = [
        _element(opened, each.element)
        | {"depth": each.depth, "because": each.by._asdict(), "way": opened.words.way(exploration, found, each.element)}
        for each in found.reached.values()
    ]
    by_owner: dict[str, int] = {}
    for row in reached:
        by_owner[row["owner"] or ""] = by_owner.get(row["owner"] or "", 0) + 1
    answer = {
        "element": element, "direction": direction, "depth": depth, "count": len(reached),
        "by_depth": found.depths(), "by_owner": dict(sorted(by_owner.items())), "reached": reached,
    }  # fmt: skip
    _write(output, [impact_sheet(exploration, found, opened.words, opened.day)], answer)
    if as_json:
        _print_json(answer)
    else:
        print(opened.words.name(exploration, element))
        for row in reached:
            print(f"{row['depth']:>3}  {row['name']}  [{row['id']}]\n     {row['way']}")
        print(f"{say('components found')}: {len(reached)}")
    sys.exit(DONE)


@told_plainly
def responsibilities(
    file: File,
    agency: Annotated[str | None, typer.Option("--agency", help=say("Only this agency, in full."))] = None,
    output: Output = None,
    as_of: AsOf = None,
    public: Public = False,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """What each agency owns, runs, provides, uses and owes."""
    from maidinh.governance.exploring.tables import duties_sheet, matrix_sheet

    opened = _opened(file, as_of, public, definitions, as_json)
    exploration, words = opened.exploration, opened.words
    every = exploration.duties(opened.reference.shelf.products, opened.day, opened.notice)
    if agency is not None:
        _known(agency, [each.code for each in every])
        every = [each for each in every if each.code == agency]
    matrix, detail = matrix_sheet(exploration, every, words), duties_sheet(exploration, every, words)
    things = [dict(zip(("agency_name", "name", "what", "detail", "day", "id", "agency"), row, strict=True))
              for row in detail.rows]  # fmt: skip
    answer: dict[str, Any] = {
        "agencies": [{"code": each.code, "name": words.body(exploration, each)} | each.counts() for each in every],
        "things": things,
    }
    _write(output, [detail] if output is not None and output.suffix == ".csv" and agency else [matrix, detail], answer)
    if as_json:
        _print_json(answer)
    else:
        _print_table(detail, (2, 1, 3, 4)) if agency else _print_table(matrix)
    sys.exit(DONE)


@told_plainly
def coverage(
    file: File,
    public: Public = False,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """How far the five reference models cover the architecture: codes without components, components without a code."""
    from maidinh.governance.exploring.coverage import coverage as covered

    opened = _opened(file, None, public, definitions, as_json)
    answer: list[dict[str, Any]] = []
    for each in covered(opened.exploration.model.elements, opened.reference.sources, opened.framework):
        branches = [branch for tree in each.trees for branch in tree.all()]
        answer.append({
            "model": each.model, "codes": each.codes, "used": each.used, "classified": list(each.classified),
            "unclassified": list(each.unclassified), "unknown": {code: list(ids) for code, ids in each.unknown.items()},
            "without_elements": [branch.item.key for branch in branches if not branch.below],
            "elements": {branch.item.key: list(branch.elements) for branch in branches if branch.elements},
        })  # fmt: skip
    if as_json:
        _print_json({"framework": opened.framework, "models": answer})
    else:
        for row in answer:
            print(
                f"{row['model'].upper()}  {say('codes with components')}: {row['used']}/{row['codes']}  "
                f"{say('components without a code')}: {len(row['unclassified'])}  "
                f"{say('codes nobody knows')}: {len(row['unknown'])}"
            )
    sys.exit(FINDINGS if any(row["unknown"] for row in answer) else DONE)


@told_plainly
def technology(
    file: File,
    output: Output = None,
    as_of: AsOf = None,
    public: Public = False,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Each product in use: its stage on a day, what stands on it, by when it must go, what takes its place."""
    from maidinh.governance.exploring.tables import product_name, technology_sheet

    opened = _opened(file, as_of, public, definitions, as_json)
    watched = opened.exploration.technology(opened.reference.shelf.products, opened.day, opened.notice)
    sheet = technology_sheet(opened.exploration, watched, opened.words)
    answer = {
        "as_of": opened.day.isoformat(),
        "products": [
            {
                "id": each.id, "name": product_name(opened.exploration, each, opened.words), "stage": each.stage,
                "urgency": each.urgency, "must_go": each.must_go.isoformat() if each.must_go else None,
                "replaced_by": list(each.replaced_by), "direct": list(each.direct),
                "indirect": sorted(each.indirect),
            }
            for each in watched
        ],
    }  # fmt: skip
    _write(output, [sheet], answer)
    if as_json:
        _print_json(answer)
    else:
        _print_table(sheet, (0, 4, 3, 1, 5, 6))
    sys.exit(FINDINGS if any(each.urgency == "past" and each.direct for each in watched) else DONE)


def _opened(file: Path, as_of: datetime | None, public: bool, definitions: Path | None, as_json: bool) -> Opened:
    """The model in the file with what it refers to; a file that isn't in order is told and left."""
    from maidinh.governance.exploring.exploration import Exploration
    from maidinh.governance.exploring.publication import public_edition, read_publication_rules
    from maidinh.governance.exploring.reference import read_notice, read_reference
    from maidinh.governance.exploring.wording import Wording
    from maidinh.infrastructure.definitions.locating import definitions_root

    given = given_architecture(file, definitions=definitions, as_json=as_json)
    root, model = definitions_root(definitions), given.model
    agencies = given.agency_names(language())
    if public:
        model = public_edition(model, read_publication_rules(root / "national"))
    return Opened(
        exploration=Exploration(model, agencies),
        reference=read_reference(root / "national", given.root),
        notice=read_notice(root / "national"),
        day=as_of.date() if as_of else datetime.now(UTC).astimezone().date(),
        words=Wording(say, language(), agencies=agencies),
        framework=getattr(model, "framework", None),
    )


def _element(opened: Opened, element_id: str) -> dict[str, Any]:
    element = opened.exploration.elements[element_id]
    return {
        "id": element.id, "name": opened.words.name(opened.exploration, element.id), "kind": element.kind,
        "owner": element.owner, "state": element.state,
    }  # fmt: skip


def _known(wanted: str, known: list[str]) -> None:
    """Leave where nothing is called so, with the nearest that there are."""
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, NEAR, 0.4)
        hint = f" {say('Near it')}: {', '.join(near)}." if near else ""
        leave(f"{say('Nothing in this model is called')} {wanted!r}.{hint}")


def _write(output: Path | None, sheets: list[Sheet], answer: dict[str, Any]) -> None:
    from maidinh.governance.exploring.tables import workbook

    if output is None:
        return
    if output.suffix not in ENDINGS:
        leave(f"{output}: {say('expected a name that ends in one of')} {', '.join(ENDINGS)}")
    if output.suffix == ".json":
        content = json.dumps(answer, ensure_ascii=False, indent=2).encode()
    else:
        content = sheets[0].csv() if output.suffix == ".csv" else workbook(sheets)
    write_whole(output, content)


def _print_table(sheet: Sheet, columns: tuple[int, ...] = ()) -> None:
    """The table, or of it what fits a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = columns or tuple(range(len(sheet.headings)))
    table = Table(title=sheet.title)
    for n in shown:
        table.add_column(sheet.headings[n], overflow="fold")
    for row in sheet.rows:
        table.add_row(*(Text(row[n]) for n in shown))
    Console(file=sys.stdout, highlight=False).print(table)


def _print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))
