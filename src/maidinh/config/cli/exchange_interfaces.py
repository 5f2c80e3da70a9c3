"""`maidinh exchange interface-check`: does a newer interface break those who use the older one.

Layer 0, config. Two files, OpenAPI documents (YAML or JSON) or WSDLs; no database, nothing running. Exit codes:
0 nobody is broken or the newer version says so by its first number, 1 somebody is, 2 wrong use.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.exchange.interfaces.comparison import Change

FINDINGS, WRONG_USE = 1, 2
XML = (".wsdl", ".xml")


@told_plainly
def interface_check(
    old: Annotated[Path, typer.Argument(help=say("The interface in use: an OpenAPI document or a WSDL."))],
    new: Annotated[Path, typer.Argument(help=say("The newer interface."))],
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
) -> None:
    """Say what a newer interface changes, and whether that breaks those who use the older one."""
    from maidinh.exchange.interfaces.document import DocumentUnreadable

    if (old.suffix in XML) != (new.suffix in XML):
        _leave(say("Give two documents of one kind: two OpenAPI documents, or two WSDLs."))
    for path in (old, new):
        if not path.is_file():
            _leave(say("There is no file {path}.").format(path=path))
    try:
        changes, versions = _compared(old, new)
    except DocumentUnreadable as error:
        _leave(say("One of them can't be used as an interface: {reason}").format(reason=error))
    from maidinh.exchange.interfaces.comparison import announced

    breaking = [each for each in changes if each.breaking]
    said = bool(breaking) and announced(*versions)
    verdict = "compatible" if not breaking else "breaking, announced" if said else "breaking"
    if as_json:
        told = [{"place": each.place, "word": each.word, "breaking": each.breaking, "says": say(each.says)}
                for each in changes]  # fmt: skip
        print(json.dumps({"verdict": verdict, "versions": versions, "changes": told}, ensure_ascii=False, indent=2))
    else:
        _print(changes, verdict, versions)
    sys.exit(FINDINGS if verdict == "breaking" else 0)


def _compared(old: Path, new: Path) -> tuple[list[Change], tuple[str, str]]:
    from maidinh.exchange.interfaces.comparison import compare
    from maidinh.exchange.interfaces.document import OpenApi
    from maidinh.exchange.interfaces.wsdl import SoapInterface
    from maidinh.exchange.interfaces.wsdl_comparison import compare_wsdl
    from maidinh.infrastructure.definitions.reading import read_mapping, read_text

    if old.suffix in XML:
        texts = [read_text(path) for path in (old, new)]
        versions = [SoapInterface(each).version for each in texts]
        return compare_wsdl(texts[0], texts[1]), (versions[0], versions[1])
    contents = [read_mapping(path) for path in (old, new)]
    versions = [OpenApi(each).version for each in contents]
    return compare(contents[0], contents[1]), (versions[0], versions[1])


def _print(changes: list[Change], verdict: str, versions: tuple[str, str]) -> None:
    for each in sorted(changes, key=lambda change: (not change.breaking, change)):
        mark = say("breaks") if each.breaking else say("breaks nobody")
        print(f"{mark}: {each.place}: {say(each.says)}")
    told = {
        "compatible": say("Nobody who uses the older interface is broken."),
        "breaking, announced": say("It breaks those who use the older one, and its version says so: {old} -> {new}."),
        "breaking": say("It breaks those who use the older one. Mend it, or raise the first number of its version."),
    }
    print(told[verdict].format(old=versions[0], new=versions[1]))


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
