"""Import and export of a model of national size, ours beside pyArchimate's: time, memory, facts lost."""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.environment import measured, peak_megabytes, peer
from bench.exchange_facts import lost
from bench.models import generate, render
from bench.report import Report

PEER, PEER_VERSION = "pyArchimate", "2.0.0"
SECONDS, MEGABYTES = 5.0, 400.0
FORMATS = {"oef": "oef", "archimate": "archi"}


def run(report: Report) -> None:
    """Measure both formats on one generated model."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "model.xml"
        source.write_text(render(generate()), "utf-8")
        size = source.stat().st_size / 1e6
        report.say(f"3,000 elements, 6,000 relations, 360 views in {size:.1f} MB")
        others = None if report.quick else peer(PEER, PEER_VERSION)
        _oef(report, source, folder, others)
        _archimate(report, source, folder)


def _child(*arguments: str | Path) -> dict[str, Any]:
    found = measured(["-m", "bench.interchange", *map(str, arguments)])
    if found is None:
        raise SystemExit("interchange: our own import fails; the message stands above")
    return found


def _oef(report: Report, source: Path, folder: Path, others: Path | None) -> None:
    target, theirs = folder / "ours.xml", folder / "theirs.xml"
    ours, peers = [], []
    for _ in range(report.runs):  # in turns, so that what else the machine does meets both
        ours.append(_child("oef", source, target))
        if others:
            script = str(Path(__file__).with_name("peer_pyarchimate.py"))
            found = measured([script, str(source), str(theirs)], others)
            if found is None:
                others = None
            else:
                peers.append(found)
    named = {"peer_name": PEER}

    def of(runs: list[dict[str, Any]], what: str) -> list[float] | None:
        return [each[what] for each in runs] or None

    def both(runs: list[dict[str, Any]]) -> list[float] | None:
        return [each["read"] + each["write"] for each in runs] or None

    report.row("OEF import", of(ours, "read") or [], peer=of(peers, "read"), bound=SECONDS, **named)
    report.row(
        "OEF import, peak memory", of(ours, "peak") or [], unit="MB", peer=of(peers, "peak"), bound=MEGABYTES, **named
    )
    report.row("OEF import and export", both(ours) or [], peer=both(peers), **named)
    count, total, _ = lost(source, target)
    peer_count, sorts = None, []
    if peers and theirs.exists():
        peer_count, _, sorts = lost(source, theirs)
    note = f"of {total:,}" + (f"; {PEER} loses {', '.join(sorts)}" if sorts else "")
    report.row("OEF round trip, facts lost", count, unit="facts", peer=peer_count, bound=0, note=note, **named)


def _archimate(report: Report, source: Path, folder: Path) -> None:
    archi, back = folder / "model.archimate", folder / "back.xml"
    _child("convert", source, "oef", archi, "archimate")
    ours = [_child("archimate", archi, folder / "again.archimate") for _ in range(report.runs)]
    report.row("Archi import", [each["read"] for each in ours], bound=SECONDS)
    report.row("Archi import, peak memory", [each["peak"] for each in ours], unit="MB", bound=MEGABYTES)
    report.row("Archi import and export", [each["read"] + each["write"] for each in ours])
    _child("convert", archi, "archimate", back, "oef")
    count, total, sorts = lost(source, back)
    note = f"of {total:,}" + (f"; {', '.join(sorts)}" if sorts else "")
    report.row("OEF by way of Archi, facts lost", count, unit="facts", bound=0, note=note)


def _format(name: str) -> Any:
    return importlib.import_module(f"maidinh.governance.interchange.{FORMATS[name]}")


def child(arguments: list[str]) -> dict[str, Any]:
    """In a process of its own: read a file and write it, or convert it."""
    if arguments[0] == "convert":
        _, source, one, target, other = arguments
        _format(other).write(_format(one).read(Path(source)), Path(target))
        return {}
    format_ = _format(arguments[0])
    begun = time.perf_counter()
    model = format_.read(Path(arguments[1]))
    read = time.perf_counter() - begun
    peak = peak_megabytes()
    begun = time.perf_counter()
    format_.write(model, Path(arguments[2]))
    return {"read": read, "peak": peak, "write": time.perf_counter() - begun}


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1:])))
