"""A large province held against the rules of conformity, all at once and after each edit; pyshacl beside it.

The peer gets the rules that SHACL Core can say, and must come to the same verdicts: the same subjects, rule by rule.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from bench.environment import measured, peak_megabytes
from bench.report import Report

AS_OF = date(2026, 11, 1)
FRAMEWORK = "2026-1425"
RULES = 60
FULL, EDITED = 1.0, 50.0  # seconds, milliseconds
EDITS = 30
SHAPES = Path(__file__).with_name("shapes.ttl")
SAID_BY_SHACL = (
    "security.personal-data-at-level-1", "security.no-level", "connection.contract-expired",
    "connection.contract-without-basis", "technology.unknown", "data.one-master", "service.unserved-procedure",
    "cost.work-without-cost",
)  # fmt: skip
NODE = "urn:maidinh:model:"


def run(report: Report) -> None:
    """Measure the full check, the edits and the peer, each in processes of their own."""
    scale = 20 if report.quick else 1
    some = [_child("some", scale) for _ in range(report.runs)]
    size = f"{some[0]['elements']} elements, {some[0]['relations']} relations, {some[0]['rules']} rules"
    computed = median(each["computed"] for each in some)
    report.row(
        "full check, loading included", [each["full"] for each in some], bound=FULL,
        note=f"{size}, {some[0]['findings']} findings, {computed:.2f} s of the processor",
    )  # fmt: skip
    computed = median(each["edits_computed"] for each in some)
    report.row(
        "one changed element", _all(some, "elements_edited"), unit="ms", bound=EDITED,
        note=f"{computed:.0f} ms of the processor on average",
    )  # fmt: skip
    report.row("one changed relation", _all(some, "relations_edited"), unit="ms")
    report.row("peak memory", [each["peak"] for each in some], unit="MB")
    every = _child("every", scale)
    report.row("full check by the whole rule book", every["full"], note=f"{every['rules']} rules")
    _beside_the_peer(report, scale)


def _beside_the_peer(report: Report, scale: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        triples, shapes = Path(name) / "model.nt", Path(name) / "shapes.ttl"
        ours = [_child("triples", scale, triples) for _ in range(1 if report.quick else 3)]
        shapes.write_text(SHAPES.read_text("utf-8").replace("AS_OF", AS_OF.isoformat()), "utf-8")
        theirs = measured(["-m", "bench.peer_pyshacl", str(triples), str(shapes)])
    what = f"{len(SAID_BY_SHACL)} rules that SHACL can say"
    seconds = theirs["seconds"] if theirs else None
    report.row(what, [each["full"] for each in ours], peer=seconds, peer_name="pyshacl")
    if theirs is not None:
        found = {tuple(each) for each in theirs["broken"]}
        wanted = {tuple(each) for each in ours[0]["broken"]}
        report.row("verdicts other than pyshacl's", len(found ^ wanted), unit="verdicts", bound=0,
                   note=f"{len(wanted)} verdicts")  # fmt: skip


def _all(found: list[dict[str, Any]], key: str) -> list[float]:
    return [milliseconds for each in found for milliseconds in each[key]]


def _child(task: str, *arguments: Any) -> dict[str, Any]:
    found = measured(["-m", "bench.conformity", task, *map(str, arguments)])
    if found is None:
        raise SystemExit("conformity: our own check fails; the message stands above")
    return found


def child(task: str, scale: int, triples: Path | None = None) -> dict[str, Any]:
    """In a process of its own: check by some rules and edit, check by all, or by those that SHACL can say."""
    from bench.provinces import province
    from maidinh.governance.conformity.checking import Checker
    from maidinh.governance.conformity.reading import read_rules, read_surroundings
    from maidinh.infrastructure.definitions.locating import definitions_root

    national = definitions_root() / "national"
    around, model = read_surroundings(national), province(scale=scale)
    rules = {each: rule for each, rule in read_rules(national).items() if rule.holds(FRAMEWORK, AS_OF)}
    if task == "some":
        rules = dict(sorted(rules.items(), key=lambda pair: (hash_of(pair[0]), pair[0]))[:RULES])
    elif task == "triples":
        rules = {each: rules[each] for each in SAID_BY_SHACL}
    begun, computed = time.perf_counter(), time.process_time()
    checker = Checker(model, rules, as_of=AS_OF, framework=around.frameworks[FRAMEWORK], shelf=around.shelf)
    seconds, computed = time.perf_counter() - begun, time.process_time() - computed
    found = checker.report
    if found.refused_rules:
        raise SystemExit(f"rules that were stopped: {found.refused_rules}")
    told: dict[str, Any] = {
        "full": seconds, "rules": len(rules), "elements": len(model.elements), "relations": len(model.relations),
        "findings": len(found.findings), "computed": computed,
    }  # fmt: skip
    if task == "triples" and triples is not None:
        triples.write_text("".join(as_triples(checker)), "utf-8")
        return told | {"broken": sorted({_broken(each) for each in found.findings})}
    if task == "some":
        computed = time.process_time()
        told["elements_edited"] = list(_edited(checker, "elements"))
        told["edits_computed"] = (time.process_time() - computed) * 1000 / EDITS
        told["relations_edited"] = list(_edited(checker, "relations"))
    return told | {"peak": peak_megabytes()}


def hash_of(rule: str) -> int:
    """A number by which rules are drawn: neither the first ones nor the quickest."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(rule)) % 1009


