"""Measures what the project promises, beside its peers in the same run: `python -m bench [NAME...]`."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from bench.report import Report

RUNS = "\ndef run(report: Report) -> None:"


def names() -> list[str]:
    """Every module here that has something to run."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if RUNS in path.read_text("utf-8"))


def main(arguments: list[str] | None = None) -> int:
    """Run the benches; 1 where a bound isn't reached, 2 for a name that there isn't."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all of them, or some of: {', '.join(names())}")
    parser.add_argument("--json", action="store_true", help="rows for machines")
    parser.add_argument("--quick", action="store_true", help="one run of each, without peers: does it work at all")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(names()))
    if unknown:
        parser.error(f"no bench is called {', '.join(unknown)}")
    report = Report(as_json=given.json, quick=given.quick)
    for name in given.names or names():
        report.bench = name
        importlib.import_module(f"bench.{name}").run(report)
    report.close()
    return 0 if report.reached else 1


if __name__ == "__main__":
    sys.exit(main())
