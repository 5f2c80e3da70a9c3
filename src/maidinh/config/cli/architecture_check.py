"""`maidinh architecture check|rules`: an architecture held against the rules of conformity, and the rules themselves.

Layer 0, config. Works on files alone; no database. Legal ground: Nghị định 224/2026/NĐ-CP article 23.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli.architecture_exchange import refusals, refused
from maidinh.config.cli.architecture_given import Given, given_architecture, leave
from maidinh.config.cli.architecture_sayings import told
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.architecture.frameworks import Framework
    from maidinh.governance.conformity.definition import Rule
    from maidinh.governance.conformity.reading import Surroundings
    from maidinh.governance.conformity.report import Report
    from maidinh.governance.modelling.definition import Model

DONE, FINDINGS, WRONG_USE = 0, 1, 2
SHOWN = 5  # findings of one rule

File = Annotated[
    Path | None,
    typer.Argument(
        help=say("An exchange file, an Archi model, a spreadsheet, YAML or the folder of a version."),
        show_default=False,
    ),
]
Province = Annotated[str | None, typer.Option("--province", help=say("A province of the definitions instead."))]
Number = Annotated[str | None, typer.Option("--version", help=say("Its version. Unset: the one in force."))]
Definitions = Annotated[
    Path | None, typer.Option("--definitions", envvar="MAIDINH_DEFINITIONS", help=say("The folder of definitions."))
]
FrameworkName = Annotated[
    str | None,
    typer.Option(
        "--framework",
        help=say("national-1.0, national-2.0 or national-2026. Unset: the model's own, else the one in force."),
    ),
]
Day = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("As of which day. Unset: today."), show_default=False),
]
RulesFrom = Annotated[
    Path | None, typer.Option("--rules", help=say("A file or folder of rules. Unset: the nation's and the province's."))
]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]


class Severities(StrEnum):
    """How much a finding weighs."""

    error = "error"
    warning = "warning"
    advice = "advice"


@told_plainly
def check(
    file: File = None,
    province: Province = None,
    version: Number = None,
    framework: FrameworkName = None,
    as_of: Day = None,
    rules: RulesFrom = None,
    owner: Annotated[str | None, typer.Option("--owner", help=say("Tell only what this agency owns."))] = None,
    severity: Annotated[Severities | None, typer.Option("--severity", help=say("Tell only these findings."))] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help=say("How many findings of one rule are told; 0: all."))
    ] = SHOWN,
    strict: Annotated[bool, typer.Option("--strict", help=say("Warnings fail too."))] = False,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """Say whether an architecture conforms, what does not and why; and what does not fit together at all."""
    from maidinh.config.cli.architecture_verdicts import told_report
    from maidinh.governance.conformity.checking import check as held_against

    day = _day(as_of)
    given = given_architecture(file, province, version, definitions=definitions, keep_defects=True, as_json=as_json)
    try:
        book, around = _rules(rules, given.root, definitions)
    except refusals() as error:
        refused(file or Path(province or ""), error, as_json)
    chosen = _framework(framework, given.model, around, day)
    report = held_against(
        given.model, book, as_of=day, framework=chosen, shelf=around.shelf, organisations=given.organisations
    )
    misfits = _misfits(given)
    shown = [
        each
        for each in report.worst_first()
        if owner in (None, each.owner) and (severity is None or each.severity == severity.value)
    ]
    if as_json:
        facts = {
            "province": getattr(given.model, "province", None), "version": report.version,
            "elements": len(given.model.elements), "relations": len(given.model.relations), "problems": misfits,
        }  # fmt: skip
        verdict = report.as_json() | {"findings": [each.as_json() for each in shown]}
        print(json.dumps(facts | verdict, ensure_ascii=False, indent=2))
    else:
        for line in misfits:
            print(told(line))
        print(f"{say('problems found')}: {len(misfits)}")
        print("\n".join(told_report(report, shown, given.agency_names(language()), limit)))
    sys.exit(_code(report, misfits, strict))


@told_plainly
def rules(
    framework: FrameworkName = None,
    as_of: Day = None,
    from_: RulesFrom = None,
    province: Annotated[str | None, typer.Option("--province", help=say("With the rules of this province."))] = None,
    try_: Annotated[
        Path | None, typer.Option("--try", help=say("Run the examples of the rules in this file instead."))
    ] = None,
    as_json: AsJson = False,
    definitions: Definitions = None,
) -> None:
    """List the rules of conformity, or run a rule file's own examples."""
    from maidinh.config.cli.architecture_verdicts import told_rules
    from maidinh.infrastructure.definitions.locating import province_root

    if try_ is not None:
        _tried(try_, as_json, definitions)
    root = province_root(province, definitions) if province else None
    try:
        book, around = _rules(from_, root, definitions)
    except refusals() as error:
        refused(from_ or Path(), error, as_json)
    if framework is not None or as_of is not None:
        day = _day(as_of)
        chosen = _named_framework(framework, around) if framework else None
        book = {each: rule for each, rule in book.items() if _holds(rule, chosen, day)}
    if as_json:
        told = [rule.model_dump(mode="json", exclude={"examples"}, exclude_none=True) for rule in book.values()]
        print(json.dumps({"rules": told}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(told_rules(book)))
    sys.exit(DONE)


def _tried(file: Path, as_json: bool, definitions: Path | None) -> NoReturn:
    from maidinh.config.cli.architecture_verdicts import told_examples
    from maidinh.governance.conformity.examples import tried

    if not file.exists():
        leave(f"{file}: {say('there is no such file')}")
    try:
        book, around = _rules(file, None, definitions)
    except refusals() as error:
        refused(file, error, as_json)
    results = [result for rule in book.values() for result in tried(rule, around)]
    if as_json:
        told = [
            {"rule": each.rule, "example": each.example.named("vi"), "verdict": each.verdict,
             "expected": list(each.expected), "found": list(each.found), "text": each.text}
            for each in results
        ]  # fmt: skip
        print(json.dumps({"examples": told}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(told_examples(results)))
    sys.exit(DONE if all(each.ok for each in results) else FINDINGS)


def _rules(given: Path | None, province: Path | None, definitions: Path | None) -> tuple[dict[str, Rule], Surroundings]:
    from maidinh.governance.conformity.reading import read_rules, read_surroundings
    from maidinh.infrastructure.definitions.locating import definitions_root

    national = definitions_root(definitions) / "national"
    around = read_surroundings(national, province)
    if given is None:
        return read_rules(national, province), around
    found = read_rules(given) if given.exists() else {}
    if not found:
        leave(f"{given}: {say('there are no rules here: name a file of rules, or a folder named conformity')}")
    return found, around


def _framework(name: str | None, model: Model, around: Surroundings, day: date) -> Framework | None:
    """The framework asked for, else the model's own, else the one in force; None where the model names none of them."""
    if name is not None:
        return _named_framework(name, around)
    own = getattr(model, "framework", None)
    if own is not None:
        return around.frameworks.get(own)
    begun = [each for each in around.frameworks.values() if each.valid_from <= day]
    return max(begun, key=lambda each: each.valid_from, default=None)


def _named_framework(name: str, around: Surroundings) -> Framework:
    from maidinh.governance.conformity.reading import framework_called

    try:
        return framework_called(name, around.frameworks)
    except ValueError as error:
        leave(str(error))


def _holds(rule: Rule, framework: Framework | None, day: date) -> bool:
    named = framework.id if framework else (rule.frameworks[0] if rule.frameworks else None)
    return rule.holds(named, day)


def _misfits(given: Given) -> list[str]:
    from maidinh.governance.architecture.rules import problems

    organisations = given.organisations
    return problems(given.model, [agency.code for agency in organisations.agencies] if organisations else None)


def _code(report: Report, misfits: list[str], strict: bool) -> int:
    fails = bool(misfits) or report.verdict == "does-not-conform" or (strict and report.counts()["warning"] > 0)
    return FINDINGS if fails else DONE


def _day(given: datetime | None) -> date:
    return date.today() if given is None else given.date()  # noqa: DTZ011 - the calendar on the wall