def _edited(checker: Any, section: str) -> Iterator[float]:
    """How long each edit took, in milliseconds: another owner, name or state; another end."""
    chance = random.Random(5)  # noqa: S311
    for number in range(EDITS):
        model = checker.image.model
        things = list(getattr(model, section))
        place = chance.randrange(len(things))
        thing = things[place]
        if section == "relations":
            like = [
                each.to
                for each in things
                if each.kind == thing.kind and each.to.split("-")[0] == thing.to.split("-")[0]
            ]
            change: dict[str, Any] = {"to": chance.choice(like)}
        else:
            name = thing.name.model_copy(update={"vi": f"{thing.name.vi} (sửa)"})
            change = ({"owner": "H62.9"}, {"name": name}, {"state": "retiring"})[number % 3]
        things[place] = thing.model_copy(update=change)
        edited = model.model_copy(update={section: things})
        begun = time.perf_counter()
        checker.edited(edited)
        yield (time.perf_counter() - begun) * 1000


def _broken(finding: Any) -> tuple[str, str]:
    """The rule and the node that SHACL looks at: a contract and not its caller, an entity and not its masters."""
    return finding.rule, str(finding.values.get("contract") or finding.values.get("entity") or finding.subject)


def as_triples(checker: Any) -> Iterator[str]:
    """What the rules ask for, as N-Triples."""
    run = checker.image.connection.execute
    for table in ("system", "procedure", "public_service", "work_package"):
        yield from (_line(each, "a", f"<{NODE}{table}>") for (each,) in run(f"SELECT id FROM {table}"))  # noqa: S608
    for each, state, level, personal, owner in run(
        "SELECT id, state, security_level, personal_data, owner FROM element"
    ):
        yield _line(each, "state", _text(state))
        yield _line(each, "personal_data", _whole(personal))
        yield from [_line(each, "security_level", _whole(level))] if level is not None else []
        yield from [_line(each, "owner", _text(owner))] if owner is not None else []
    for element, product, known in run("SELECT element, product, known FROM technology"):
        yield _line(element, "technology", f"<{NODE}{product}>")
        yield from [_line(product, "a", f"<{NODE}product>")] if known else []
    yield from (
        _line(each, "master", f"<{NODE}{entity}>") for each, entity in run("SELECT element, entity FROM master")
    )
    yield from (_line(each, "cost", _whole(amount)) for each, amount in run("SELECT element, amount FROM cost"))
    for source, kind, target in run("SELECT source, kind, target FROM relation"):
        yield _line(source, kind, f"<{NODE}{target}>")
        yield _line(source, "related", f"<{NODE}{target}>")
    for each, source, target, basis, until in run("SELECT id, source, target, legal_basis, valid_to FROM contract"):
        yield _line(each, "a", f"<{NODE}contract>")
        yield _line(each, "source", f"<{NODE}{source}>")
        yield _line(each, "target", f"<{NODE}{target}>")
        yield _line(each, "legal_basis", _whole(basis))
        yield _line(each, "valid_to", f'"{until}"^^<http://www.w3.org/2001/XMLSchema#date>')


def _line(subject: str, predicate: str, value: str) -> str:
    relation = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" if predicate == "a" else f"{NODE}{predicate}"
    return f"<{NODE}{subject}> <{relation}> {value} .\n"


def _text(value: str) -> str:
    return json.dumps(value)


def _whole(value: int) -> str:
    return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#integer>'


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1], int(sys.argv[2]), *map(Path, sys.argv[3:]))))
