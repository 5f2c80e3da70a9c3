"""One project appraised on a large province: with its architecture loaded, without, and the changed model by pyshacl.

The first is what an appraiser waits for: the architecture in force is held against all rules once, and each project
asks again only what it changes. Beside it stand the same checks from nothing, which must say the same to the letter,
and the peer, which can only look through the whole changed model again (and says only a part of the rules).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.conformity import AS_OF, FRAMEWORK, SAID_BY_SHACL, SHAPES, as_triples
from bench.environment import measured, peak_megabytes
from bench.report import Report

BOUND = 1.0  # seconds
TIMES = 11
SYSTEM = "information-system"


def run(report: Report) -> None:
    """Measure the appraisal with and without the architecture loaded, and the peer on the changed model."""
    scale = 20 if report.quick else 1
    with tempfile.TemporaryDirectory() as name:
        model, shapes = Path(name) / "model.nt", Path(name) / "shapes.ttl"
        some = [_child(scale, model) for _ in range(1 if report.quick else 3)]
        shapes.write_text(SHAPES.read_text("utf-8").replace("AS_OF", AS_OF.isoformat()), "utf-8")
        theirs = measured(["-m", "bench.peer_pyshacl", str(model), str(shapes)])
    first = some[0]
    size = f"{first['elements']} elements, {first['relations']} relations, {first['rules']} rules"
    processor = median(each["computed"] for each in some)
    warm = [each for one in some for each in one["warm"]]
    report.row(
        "one project, architecture loaded", warm, bound=BOUND, peer=[each["cold"] for each in some],
        peer_name="all from nothing",
        note=f"{size}; {first['changes']} changes, {processor:.2f} s of the processor",
    )  # fmt: skip
    report.row(
        f"the changed model by the {len(SAID_BY_SHACL)} rules of SHACL", warm,
        peer=theirs["seconds"] if theirs else None, peer_name="pyshacl",
    )  # fmt: skip
    report.row(
        "answers that differ between the two ways", sum(each["differ"] for each in some), unit="answers", bound=0
    )
    report.row("seeded faults that were not told", sum(each["missed"] for each in some), unit="faults", bound=0)
    report.row("peak memory", [each["peak"] for each in some], unit="MB")


def _child(scale: int, model: Path) -> dict[str, Any]:
    found = measured(["-m", "bench.appraisal", str(scale), str(model)])
    if found is None:
        raise SystemExit("appraisal: our own check fails; the message stands above")
    return found


def child(scale: int, model: Path) -> dict[str, Any]:
    """In a process of its own: appraise some projects with one checker, one of them from nothing too."""
    from bench.provinces import province
    from maidinh.governance.appraisal.checking import assess
    from maidinh.governance.appraisal.packs import SOURCES, pack_on, read_packs
    from maidinh.governance.conformity.checking import Checker
    from maidinh.governance.conformity.reading import read_rules, read_surroundings
    from maidinh.governance.projects.definition import Project
    from maidinh.governance.projects.proposal import proposed
    from maidinh.infrastructure.definitions.code_lists import read_code_list
    from maidinh.infrastructure.definitions.locating import definitions_root

    national = definitions_root() / "national"
    around, version = read_surroundings(national), province(scale=scale)
    facts: dict[str, Any] = {
        "rules": read_rules(national), "framework": around.frameworks[FRAMEWORK], "shelf": around.shelf,
        "pack": pack_on(read_packs(national), AS_OF), "sources": read_code_list(national, SOURCES), "day": AS_OF,
    }  # fmt: skip
    projects = [Project.model_validate(content(number)) for number in range(TIMES)]
    begun = time.perf_counter()
    cold = assess(projects[0], version, **facts)
    from_nothing = time.perf_counter() - begun
    surroundings = {key: facts[key] for key in ("framework", "shelf")}
    checker = Checker(version, facts["rules"], as_of=AS_OF, **surroundings)
    warm, computed, missed, differ = [], [], 0, 0
    for number, project in enumerate(projects):
        begun, spent = time.perf_counter(), time.process_time()
        found = assess(project, version, checker=checker, **facts)
        warm.append(time.perf_counter() - begun)
        computed.append(time.process_time() - spent)
        missed += number % 2 and found.result_of("security").result != "not-met"
        missed += not number % 2 and found.result_of("security").result != "met"
        differ += not number and found.as_json() != cold.as_json()
    checker.edited(proposed(version, projects[1]))
    model.write_text("".join(as_triples(checker)), "utf-8")
    return {
        "warm": warm, "computed": median(computed), "cold": from_nothing, "missed": missed, "differ": differ,
        "elements": len(version.elements),
        "relations": len(version.relations), "rules": len(checker.rules), "changes": len(projects[0].changes),
        "requirements": len(cold.results), "peak": peak_megabytes(),
    }  # fmt: skip


def content(number: int) -> dict[str, Any]:
    """A project that adds a system with its database and two connections and changes another; odd ones lack a level."""
    system, text = f"new-system-{number}", {"vi": f"Dự án {number}"}
    level = {} if number % 2 else {"security_level": 3, "security_basis": {"text": "Nghị định 85/2016/NĐ-CP"}}
    value = {
        "id": system, "kind": SYSTEM, "layer": 5, "name": {"vi": f"Hệ thống mới {number}"}, "owner": "H62.1",
        "state": "planned", "zone": "data-centre", "subsystem": system, "technology": ["technology-product-0001"],
        "reference": ["P-3-03"], "classification": {"arm": ["AP-SECTOR"]}, "personal_data": True, **level,
    }  # fmt: skip
    data = {"id": f"{system}-data", "kind": "database", "layer": 5, "name": {"vi": f"Dữ liệu {number}"},
            "owner": "H62.1", "zone": "data-centre", "state": "planned"}  # fmt: skip
    contract = {
        "id": f"{system}-contract", "methods": [{"method": "GET", "path": "/v1/*"}], "fields": ["number"],
        "purpose": text, "legal_basis": [{"text": "Nghị định 47/2020/NĐ-CP, điều 35"}], "valid_from": "2027-01-01",
        "valid_to": "2029-12-31",
    }  # fmt: skip
    ends: list[tuple[str, str, str, dict[str, Any]]] = [
        (system, "access", data["id"], {"access": "read-write"}),
        (system, "flow", f"interface-{number:04}", {"contract": contract}),
        ("shared-platform-0001", "serving", system, {}), ("data-centre-0001", "assignment", system, {}),
    ]  # fmt: skip
    relations = [
        {"id": f"{source}--{kind}--{target}", "kind": kind, "from": source, "to": target} | more
        for source, kind, target, more in ends
    ]
    changes = [{"action": "add", "section": "elements", "item": each["id"], "value": each} for each in (value, data)]
    changes += [{"action": "add", "section": "relations", "item": each["id"], "value": each} for each in relations]
    changed = {"action": "change", "section": "elements", "item": f"{SYSTEM}-{number + 20:04}",
               "set": {"description.vi": "Nâng cấp", "security_level": 3,
                       "security_basis": {"text": "Nghị định 85/2016/NĐ-CP"}}}  # fmt: skip
    return {
        "id": f"project-{number}",
        "title": text,
        "summary": text,
        "owner": "H62.1",
        "kind": "investment",
        "began_on": "2026-09-01",
        "architecture": "1",
        "total": 10**9,
        "changes": [*changes, changed],
        "costs": [{"year": 2027, "source": "local-investment", "kind": "build", "amount": 10**9}],
        "reuse": [{"platform": "shared-platform-0001", "decision": "use"}],
    }


if __name__ == "__main__":
    print(json.dumps(child(int(sys.argv[1]), Path(sys.argv[2]))))
