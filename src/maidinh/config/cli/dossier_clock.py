"""`maidinh dossier due` and `explain`: the end of a term and how it comes about, in words or as JSON.

Layer 0, config. `due` works on files alone; `explain` reads the installation's database as the machine's operator and
writes nothing. Exit codes: 0 told, 1 the file has faults, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.exchange_operations import Data, Json, Port
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.services.clock.ledger import Ledger
    from maidinh.services.clock.reading import Told

FINDINGS, WRONG_USE = 1, 2

File = Annotated[Path, typer.Argument(metavar="F", help=say("The term: YAML or JSON."), show_default=False)]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]


@told_plainly
def due(file: File, as_json: Json = False, definitions: Definitions = None) -> None:
    """Count when a term in a file ends, and say how."""
    from maidinh.infrastructure.definitions.reading import DefinitionError
    from maidinh.services.clock.reading import TermUnreadable, read_term

    if not file.is_file():
        _leave(f"{file}: {say('there is no such file')}")
    try:
        given = read_term(file, definitions)
    except TermUnreadable as error:
        _stop(file, [_fault(each) for each in error.told], as_json)
    except DefinitionError as error:
        found = [
            {"file": str(each.file), "line": each.line, "field": each.place, "says": each.expected}
            for each in error.problems
        ]
        _stop(file, found, as_json)
    _tell({"file": str(file)}, given.ledger, given.pack.id, as_json)


@told_plainly
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help=say("The dossier's code."), show_default=False)],
    as_json: Json = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """Say when a dossier of the installation is due, and how."""
    from maidinh.config.cli.doctor import environment_at
    from maidinh.config.cli.dossier_reading import dossier_ledger

    environment = environment_at(data, None, port)
    found = dossier_ledger(environment, code)
    if found is None:
        _leave(say("There is no dossier {code} in this installation.").format(code=code))
    head = {"dossier": found.code, "procedure": found.procedure, "accepted": found.accepted}
    _tell(head, found.ledger, found.pack, as_json)


def _tell(head: dict[str, Any], ledger: Ledger, pack: str, as_json: bool) -> None:
    from maidinh.services.clock.reckoning import reckon
    from maidinh.services.clock.telling import document, paragraphs

    if as_json:
        content = {**head, **document(ledger, pack, say, language())}
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for line in paragraphs(ledger, say, language()):
        print(line)
    if head.get("accepted") is False:
        print(say("The dossier is not accepted yet: this is what was promised when it was submitted."))
    print(f"{say('Rules')}: {pack}. {say('Calendar')}: {ledger.counted_by.id}.")
    found = reckon(ledger)
    if found.due is None:
        print(say("The clock stands. There is no due date until it goes on."))


def _fault(told: Told) -> dict[str, Any]:
    from maidinh.services.clock.wording import fault_in_words

    return {"line": told.line, "field": told.place, "says": fault_in_words(told.fault, say)}


def _stop(file: Path, found: list[dict[str, Any]], as_json: bool) -> NoReturn:
    if as_json:
        print(json.dumps({"file": str(file), "faults": found}, ensure_ascii=False, indent=2))
    else:
        for each in found:
            place = f" {each['field']}:" if each["field"] else ""
            print(f"{each.get('file', file)}:{each['line']}:{place} {each['says']}", file=sys.stderr)
    sys.exit(FINDINGS)


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
