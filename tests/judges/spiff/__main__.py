"""`python -m tests.judges.spiff --walks 10000 --seed 20261127`: our engine beside SpiffWorkflow and BPMN's own words.

Prints what was walked through and each difference. Exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys

from tests.services.processes.comparison import SEED, Comparison, compare_in_parts


def main() -> int:
    """Walk, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges.spiff", description=__doc__)
    parser.add_argument("--walks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    given = parser.parse_args()
    comparison = Comparison()
    for part in compare_in_parts(given.walks, given.seed, given.workers):
        comparison += part
        print(f"\r{comparison.walks} walks, {len(comparison.differences)} differences", end="", file=sys.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nseed {given.seed}, {used.ru_utime + used.ru_stime:.0f} s of processor time")
    print("\n".join([comparison.as_text(), *comparison.differences]))
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
