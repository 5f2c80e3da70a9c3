"""Two releases of a model of national size compared, and two drafts of it merged: time, and whether it is exact.

pyArchimate compares and merges nothing, so there is no peer beside these.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.environment import measured, peak_megabytes
from bench.models import Edits, edited, generate, render
from bench.report import Report

SECONDS = 2.0
LISTS = ("added", "removed", "changed")


def run(report: Report) -> None:
    """Measure the difference and the merge, each in processes of their own."""
    release = generate()
    later, edits = edited(release, 2)
    other, _ = edited(release, 3)
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / f"{which}.xml" for which in ("base", "later", "other")]
        for file, each in zip(files[:2], (release, later), strict=True):
            file.write_text(render(each), "utf-8")
        files[2].write_text(render(other).replace("id-new-", "id-other-"), "utf-8")  # two people give their own ids
        compared = [_child("compare", *files[:2]) for _ in range(report.runs)]
        merged = [_child("merge", *files) for _ in range(report.runs)]
    note = f"{sum(len(each) for lists in (edits.added, edits.removed, edits.changed) for each in lists.values())} edits"
    report.row("difference of two releases", [each["seconds"] for each in compared], bound=SECONDS, note=note)
    wrong = _wrong(compared[0]["found"], edits)
    report.row("edits told wrongly or not at all", wrong, unit="edits", bound=0)
    report.row("three-way merge", [each["seconds"] for each in merged], note=f"{merged[0]['conflicts']} conflicts")
    report.row("three-way merge, peak memory", [each["peak"] for each in merged], unit="MB")
    report.row("the result as YAML", [each["yaml"] for each in merged], note=f"{merged[0]['size'] / 1e6:.1f} MB")


def _wrong(found: dict[str, dict[str, list[str]]], edits: Edits) -> int:
    """How many ids stand in one of both only."""
    wanted = {verdict: getattr(edits, verdict) for verdict in LISTS}
    return sum(
        len(set(found[kind][verdict]) ^ set(wanted[verdict][kind]))
        for kind in ("elements", "relations", "views")
        for verdict in LISTS
    )


def _child(*arguments: str | Path) -> dict[str, Any]:
    found = measured(["-m", "bench.difference", *map(str, arguments)])
    if found is None:
        raise SystemExit("difference: our own comparison fails; the message stands above")
    return found


def child(task: str, *files: str) -> dict[str, Any]:
    """In a process of its own: compare two files, or merge three."""
    from maidinh.governance.comparison.difference import difference
    from maidinh.governance.comparison.merging import merge
    from maidinh.governance.interchange.oef import read
    from maidinh.governance.modelling.writing import to_yaml

    gc.disable()  # as the commands do
    models = [read(Path(file)) for file in files]
    begun = time.perf_counter()
    if task == "compare":
        told = difference(models[0], models[1]).as_json()
        seconds = time.perf_counter() - begun
        found = {
            kind: {verdict: [each["id"] for each in told[kind][verdict]] for verdict in (*LISTS, "moved")}
            for kind in ("elements", "relations", "views")
        }
        for lists in found.values():  # moved alone is a change here
            lists["changed"] += lists.pop("moved")
        return {"seconds": seconds, "found": found}
    merged = merge(models[0], models[1], models[2])
    seconds = time.perf_counter() - begun
    peak = peak_megabytes()
    begun = time.perf_counter()
    text = to_yaml(merged.model)
    written = time.perf_counter() - begun
    conflicts = len(merged.conflicts)
    return {"seconds": seconds, "peak": peak, "conflicts": conflicts, "yaml": written, "size": len(text.encode())}


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1], *sys.argv[2:])))
